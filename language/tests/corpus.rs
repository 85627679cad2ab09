//! The seeds of the fuzzer and what it found, replayed without it.

use std::path::Path;

mod invariants;

#[test]
fn every_text_of_the_corpus_keeps_the_promises() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/normalise");
    let mut count = 0;
    let mut faults = Vec::new();
    for file in std::fs::read_dir(corpus).expect("a corpus") {
        let file = file.expect("a file").path();
        let text = String::from_utf8_lossy(&std::fs::read(&file).expect("a text")).into_owned();
        faults.extend(invariants::check(&text).err().map(|fault| format!("{}: {fault}", file.display())));
        count += 1;
    }
    assert!(count >= 60, "{count} texts");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
