//! What it costs to read SSML and to write it again, and to refuse what is none: on one core, beside nothing.

use bench::Result;
use bench::statistics::quantile;
use clap::Parser;
use language::ssml::{MOST_BYTES, Manner, render};
use speech::{Notation, Reading, SpeechText};
use tokio::time::Instant;

/// Milliseconds that a document of 60 KB may take from its characters to those of what a vendor is sent.
const TARGET: f64 = 5.0;

/// Milliseconds that it may take to refuse a document.
const REFUSAL_TARGET: f64 = 50.0;

/// Measures what SSML costs.
#[derive(Parser)]
struct Arguments {
    /// How often each document is read.
    #[arg(long, default_value_t = 200, value_name = "N")]
    rounds: usize,
}

fn main() -> Result<()> {
    let Arguments { rounds } = Arguments::parse();
    println!("{}\n", bench::machine::description());
    println!("| document | bytes | median ms | longest, ms | target, ms |");
    println!("|---|---|---|---|---|");
    for (name, document) in [("prose in paragraphs", prose()), ("an element around every word", dense())] {
        let times = measured(rounds, || {
            let text = SpeechText::new(document.as_str(), None)?;
            let graph = language::compile(text, &reading())?;
            std::hint::black_box(render(&graph, &Manner::of("en-US-AvaMultilingualNeural")));
            Ok(())
        })?;
        row(name, document.len(), &times, TARGET);
    }
    println!("\n| what is refused | bytes | median ms | longest, ms | target, ms |");
    println!("|---|---|---|---|---|");
    for (name, document) in refused() {
        let times = measured(rounds, || {
            let refused = SpeechText::new(document.as_str(), None).map_err(speech::SpeechError::from);
            match refused.and_then(|text| language::compile(text, &reading())) {
                Ok(_) => Err(format!("{name} is taken").into()),
                Err(_) => Ok(()),
            }
        })?;
        row(name, document.len(), &times, REFUSAL_TARGET);
    }
    Ok(())
}

fn reading() -> Reading {
    Reading { notation: Notation::Ssml { may_fetch: false }, ..Reading::default() }
}

fn measured(rounds: usize, mut act: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        act()?;
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}

fn row(name: &str, bytes: usize, times: &[f64], target: f64) {
    let share = |share| quantile(times.iter().copied(), share);
    println!("| {name} | {bytes} | {:.2} | {:.2} | {target} |", share(0.5), share(1.0));
}

fn document(inside: &str) -> String {
    format!(
        "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xmlns:mstts=\"https://www.w3.org/2001/mstts\" \
         xml:lang=\"en-US\"><voice name=\"en-US-AvaMultilingualNeural\">{inside}</voice></speak>"
    )
}

/// Some 60 KB.
fn prose() -> String {
    let paragraph = format!("<p>{}</p>\n", bench::texts::GREETING.repeat(12));
    document(&paragraph.repeat(60_000 / paragraph.len()))
}

fn dense() -> String {
    let word = "<prosody rate=\"+10%\" pitch=\"+2st\">word</prosody> <break time=\"10ms\"/>";
    document(&word.repeat(60_000 / word.len()))
}

fn refused() -> Vec<(&'static str, String)> {
    let nested = |depth: usize| ["<p>".repeat(depth), "a".to_owned(), "</p>".repeat(depth)].concat();
    vec![
        ("1 MB", document(&"a ".repeat(500_000))),
        ("elements 200 deep", document(&nested(200))),
        ("an element of 10,000 attributes", document(&format!("<p {}>a</p>", "a='' ".repeat(10_000)))),
        ("80,000 attributes", document(&format!("<p {}>a</p>", "a='' ".repeat(80_000)))),
        ("10,000 elements that are not closed", document(&"<p>".repeat(10_000))),
        ("51 voices", document(&"<voice name='v'>a</voice>".repeat(51))),
        ("namespaces without end", document(&"<p xmlns:a='b'>a</p>".repeat(20).replace("</p>", ""))),
        ("an entity in every word", document(&"&nope; ".repeat(MOST_BYTES / 8))),
    ]
}
