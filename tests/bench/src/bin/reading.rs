//! What it costs to read a text before anything is spoken: the normaliser and the phonemes, on one core.
//!
//! Two texts: plain prose, and the hard sentences, in which almost every second word is a figure, a name or a sign.

use std::sync::Arc;

use bench::Result;
use bench::statistics::estimate;
use clap::Parser;
use inference::models::{Manifest, ModelStore, default_cache_dir};
use inference::runtime::Runtime;
use kokoro::Phonemes;
use language::English;
use speech::{Reading, SpeechGraph, SpeechText};
use tokio::time::Instant;

/// The corpus of the intelligibility benchmark; the third cell is what is written.
const HARD: &str = include_str!("../../../words/hard.tsv");

/// Measures what it costs to read.
#[derive(Parser)]
struct Arguments {
    /// How often each text is read.
    #[arg(long, default_value_t = 21, value_name = "N")]
    rounds: usize,
}

fn main() -> Result<()> {
    let Arguments { rounds } = Arguments::parse();
    let store = ModelStore::open(Manifest::builtin()?, default_cache_dir(|name| std::env::var_os(name))?);
    let runtime = Runtime::load(&store.path("onnxruntime")?)?;
    let start = Instant::now();
    let phonemes = Phonemes::open(&runtime)?;
    phonemes.of(&graph(bench::texts::GREETING)?, English::American);
    println!("start, to the first five words: {:.0} ms (target: 150)\n", milliseconds(start));
    println!("| text | words | compile and normalise, ms per 100 words | with phonemes | target |");
    println!("|---|---|---|---|---|");
    for (name, text) in [("prose", bench::texts::long()), ("hard sentences", hard())] {
        let words = text.split_whitespace().count();
        let per_hundred = |time: f64| time * 100.0 / words as f64;
        let (mut read, mut said) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let start = Instant::now();
            language::normalise(&graph(&text)?, English::American);
            read.push(per_hundred(milliseconds(start)));
            let start = Instant::now();
            phonemes.of(&graph(&text)?, English::American);
            said.push(per_hundred(milliseconds(start)));
        }
        println!("| {name} | {words} | {:.2} | {:.2} | 2 |", median(read), median(said));
    }
    Ok(())
}

fn graph(text: &str) -> Result<Arc<SpeechGraph>> {
    Ok(Arc::new(language::compile(SpeechText::new(text, None)?, &Reading::default())?))
}

fn hard() -> String {
    let rows = HARD.lines().filter(|line| !line.starts_with('#') && !line.starts_with("id\t"));
    rows.filter_map(|row| row.split('\t').nth(2)).collect::<Vec<_>>().join(" ")
}

fn median(figures: Vec<f64>) -> f64 {
    estimate(figures).map_or(f64::NAN, |estimate| estimate.figure)
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
