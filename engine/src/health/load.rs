//! How busy somebody is, and how long it takes until something is heard of it.

use std::time::Duration;

use tokio::time::Instant;

use super::recent::{Quantile, Recent};

/// After so long a measurement counts for a third: as in finagle's and tower's peak EWMA.
const DECAY: Duration = Duration::from_secs(10);

/// What is thought of somebody of whom nothing was heard lately: about what a vendor's streamed speech takes.
const USUAL: Duration = Duration::from_millis(500);

/// After so long a measurement is not told any more: by then another machine may answer.
const STALE: Duration = Duration::from_secs(5 * 60);

/// Calls that are running, and a peak EWMA of the time to their first audio: a slower call counts at once, a faster one
/// bit by bit.
#[derive(Debug, Default)]
pub(super) struct Load {
    in_flight: usize,
    /// In seconds, and when it was measured.
    latest: Option<(f64, Instant)>,
    recent: Recent,
}

impl Load {
    pub(super) fn begun(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn ended(&mut self) {
        self.in_flight -= 1;
    }

    /// Calls whose sound has not ended yet.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// A call's first audio is there.
    pub(super) fn heard(&mut self, after: Duration, now: Instant) {
        self.recent.took(after);
        let after = after.as_secs_f64();
        let estimate = match self.latest {
            Some((estimate, at)) if after < estimate => blend(estimate, after, now - at),
            _ => after,
        };
        self.latest = Some((estimate, now));
    }

    /// A call has ended before its first audio, which would have taken longer still.
    pub(super) fn waited(&mut self, wait: Duration, now: Instant) {
        self.recent.gave_up(wait);
        let wait = wait.as_secs_f64();
        if wait > self.expected(now) {
            self.latest = Some((wait, now));
        }
    }

    /// The time to the first audio, as it was last measured.
    pub(super) fn first_audio(&self, now: Instant) -> Option<Duration> {
        let (estimate, _) = self.latest.filter(|(_, at)| now - *at < STALE)?;
        Some(Duration::from_secs_f64(estimate))
    }

    /// The time within which that share of the latest calls has begun to speak; none where too few have.
    pub(super) fn within(&self, share: Quantile) -> Option<Duration> {
        self.recent.within(share)
    }

    /// What one more call would have to wait for, in seconds of one call alone.
    pub(super) fn weight(&self, now: Instant) -> f64 {
        self.expected(now) * (self.in_flight + 1) as f64
    }

    /// What was measured fades to what is usual, so that who was slow once is tried again.
    fn expected(&self, now: Instant) -> f64 {
        let usual = USUAL.as_secs_f64();
        self.latest.map_or(usual, |(estimate, at)| blend(estimate, usual, now - at))
    }
}

/// From one value to another, as time goes by.
fn blend(from: f64, to: f64, elapsed: Duration) -> f64 {
    to + (from - to) * (-elapsed.as_secs_f64() / DECAY.as_secs_f64()).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn near(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-9
    }

    #[tokio::test]
    async fn a_peak_counts_at_once_and_fades() {
        let (start, mut load) = (Instant::now(), Load::default());
        load.heard(ms(100), start);
        load.heard(ms(2000), start);
        assert_eq!(load.first_audio(start), Some(ms(2000)));
        load.heard(ms(100), start + DECAY);
        let faded = load.first_audio(start + DECAY).unwrap().as_secs_f64();
        assert!((faded - (0.1 + 1.9 / std::f64::consts::E)).abs() < 1e-6, "{faded}");
    }

    #[tokio::test]
    async fn nobody_measured_is_as_good_as_usual_and_so_is_who_was_measured_long_ago() {
        let (start, mut load) = (Instant::now(), Load::default());
        assert_eq!((load.first_audio(start), load.weight(start)), (None, 0.5));
        load.heard(ms(4500), start);
        assert!(near(load.weight(start + DECAY), 0.5 + 4.0 / std::f64::consts::E));
        assert_eq!(load.first_audio(start + STALE - ms(1)), Some(ms(4500)));
        assert_eq!(load.first_audio(start + STALE), None);
    }

    #[tokio::test]
    async fn a_call_given_up_took_at_least_so_long() {
        let (start, mut load) = (Instant::now(), Load::default());
        load.waited(ms(400), start);
        assert_eq!(load.first_audio(start), None, "it may have been about to speak");
        load.waited(ms(3000), start);
        assert_eq!(load.first_audio(start), Some(ms(3000)));
        load.waited(ms(10), start);
        assert_eq!(load.first_audio(start), Some(ms(3000)));
    }

    #[tokio::test]
    async fn whoever_is_busy_weighs_more() {
        let (start, mut load) = (Instant::now(), Load::default());
        load.heard(ms(200), start);
        assert!(near(load.weight(start), 0.2));
        load.begun();
        load.begun();
        assert!(near(load.weight(start), 0.6));
        load.ended();
        assert!(near(load.weight(start), 0.4));
    }
}
