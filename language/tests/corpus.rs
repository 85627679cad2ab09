//! The seeds of the fuzzer and what it found, replayed without it.

use std::path::Path;

mod documents;
mod invariants;

#[test]
fn every_text_of_the_corpus_keeps_the_promises() {
    let (count, faults) = replay("normalise", invariants::check).expect("a corpus");
    assert!(count >= 60, "{count} texts");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn so_does_every_document() {
    let (count, faults) = replay("ssml", documents::check).expect("a corpus");
    assert!(count >= 20, "{count} documents");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// How many there are, and what was wrong with them.
fn replay(target: &str, check: fn(&str) -> Result<(), String>) -> std::io::Result<(usize, Vec<String>)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let (mut count, mut faults) = (0, Vec::new());
    for file in std::fs::read_dir(corpus)? {
        let file = file?.path();
        let text = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
        faults.extend(check(&text).err().map(|fault| format!("{}: {fault}", file.display())));
        count += 1;
    }
    Ok((count, faults))
}
