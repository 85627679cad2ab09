//! The tables, in Markdown.

use super::Times;
use super::measures::Measured;
use crate::Pair;
use crate::report::{Goal, readable};
use crate::statistics::{Estimate, bootstrap, quantile};

/// The most that the gateway may add to the median of the first audio, in milliseconds.
const MOST_ADDED: f64 = 0.5;

/// What stands above the rows of times and costs.
pub const HEAD: &str = "\
| door | characters | first audio, the fake alone | added by the gateway | added at p90 | end, the fake alone | added | gateway's CPU | fake's CPU | target: first audio +0.5 |
|---|---|---|---|---|---|---|---|---|---|";

/// What stands above the rows about streaming.
pub const STREAMING_HEAD: &str = "\
| door | first audio of the longest text, added more than to the shortest | heard of what a stalled vendor had said |
|---|---|---|";

type Round = Vec<Pair<Times>>;

/// A row for each length of text.
pub fn rows(measured: &Measured) -> Vec<String> {
    let Measured { door, rounds, costs, .. } = measured;
    let row = |(length, cost): (usize, &super::measures::Cost)| {
        let alone = |figure: fn(&Times) -> f64| {
            quantile(rounds.iter().map(|round| figure(&round[length].theirs)), 0.5)
        };
        let gateway_adds = |figure, share| bootstrap(rounds, |rounds| added(rounds, length, figure, share));
        let first = gateway_adds(first_audio, 0.5);
        format!(
            "| {} | {} | {:.2} | {} | {} | {:.2} | {} | {:.2} | {:.2} | {} |",
            door.name,
            door.lengths[length],
            alone(first_audio),
            readable(first),
            readable(gateway_adds(first_audio, 0.9)),
            alone(end),
            readable(gateway_adds(end, 0.5)),
            cost.gateway,
            cost.vendor,
            Goal::OursAtMost(MOST_ADDED).verdict(first, first),
        )
    };
    costs.iter().enumerate().map(row).collect()
}

/// Whether the length of the text, and the end of the audio, are waited for. None of a socket.
pub fn streaming_row(measured: &Measured) -> Option<String> {
    let Measured { door, rounds, stalled, .. } = measured;
    let stalled = stalled.as_ref()?;
    let longest = door.lengths.len() - 1;
    let growth = bootstrap(rounds, |rounds| {
        added(rounds, longest, first_audio, 0.5) - added(rounds, 0, first_audio, 0.5)
    });
    Some(format!(
        "| {} | {}: {} | {} of {} ms ({:.0} %) |",
        door.name,
        readable(growth),
        seen(growth),
        stalled.heard,
        stalled.served,
        100.0 * stalled.heard as f64 / stalled.served as f64,
    ))
}

fn seen(growth: Estimate) -> &'static str {
    match (growth.low > 0.0, growth.high < 0.0) {
        (true, _) => "GROWS",
        (_, true) => "shrinks",
        _ => "no growth seen",
    }
}

fn first_audio(times: &Times) -> f64 {
    times.first_audio
}

fn end(times: &Times) -> f64 {
    times.end
}

/// How far apart the sides' quantiles are.
fn added(rounds: &[&Round], length: usize, figure: fn(&Times) -> f64, share: f64) -> f64 {
    let of = |side: fn(&Pair<Times>) -> &Times| {
        quantile(rounds.iter().map(|round| figure(side(&round[length]))), share)
    };
    of(|pair| &pair.ours) - of(|pair| &pair.theirs)
}
