//! What it costs to search a catalogue of many voices, and to find who sounds most like one of them.
//!
//! The voices are made up, over five backends of the kinds that there are. Over HTTP they are those of two fake vendors.

use std::sync::Arc;

use bench::catalogue::{Served, Stand, Task, serve_through};
use bench::statistics::quantile;
use bench::voices::voice;
use bench::{Result, machine};
use billing::Nanos;
use catalog::{Entry, Index, Labels, Offer, Query};
use clap::Parser;
use fastrand::Rng;
use speech::{Capabilities, Codec, Model};
use tokio::runtime::{Builder, Runtime};
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

    /// How often the lists are read anew while the gateway serves.
    #[arg(long, default_value_t = 20, value_name = "N")]
    refreshes: usize,
}

/// A name, and what is asked for.
type Search<Q> = (&'static str, Q);

const SEARCHES: [Search<&[(&str, &str)]>; 8] = [
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

/// What is asked for over HTTP, of the fakes' voices.
const QUERIES: [Search<&str>; 6] = [
    ("everybody, a page of 100", ""),
    ("filters", "gender=female&language=en&style=conversational&backend=&limit=20"),
    (
        "many filters",
        "gender=female,male&language=en-GB,de,fr&style=warm,calm&age=young,middle-aged&capability=streaming&limit=20",
    ),
    ("free text", "q=a+warm+british+woman&limit=20"),
    ("free text with a typo in every word", "q=brittish+conversatoinal+narartor&limit=20"),
    ("by name", "sort=name&gender=male&limit=20"),
];

fn main() -> Result<()> {
    let Arguments { voices, rounds, refreshes } = Arguments::parse();
    println!("{}\n", machine::description());
    in_memory(voices, rounds)?;
    // As in two programs: neither waits for a thread of the other.
    let (server, client) = (Runtime::new()?, Builder::new_current_thread().enable_all().build()?);
    let stand = Arc::new(server.block_on(Stand::open(voices))?);
    client.block_on(over_http(&stand, &server, rounds, refreshes))
}

async fn over_http(stand: &Arc<Stand>, server: &Runtime, rounds: usize, refreshes: usize) -> Result<()> {
    println!("\n| over HTTP | found | p50, ms | p99, ms | target for p99 |");
    println!("|---|---|---|---|---|");
    let mut client = stand.client().await?;
    for (name, query) in QUERIES {
        let found = client.found(query).await?;
        let mut times = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            times.push(client.time(Task::Search(query)).await?);
        }
        let (p50, p99) = (quantile(times.iter().copied(), 0.5), quantile(times, 0.99));
        println!("| search: {name} | {found} | {p50:.2} | {p99:.2} | 2 |");
    }
    println!(
        "\n| while the lists are read anew | answers | p99 at rest, ms | p99 then, ms | ratio | longest then, ms |"
    );
    println!("|---|---|---|---|---|---|");
    for (name, task) in [("search: filters", Task::Search(QUERIES[1].1)), ("speech", Task::Speech)] {
        let Served { at_rest, in_refresh } = serve_through(stand, server.handle(), task, refreshes).await?;
        let (rest, then) = (quantile(at_rest, 0.99), quantile(in_refresh.iter().copied(), 0.99));
        let (answers, longest) = (in_refresh.len(), in_refresh.into_iter().fold(0.0, f64::max));
        println!("| {name} | {answers} | {rest:.2} | {then:.2} | {:.2} | {longest:.2} |", then / rest);
    }
    Ok(())
}

fn in_memory(voices: usize, rounds: usize) -> Result<()> {
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
