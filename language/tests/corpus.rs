//! The seeds of the fuzzer and what it found, replayed without it.

use std::path::Path;

mod documents;
mod invariants;

#[test]
fn every_text_of_the_corpus_keeps_the_promises() {
    replay("normalise", 60, invariants::check);
}

#[test]
fn so_does_every_document() {
    replay("ssml", 20, documents::check);
}

fn replay(target: &str, least: usize, check: fn(&str) -> Result<(), String>) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    let mut faults = Vec::new();
    for file in std::fs::read_dir(corpus).expect("a corpus") {
        let file = file.expect("a file").path();
        let text = String::from_utf8_lossy(&std::fs::read(&file).expect("a text")).into_owned();
        faults.extend(check(&text).err().map(|fault| format!("{}: {fault}", file.display())));
        count += 1;
    }
    assert!(count >= least, "{count} texts");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
