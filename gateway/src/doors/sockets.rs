//! What every door's WebSockets have: seats, ids, patience, and who spoke.

mod patient;
mod seats;
mod speakers;

use std::sync::Arc;
use std::time::Duration;

use speech::Ids;

pub(crate) use seats::Seats;
pub(in crate::doors) use {
    patient::{Gone, Patient},
    seats::{Entry, Seat},
    speakers::Speakers,
};

/// How long a client has to answer our close before it is cut off.
pub(in crate::doors) const LINGER: Duration = Duration::from_secs(5);

/// Ids for the speeches of one socket.
pub(in crate::doors) struct SpeechIds {
    first: Option<Arc<str>>,
    ids: Arc<dyn Ids>,
}

impl SpeechIds {
    /// The first is that of the upgrade.
    pub(in crate::doors) fn new(first: Arc<str>, ids: Arc<dyn Ids>) -> Self {
        Self { first: Some(first), ids }
    }

    pub(in crate::doors) fn next(&mut self) -> String {
        self.first.take().map_or_else(|| self.ids.request_id(), |id| id.to_string())
    }
}
