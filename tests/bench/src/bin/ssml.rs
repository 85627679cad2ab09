//! What it costs to read SSML and to write it again, and to refuse what is none: on one core, beside nothing; and to refuse
//! it at the door of a gateway.

use bench::doors::Programs;
use bench::refusals::{HEAD, TARGET as REFUSAL_TARGET, WAYS, check_speaking, measure};
use bench::statistics::quantile;
use bench::{Result, documents, machine};
use clap::Parser;
use language::ssml::{Manner, render};
use speech::{Notation, Reading, SpeechText};
use tokio::time::Instant;

/// Milliseconds that a document of 60 KB may take from its characters to those of what a vendor is sent.
const TARGET: f64 = 5.0;

/// Measures what SSML costs.
#[derive(Parser)]
struct Arguments {
    /// How often each document is read.
    #[arg(long, default_value_t = 200, value_name = "N")]
    rounds: usize,
    /// How often each is sent to the door.
    #[arg(long, default_value_t = 200, value_name = "N")]
    tries: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { rounds, tries } = Arguments::parse();
    println!("{}\n", machine::description());
    in_memory(rounds)?;
    println!();
    at_the_door(tries).await
}

fn in_memory(rounds: usize) -> Result<()> {
    println!("| document | bytes | median ms | longest, ms | target, ms |");
    println!("|---|---|---|---|---|");
    for (name, document) in
        [("prose in paragraphs", documents::prose()), ("an element around every word", documents::dense())]
    {
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
    for (name, document) in documents::refused() {
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

/// Every document by every way. That a refusal is no refusal is said when all of them have been seen.
async fn at_the_door(tries: usize) -> Result<()> {
    let programs = Programs::start().await?;
    check_speaking(&programs).await?;
    println!("{HEAD}");
    let texts = documents::refused().into_iter().map(|(name, text)| (name, text.into_bytes()));
    let mut wrong = 0;
    for (name, document) in texts.chain(documents::refused_at_the_door()) {
        let document = document.into();
        for way in WAYS {
            let measured = measure(name, &document, way, &programs, tries).await?;
            println!("{measured}");
            wrong += usize::from(!measured.answers.are_one_refusal());
        }
    }
    match wrong {
        0 => Ok(()),
        wrong => Err(format!("{wrong} rows are not one refusal, the same each time").into()),
    }
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
