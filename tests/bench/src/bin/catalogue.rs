//! What it costs to search a catalogue of many voices, and to find who sounds most like one of them.
//!
//! The voices are made up, over five backends of the kinds that there are.

use std::sync::Arc;

use bench::Result;
use bench::statistics::quantile;
use bench::voices::voice;
use billing::Nanos;
use catalog::{Entry, Index, Labels, Offer, Query};
use clap::Parser;
use fastrand::Rng;
use speech::{Capabilities, Codec, Model};
use tokio::time::Instant;

/// Measures what it costs to search voices.
#[derive(Parser)]
struct Arguments {
    /// How many voices there are.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    voices: usize,

    /// How often each thing is done.
    #[arg(long, default_value_t = 2000, value_name = "N")]
    rounds: usize,
}

/// A name, and what is asked for.
type Search = (&'static str, &'static [(&'static str, &'static str)]);

const SEARCHES: [Search; 8] = [
    ("everybody", &[]),
    ("filters", &[("gender", "female"), ("language", "en"), ("style", "conversational"), ("backend", "")]),
    (
        "many filters",
        &[
            ("gender", "female,male"),
            ("language", "en-GB,de,fr"),
            ("style", "warm,calm"),
            ("age", "young,middle-aged"),
            ("capability", "streaming"),
            ("status", "available"),
            ("max_price_per_1k_usd", "0.05"),
        ],
    ),
    ("a filter that leaves nobody", &[("style", "foo")]),
    ("free text", &[("q", "a warm british woman")]),
    ("free text with a typo in every word", &[("q", "brittish conversatoinal narraton")]),
    ("the beginning of a word", &[("q", "ma")]),
    ("by name", &[("sort", "name"), ("gender", "male")]),
];

fn main() -> Result<()> {
    let Arguments { voices, rounds } = Arguments::parse();
    let labels = Labels::builtin()?;
    let start = Instant::now();
    let entries = made_up(&labels, voices);
    println!("{voices} voices become entries: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let index = Index::new(entries);
    println!("build of the index: {:.0} ms\n", start.elapsed().as_secs_f64() * 1e3);
    println!("| what | found | p50, µs | p99, µs | target for p99 |");
    println!("|---|---|---|---|---|");
    for (name, parameters) in SEARCHES {
        let first = Query::parse(parameters.iter().copied())?;
        let found = index.search(&first).total;
        let searched = |query: &Query| quantiles(rounds, |_| drop(index.search(query)));
        report(&format!("search: {name}"), found, searched(&first), 2000);
        if let Some(tenth) = tenth_page(&index, parameters)? {
            report(&format!("search: {name}, tenth page"), found, searched(&tenth), 2000);
        }
    }
    let mut random = Rng::with_seed(1);
    let mut any = || &index.entries()[random.usize(..index.entries().len())];
    let nearest = quantiles(rounds, |_| drop(index.nearest(any(), None, 10)));
    report("the ten nearest, of all other backends", 10, nearest, 1000);
    let nearest = quantiles(rounds, |_| drop(index.nearest(any(), Some("kokoro"), 1)));
    report("the nearest of one backend", 1, nearest, 1000);
    let described = quantiles(rounds, |_| drop(index.described("?a warm british woman", 5)));
    report("described", 5, described, 2000);
    Ok(())
}

fn report(what: &str, found: usize, (p50, p99): (f64, f64), target: u32) {
    println!("| {what} | {found} | {p50:.0} | {p99:.0} | {target} |");
}

/// The median and the 99th percentile, in microseconds.
fn quantiles(rounds: usize, mut work: impl FnMut(usize)) -> (f64, f64) {
    let mut time = |round| {
        let start = Instant::now();
        work(round);
        start.elapsed().as_secs_f64() * 1e6
    };
    let times: Vec<f64> = (0..rounds).map(&mut time).collect();
    (quantile(times.iter().copied(), 0.5), quantile(times, 0.99))
}

/// The same search, nine pages on; none where it has not so many.
fn tenth_page(index: &Index, parameters: &[(&str, &str)]) -> Result<Option<Query>> {
    let mut query = Query::parse(parameters.iter().copied())?;
    for _ in 1..10 {
        let Some(cursor) = index.search(&query).next_cursor else { return Ok(None) };
        query = Query::parse(parameters.iter().copied().chain([("cursor", cursor.as_str())]))?;
    }
    Ok(Some(query))
}

fn made_up(labels: &Labels, voices: usize) -> Vec<Entry> {
    let mut random = Rng::with_seed(0);
    let offers = ["elevenlabs", "azure", "openai", "deepgram", "kokoro"].map(|kind| (kind, offer(kind)));
    let entry = |number: usize| {
        let (kind, offer) = &offers[number % offers.len()];
        labels.entry(voice(kind, number, &mut random), offer)
    };
    (0..voices).map(entry).collect()
}

fn offer(kind: &str) -> Offer {
    let model = |id: String| Model {
        name: id.clone(),
        id,
        most_characters: None,
        languages: Vec::new(),
        deprecated_after: None,
    };
    Offer {
        kind: kind.into(),
        models: (1..=3).map(|number| model(format!("{kind}-{number}"))).collect(),
        capabilities: Arc::new(Capabilities {
            ssml: kind == "azure",
            timings: kind != "openai",
            streaming: true,
            emotion: kind == "elevenlabs",
            formats: vec![Codec::Mp3, Codec::Opus, Codec::Pcm],
            sample_rates: vec![24_000, 48_000],
            ..Capabilities::default()
        }),
        price_per_1k: Some(Nanos::new(10_000_000 * kind.len() as i64)),
    }
}
