//! `[backends.NAME]` with `kind = "kokoro"`.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use inference::runtime::PoolOptions;
use serde::{Deserialize, Serialize};

/// More sessions than this are not opened unasked: each takes some 300 MB while it speaks.
const MOST_SESSIONS: usize = 8;

/// How Kokoro is run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Texts that are spoken at a time, each on one processor core; a text alone uses two. By default as many as
    /// there are cores, 8 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<NonZeroUsize>,
    /// Pieces of text that may wait for a session before new requests are answered 503.
    pub queue: usize,
    /// Milliseconds that a new request waits for a session before it is answered 503.
    pub longest_wait_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { sessions: None, queue: 32, longest_wait_ms: 10_000 }
    }
}

impl Config {
    pub(crate) fn pool(&self) -> PoolOptions {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let most = NonZeroUsize::MIN.saturating_add(MOST_SESSIONS - 1);
        PoolOptions { sessions: self.sessions.unwrap_or_else(|| cores().min(most)), queue: self.queue }
    }

    pub(crate) fn longest_wait(&self) -> Duration {
        Duration::from_millis(self.longest_wait_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_sessions_is_that_of_the_cores_within_reason() {
        let sessions = Config::default().pool().sessions.get();
        assert!((1..=MOST_SESSIONS).contains(&sessions));
        let three = Config { sessions: NonZeroUsize::new(30), ..Config::default() };
        assert_eq!(three.pool().sessions.get(), 30);
    }
}
