//! voice-soundboard's Kokoro beside the Python package `kokoro-onnx`: a table on standard output.

use bench::measures::{cold_start, first_audio, memory, throughput};
use bench::report::{HEAD, Row};
use bench::speakers::Theirs;
use bench::stand::{Stand, THREADS};
use bench::{Result, machine};
use clap::{Parser, ValueEnum};

/// Measures voice-soundboard's Kokoro beside kokoro-onnx, taking turns.
#[derive(Parser)]
struct Arguments {
    /// Rounds of everything but memory.
    #[arg(long, default_value_t = 9, value_name = "N")]
    rounds: usize,
    /// Rounds of memory: one takes some four minutes on a quiet machine.
    #[arg(long, default_value_t = 9, value_name = "N")]
    memory_rounds: usize,
    /// Measure only this; may be given again.
    #[arg(long, value_name = "NAME")]
    only: Vec<Measure>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Measure {
    Throughput,
    FirstAudio,
    ColdStart,
    Memory,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let stand = Stand::prepare()?;
    println!("{}\n", head(&stand)?);
    println!("{HEAD}");
    for &measure in Measure::value_variants() {
        if arguments.only.is_empty() || arguments.only.contains(&measure) {
            for row in rows(measure, &stand, &arguments)? {
                println!("{row}");
            }
        }
    }
    Ok(())
}

fn rows(measure: Measure, stand: &Stand, arguments: &Arguments) -> Result<Vec<Row>> {
    match measure {
        Measure::Throughput => throughput(stand, arguments.rounds),
        Measure::FirstAudio => first_audio(stand, arguments.rounds),
        Measure::ColdStart => cold_start(stand, arguments.rounds),
        Measure::Memory => memory(stand, arguments.memory_rounds),
    }
}

/// What was compared, and on what.
fn head(stand: &Stand) -> Result<String> {
    let theirs = Theirs::open(stand)?;
    let packages: Vec<String> =
        theirs.packages.iter().map(|(name, version)| format!("{name} {version}")).collect();
    Ok(format!(
        "{machine}. Both with {THREADS} threads on {model}. Theirs: {packages}. Ours: version {version}.\n\n\
         Each cell: median (interval of the median); the last column says how probably the interval holds it.",
        machine = machine::description(),
        model = stand.model()?,
        packages = packages.join(", "),
        version = env!("CARGO_PKG_VERSION"),
    ))
}
