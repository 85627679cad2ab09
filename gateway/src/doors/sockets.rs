//! What every door's WebSockets have: seats, ids, messages, patience, an end, and who spoke.

mod incoming;
mod patient;
mod seats;
mod speakers;

use std::sync::Arc;
use std::time::Duration;

use engine::break_off;
use speech::{ErrorKind, Ids};
use tokio_util::sync::CancellationToken;

use crate::Config;

pub(crate) use seats::Seats;
pub(in crate::doors) use {
    incoming::Incoming,
    patient::{Gone, Patient},
    seats::{Entry, Seat},
    speakers::Speakers,
};

/// How long a client has to answer our close before it is cut off.
pub(in crate::doors) const LINGER: Duration = Duration::from_secs(5);

/// Bytes of the longest message that is read of a client. One that is longer than `max_body_bytes` is answered.
pub(in crate::doors) fn longest_message(config: &Config) -> usize {
    config.max_body_bytes * 2
}

/// Runs a socket to its end, or until the server waits no longer. It is not the client who goes then.
pub(in crate::doors) async fn until_cut(cut: &CancellationToken, socket: impl Future<Output = ()>) {
    let mut socket = Box::pin(socket);
    tokio::select! {
        () = cut.cancelled() => break_off(socket, ErrorKind::Overloaded),
        () = &mut socket => {}
    }
}

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
