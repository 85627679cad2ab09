//! From nothing to sound.

use super::announce;
use crate::report::{Goal, Row};
use crate::stand::Stand;
use crate::{Pair, Result, process, texts};

/// Five words: from the start of a process to its first audio. Each side starts once beforehand, so that files
/// are in memory, bytecode is compiled, and what is prepared once for a machine is prepared.
///
/// # Errors
/// Either program fails.
pub fn cold_start(stand: &Stand, rounds: usize) -> Result<Vec<Row>> {
    let ours = || process::watch(&mut stand.ours_speaking(texts::GREETING));
    let theirs = || process::watch(&mut stand.theirs_speaking(texts::GREETING));
    Pair::take(0, ours, theirs)?;
    let mut taken = Vec::new();
    for round in 0..rounds {
        announce("cold start", round, rounds);
        taken.push(Pair::take(round, ours, theirs)?);
    }
    Ok(vec![
        Row::of("cold start to first audio, 5 words, s", &taken, |run| run.first_byte.as_secs_f64())
            .with_goal(Goal::RatioAtMost(0.8)),
    ])
}
