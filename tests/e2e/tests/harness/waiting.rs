//! Time, for tests that watch a program from outside.

use std::time::{Duration, Instant};

/// How long something took.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "another process runs on the machine's own clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.elapsed().as_secs_f64()
    }
}

/// Looks until there is something to see; three minutes without it fail the test.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(watch.seconds() < 180.0, "after three minutes there was still no {what}");
        between_looks(Duration::from_millis(50));
    }
}

/// Lets another process go on between two looks at it. Never a guess at how long something takes.
#[expect(
    clippy::disallowed_methods,
    reason = "a program that is watched from outside cannot wake its watcher"
)]
pub(crate) fn between_looks(time: Duration) {
    std::thread::sleep(time);
}
