//! What the gateway adds to a vendor, door by door: two tables on standard output.

use bench::doors::{DOORS, Door, HEAD, Programs, STREAMING_HEAD, measure, rows, streaming_row};
use bench::{Result, machine};
use clap::Parser;
use clap::builder::PossibleValuesParser;

/// Measures requests through the gateway beside the same requests to the fake vendor itself, in turns.
#[derive(Parser)]
struct Arguments {
    /// Requests of either side for each text, and as many again for the processor time.
    #[arg(long, default_value_t = 400, value_name = "N")]
    pairs: usize,
    /// Measure only this door; may be given again.
    #[arg(long, value_name = "DOOR", value_parser = PossibleValuesParser::new(DOORS.iter().map(|door| door.name)))]
    only: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { pairs, only } = Arguments::parse();
    let programs = Programs::start().await?;
    println!(
        "{}, {pairs} pairs. Milliseconds; in brackets the 95 % interval of a bootstrap.\n",
        machine::description()
    );
    println!("{HEAD}");
    let mut streaming = Vec::new();
    let chosen = |door: &&Door| only.is_empty() || only.iter().any(|name| name == door.name);
    for door in DOORS.iter().filter(chosen) {
        let measured = measure(door, &programs, pairs).await?;
        rows(&measured).iter().for_each(|row| println!("{row}"));
        streaming.extend(streaming_row(&measured));
    }
    println!("\n{STREAMING_HEAD}");
    streaming.iter().for_each(|row| println!("{row}"));
    Ok(())
}
