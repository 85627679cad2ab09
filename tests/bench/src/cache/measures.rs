//! What is measured of a load.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::line::Line;
use super::programs::{Programs, Server};
use crate::Result;
use crate::process::processor_time;
use crate::report::readable;
use crate::statistics::estimate;

/// How many ask at a time.
pub const LOADS: [usize; 3] = [1, 32, 256];

/// The most that a hit may cost with a ledger, as a multiple of what it costs nginx.
pub const TARGET: f64 = 8.0;

/// How long each is asked before its first round.
const WARM_UP: Duration = Duration::from_secs(1);

/// What stands above the rows.
pub const HEAD: &str = "\
| at a time | who answers | CPU, µs a request | times nginx's | requests a second |
|---|---|---|---|---|";

/// How one server served one round.
#[derive(Clone, Copy)]
struct Served {
    /// Processor time of a request, in microseconds.
    work: f64,
    per_second: f64,
}

/// Of each server, round after round.
pub struct Measured {
    at_a_time: usize,
    rounds: Vec<(&'static str, Vec<Served>)>,
}

/// Asks each in random order, round after round.
///
/// # Errors
/// An answer is no success, or no hit.
pub async fn measure(
    at_a_time: usize,
    programs: &Programs,
    rounds: usize,
    lasting: Duration,
) -> Result<Measured> {
    let mut measured: Vec<(&'static str, Vec<Served>)> = Vec::new();
    for server in &programs.servers {
        serve(server, at_a_time, WARM_UP).await?;
        measured.push((server.name, Vec::new()));
    }
    for _ in 0..rounds {
        let mut order: Vec<usize> = (0..programs.servers.len()).collect();
        fastrand::shuffle(&mut order);
        for place in order {
            measured[place].1.push(serve(&programs.servers[place], at_a_time, lasting).await?);
        }
    }
    Ok(Measured { at_a_time, rounds: measured })
}

async fn serve(server: &Server, at_a_time: usize, lasting: Duration) -> Result<Served> {
    let mut lines = Vec::with_capacity(at_a_time);
    for _ in 0..at_a_time {
        lines.push(Line::open(server.address, Arc::clone(&server.request)).await?);
    }
    // The first one is what is kept, and what shows that it is.
    let first = lines.first_mut().ok_or("nobody asks")?;
    for _ in 0..2 {
        first.ask().await?;
    }
    if server.is_ours && !first.was_a_hit() {
        return Err("the cache has not kept it".into());
    }
    let (before, start) = (processor_time(server.pid)?, Instant::now());
    let end = start + lasting;
    let mut asking = JoinSet::new();
    for mut line in lines {
        asking.spawn(async move {
            let mut asked = 0_u32;
            while Instant::now() < end {
                line.ask().await.map_err(|error| error.to_string())?;
                asked += 1;
            }
            Ok::<_, String>(asked)
        });
    }
    let mut asked = 0;
    while let Some(more) = asking.join_next().await {
        asked += more??;
    }
    let used = processor_time(server.pid)? - before;
    let asked = f64::from(asked);
    Ok(Served { work: used.as_secs_f64() * 1e6 / asked, per_second: asked / start.elapsed().as_secs_f64() })
}

/// One for each server, and one that says whether what was to be reached was.
pub fn rows(Measured { at_a_time, rounds }: &Measured) -> Vec<String> {
    let shown = |figures: Vec<f64>| estimate(figures).map_or_else(String::new, readable);
    let Some((_, nginx)) = rounds.first() else { return Vec::new() };
    let multiples = |served: &[Served]| -> Vec<f64> {
        served.iter().zip(nginx).map(|(ours, theirs)| ours.work / theirs.work).collect()
    };
    let row = |(name, served): &(&'static str, Vec<Served>)| {
        format!(
            "| {at_a_time} | {name} | {} | {} | {} |",
            shown(served.iter().map(|served| served.work).collect()),
            shown(multiples(served)),
            shown(served.iter().map(|served| served.per_second).collect()),
        )
    };
    rounds.iter().map(row).collect()
}
