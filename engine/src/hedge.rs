//! A second is asked beside the first, where that takes longer than it mostly does.

use std::collections::VecDeque;
use std::future::pending;

use speech::BoxFuture;
use tokio::time::sleep;

use crate::plan::{Candidate, Planner};
use crate::tab::Tab;

/// Resolves when a second is to be asked beside `first`, who is asked on `tab`: to its place among those who are `left`.
/// Never, where none is to be in the end; none where that is known before.
///
/// It is the next of another backend. What both may come to is on hold by then.
pub(crate) fn due(
    planner: &Planner,
    first: &Candidate,
    left: &VecDeque<(usize, Candidate)>,
    tab: &Tab,
) -> Option<BoxFuture<usize>> {
    let share = planner.defaults.hedge?;
    let backend = &first.choice.voice.id.backend;
    let wait = planner.health.within(backend, share)?;
    let is_fit = |other: &Candidate| other.choice.voice.id.backend != *backend && !planner.is_open(other);
    let second = left.iter().position(|(_, other)| is_fit(other))?;
    let both = first.claim.amounts.plus(left[second].1.claim.amounts);
    let (retries, tab) = (planner.retries.clone(), tab.clone());
    Some(Box::pin(async move {
        sleep(wait).await;
        // Whoever has not been called yet waits for something else: for an equal speech that has begun, or for our ledger.
        let is_due = tab.is_called() && retries.try_withdraw() && tab.hold_in_all(both).await.is_ok();
        if is_due { second } else { pending().await }
    }))
}

#[cfg(test)]
#[path = "hedge/tests.rs"]
mod tests;
