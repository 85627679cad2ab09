//! The ambient world, injected: so that a test decides what time it is.

use std::fmt;

/// Wall-clock time. Durations are measured with `tokio::time::Instant`, which tests can pause.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// Milliseconds since the Unix epoch, UTC.
    fn unix_ms(&self) -> i64;
}

/// Where request ids come from.
pub trait Ids: Send + Sync + fmt::Debug + 'static {
    /// A new id: unique, unguessable, printable ASCII without spaces.
    fn request_id(&self) -> String;
}
