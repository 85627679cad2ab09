//! What a hit of the cache costs: a table on standard output.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bench::cache::{HEAD, LOADS, Programs, TARGET, measure, rows};
use bench::ledger::{Keeping, serve, serve_as_vendor};
use bench::{Result, machine};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// Measures hits of the cache beside nginx with the same file, in turns.
#[derive(Parser)]
struct Arguments {
    /// How often each server is measured under each load.
    #[arg(long, default_value_t = 9, value_name = "N")]
    rounds: usize,
    /// How long each time.
    #[arg(long, default_value_t = 3, value_name = "N")]
    seconds: u64,
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
        data: PathBuf,
        #[arg(long)]
        cache_bytes: u64,
    },
}

fn main() -> Result<()> {
    let Arguments { rounds, seconds, part } = Arguments::parse();
    match part {
        None => one_thread()?.block_on(compare(rounds, Duration::from_secs(seconds))),
        Some(Part::Vendor) => {
            one_thread()?.block_on(async { never(serve_as_vendor(listen().await?).await?) })
        }
        Some(Part::Gateway { keeping, vendor, data, cache_bytes }) => {
            // As the program itself does it.
            let serving =
                async { never(serve(listen().await?, keeping, vendor, "sqlite", &data, cache_bytes).await?) };
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

async fn compare(rounds: usize, lasting: Duration) -> Result<()> {
    let programs = Programs::start().await?;
    println!(
        "{}, {rounds} rounds of {} s. Medians; in brackets their intervals. To reach: at most {TARGET} times nginx's, with \
         a ledger.\n\n{HEAD}",
        machine::description(),
        lasting.as_secs()
    );
    for at_a_time in LOADS {
        rows(&measure(at_a_time, &programs, rounds, lasting).await?).iter().for_each(|row| println!("{row}"));
    }
    Ok(())
}
