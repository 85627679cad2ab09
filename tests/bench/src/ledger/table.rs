//! The tables, in Markdown.

use super::load::Load;
use super::measures::{Measured, Served};
use crate::Pair;
use crate::report::readable;
use crate::statistics::{Estimate, estimate};

/// What stands above the rows.
pub const HEAD: &str = "\
| load | ledger | requests a second | without a ledger | to the end, ms | added | at p99 | to the first audio, ms | added | gateway's CPU, µs a request | added | vendor's | load's |
|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// What stands above the targets.
pub const TARGETS_HEAD: &str = "\
| to reach | ledger | seen | |
|---|---|---|---|";

/// The load at which a throughput is to be reached, and which.
const THROUGHPUT: (Load, f64) = (Load::Closed(256), 3000.0);

/// The load at which little time may be added.
const PROMPT: Load = Load::Open(500);

/// The most that may be added, in milliseconds, where the disk is not slower still.
const MOST_ADDED: f64 = 2.0;

/// The most processor time that may be added to a request, in microseconds.
const MOST_WORK: f64 = 150.0;

/// One for each ledger.
pub fn row(measured: &Measured) -> Vec<String> {
    let row = |(ledger, pairs): &(&'static str, Vec<Pair<Served>>)| {
        let ours = |figure: fn(&Served) -> f64| shown(pairs.iter().map(|pair| figure(&pair.ours)));
        format!(
            "| {} | {ledger} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            measured.load,
            ours(|served| served.per_second),
            shown(pairs.iter().map(|pair| pair.theirs.per_second)),
            ours(|served| served.times.end),
            shown(added(pairs, |served| served.times.end)),
            ours(|served| served.slowest),
            ours(|served| served.times.first_audio),
            shown(added(pairs, |served| served.times.first_audio)),
            ours(|served| served.gateway),
            shown(added(pairs, |served| served.gateway)),
            ours(|served| served.vendor),
            ours(|served| served.asking),
        )
    };
    measured.ledgers.iter().map(row).collect()
}

/// What is to be reached, and whether it was.
pub fn targets(all: &[Measured]) -> Vec<String> {
    let mut rows = Vec::new();
    for measured in all {
        for (ledger, pairs) in &measured.ledgers {
            let mut row = |target: String, seen: Vec<f64>, is_reached: &dyn Fn(f64) -> bool| {
                let Some(seen) = estimate(seen) else { return };
                let verdict = verdict(seen, is_reached);
                rows.push(format!(
                    "| {}: {target} | {ledger} | {} | {verdict} |",
                    measured.load,
                    readable(seen)
                ));
            };
            let (load, least) = THROUGHPUT;
            if measured.load == load {
                let seen = pairs.iter().map(|pair| pair.ours.per_second).collect();
                row(format!("at least {least} requests a second"), seen, &|seen| seen >= least);
            }
            if measured.load == PROMPT {
                let fsync = estimate(measured.fsync.iter().copied()).map_or(0.0, |fsync| fsync.figure);
                let most = MOST_ADDED.max(2.0 * fsync);
                let seen = added(pairs, |served| served.times.end).collect();
                row(format!("at most {most:.2} ms added to the median"), seen, &|seen| seen <= most);
            }
            let seen = added(pairs, |served| served.gateway).collect();
            row(format!("at most {MOST_WORK} µs of CPU added"), seen, &|seen| seen <= MOST_WORK);
        }
    }
    rows
}

fn verdict(seen: Estimate, is_reached: &dyn Fn(f64) -> bool) -> &'static str {
    match (is_reached(seen.figure), is_reached(seen.low) == is_reached(seen.high)) {
        (true, true) => "reached",
        (true, false) => "reached by the median; the interval holds the target",
        (false, true) => "MISSED",
        (false, false) => "MISSED by the median; the interval holds the target",
    }
}

/// What the ledger adds, round by round.
fn added(pairs: &[Pair<Served>], figure: fn(&Served) -> f64) -> impl Iterator<Item = f64> {
    pairs.iter().map(move |pair| figure(&pair.ours) - figure(&pair.theirs))
}

/// A median and its interval.
fn shown(figures: impl IntoIterator<Item = f64>) -> String {
    estimate(figures).map_or_else(String::new, readable)
}
