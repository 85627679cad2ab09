//! What the ledger adds to a request: two tables on standard output.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bench::ledger::{
    HEAD, Keeping, LOADS, Measured, Programs, TARGETS_HEAD, measure, row, serve, serve_as_vendor, targets,
};
use bench::report::readable;
use bench::statistics::estimate;
use bench::{Result, machine};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// Measures gateways with a ledger on SQLite and on Postgres beside one without, in turns.
#[derive(Parser)]
struct Arguments {
    /// How often each gateway is measured under each load.
    #[arg(long, default_value_t = 9, value_name = "N")]
    rounds: usize,
    /// How long each time.
    #[arg(long, default_value_t = 3, value_name = "N")]
    seconds: u64,
    /// Measure only this load, such as "256 at a time"; may be given again.
    #[arg(long, value_name = "LOAD")]
    only: Vec<String>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What it starts beside itself.
#[derive(Subcommand)]
#[command(hide = true)]
enum Part {
    #[command(hide = true)]
    Vendor,
    #[command(hide = true)]
    Gateway {
        #[arg(long)]
        keeping: Keeping,
        #[arg(long)]
        vendor: SocketAddr,
        #[arg(long)]
        database: String,
        #[arg(long)]
        data: PathBuf,
    },
}

fn main() -> Result<()> {
    let Arguments { rounds, seconds, only, part } = Arguments::parse();
    match part {
        None => one_thread()?.block_on(compare(rounds, Duration::from_secs(seconds), &only)),
        Some(Part::Vendor) => {
            one_thread()?.block_on(async { never(serve_as_vendor(listen().await?).await?) })
        }
        Some(Part::Gateway { keeping, vendor, database, data }) => {
            // As the program itself does it.
            let serving =
                async { never(serve(listen().await?, keeping, vendor, &database, &data, 0).await?) };
            Runtime::new()?.block_on(serving)
        }
    }
}

fn one_thread() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn never(never: Infallible) -> Result<()> {
    match never {}
}

/// On a free port, which is said on standard output.
async fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(listener)
}

async fn compare(rounds: usize, lasting: Duration, only: &[String]) -> Result<()> {
    let programs = Programs::start()?;
    println!(
        "{}, {rounds} rounds of {} s. Medians; in brackets their intervals.\n\n{HEAD}",
        machine::description(),
        lasting.as_secs()
    );
    let mut all: Vec<Measured> = Vec::new();
    for load in LOADS.into_iter().filter(|load| only.is_empty() || only.contains(&load.to_string())) {
        let measured = measure(load, &programs, rounds, lasting).await?;
        row(&measured).iter().for_each(|row| println!("{row}"));
        all.push(measured);
    }
    if let Some(fsync) = estimate(all.iter().flat_map(|measured| measured.fsync.iter().copied())) {
        println!("\nA page of a file is on the disk after {} ms (fdatasync).", readable(fsync));
    }
    println!("\n{TARGETS_HEAD}");
    targets(&all).iter().for_each(|row| println!("{row}"));
    Ok(())
}
