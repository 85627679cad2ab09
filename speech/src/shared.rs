//! What several gateways have in common, where there is a memory that they share.
//!
//! It is never needed. Whoever asks it is told within a moment, and while it is gone at once, that nothing is known, and
//! goes on alone; the memory itself tells the operator.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::BoxFuture;

/// Bytes that gateways keep for each other.
pub trait SharedShelf: Send + Sync + fmt::Debug + 'static {
    /// What lies under that name; none where it is longer than so many bytes, or cannot be had in a moment.
    fn get(&self, name: &str, most_bytes: usize) -> BoxFuture<Option<Vec<u8>>>;

    /// Puts it there for so long, if that can be done.
    fn put(&self, name: &str, bytes: Vec<u8>, lasts: Duration) -> BoxFuture<()>;
}

/// Lines in which gateways stand, each for its turn to speak. Who came first is first, and the first so many may speak.
pub trait SharedLines: Send + Sync + 'static {
    /// Takes a place at the end, or keeps the one it has: how many of those before it must leave until it may speak; 0
    /// where it may. None where nobody knows.
    fn stand(&self, place: &Place, most_speak: usize, lease: Lease) -> BoxFuture<Option<usize>>;

    /// Keeps the place of who speaks, for as long as the lease says; it has one before all others if it had none yet.
    fn hold(&self, place: &Place, lease: Lease) -> BoxFuture<()>;

    /// Leaves the line.
    fn leave(&self, place: &Place) -> BoxFuture<()>;
}

/// A place in a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Which line; no secret.
    pub line: Arc<str>,
    /// Which of this gateway's places.
    pub number: u64,
}

/// How long who is not heard of any more is taken to be in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// While it waits.
    pub waiting: Duration,
    /// Once it may speak.
    pub speaking: Duration,
}
