//! The seeds of the fuzzer and what it found, replayed without it.

use std::path::Path;

mod frames;

#[test]
fn every_frame_of_the_corpus_keeps_the_promises() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/usp");
    let mut count = 0;
    let mut faults = Vec::new();
    for file in std::fs::read_dir(corpus).expect("a corpus") {
        let file = file.expect("a file").path();
        let fault = frames::check(&std::fs::read(&file).expect("a frame")).err();
        faults.extend(fault.map(|fault| format!("{}: {fault}", file.display())));
        count += 1;
    }
    assert!(count >= 15, "{count} frames");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
