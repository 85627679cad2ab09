//! Seconds to normalise a million characters of several kinds: `cargo run --release -p language --example million`.

use std::io::Write;
use std::sync::Arc;

use language::{English, Sentences, compile};
use speech::{Reading, SpeechText};

/// What each text repeats.
const KINDS: [(&str, &str); 19] = [
    ("prose", "The old man walked down to the harbour, where the boats lay still in the cold light. "),
    (
        "prose with figures",
        "Dr. Smith paid $1.5 million on May 17, 2024 for 3 GPUs at 10 Main St. in Boston, MA. ",
    ),
    ("one word", "a"),
    ("one word in capitals", "ABCDE"),
    ("figures", "7"),
    ("telephones", "+1 (555) 010-9999 020 7946 0958 "),
    ("sizes", "5x"),
    ("dots", "a."),
    ("many dots", ". . a . "),
    ("brackets", "(a[b{c}]) "),
    ("opening brackets", "a(("),
    ("slashes", "a/b\\"),
    ("emoji", "👍"),
    ("joined emoji", "👩\u{200D}💻\u{200D}"),
    ("mixed scripts", "aд日本かשa1"),
    ("Chinese", "日本"),
    ("capitals and figures", "A1 V I X St. No. "),
    ("markup", "*a* _b_ `c` <b>d</b> [e](f) &amp; "),
    ("addresses", "a@b.c https://x.org/%20?a=b&c#d "),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for (name, part) in KINDS {
        let length = part.chars().count();
        let text: String = part.chars().cycle().take(1_000_000 / length * length).collect();
        let text = SpeechText::new(text, None)?;
        let start = tokio::time::Instant::now();
        let graph = Arc::new(compile(text, &Reading::default())?);
        let compiled = start.elapsed();
        let tokens: usize = Sentences::new(graph, English::American).map(|tokens| tokens.len()).sum();
        let seconds = start.elapsed().as_secs_f64();
        writeln!(
            out,
            "{seconds:6.3} s, {:.3} of them to compile, {tokens:7} tokens: {name}",
            compiled.as_secs_f64()
        )?;
    }
    Ok(())
}
