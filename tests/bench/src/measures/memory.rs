//! How much memory a text takes.

use super::announce;
use crate::process::{Run, watch};
use crate::report::{Goal, Row};
use crate::stand::Stand;
use crate::{Pair, Result, texts};

const MIB: f64 = 1024.0 * 1024.0;

/// What counts as not growing, in MiB: half of what nine minutes of audio weigh as 16-bit samples at 24 kHz.
/// Less would be the allocator's noise; a program that kept its audio would be beyond it.
const NO_GROWTH: f64 = 12.0;

/// One and ten minutes of text: the peak of a process that speaks them to a pipe.
///
/// # Errors
/// Either program fails, or this is not Linux.
pub fn memory(stand: &Stand, rounds: usize) -> Result<Vec<Row>> {
    let (one_minute, ten_minutes) = (texts::long(), texts::repeated(10));
    let both = |round, text: &str| {
        Pair::take(
            round,
            || watch(&mut stand.ours_speaking(text)),
            || watch(&mut stand.theirs_speaking(text)),
        )
    };
    let (mut one, mut ten) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        announce("memory", round, rounds);
        one.push(both(round, &one_minute)?);
        ten.push(both(round, &ten_minutes)?);
    }
    let peak = |run: &Run| run.peak as f64 / MIB;
    let one = Row::of("peak memory, 1 minute of text, MiB", &one, peak);
    let ten = Row::of("peak memory, 10 minutes of text, MiB", &ten, peak);
    let grown = |(one, ten): (&Pair<f64>, &Pair<f64>)| Pair {
        ours: ten.ours - one.ours,
        theirs: ten.theirs - one.theirs,
    };
    let growth = Row {
        measured: "growth from 1 to 10 minutes, MiB",
        pairs: one.pairs.iter().zip(&ten.pairs).map(grown).collect(),
        goal: Some(Goal::OursAtMost(NO_GROWTH)),
    };
    Ok(vec![one, ten, growth])
}
