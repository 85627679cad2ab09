//! How long the latest calls took to begin to speak.

use std::collections::VecDeque;
use std::time::Duration;

/// So many are remembered.
const KEPT: usize = 100;

/// Fewer say nothing about how slow the slowest are.
const ENOUGH: usize = 20;

const HALF: Quantile = Quantile(0.5);

/// A share of calls, of which the fastest are meant: between a half and 0.999.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Quantile(f64);

impl Quantile {
    /// None of what is out of bounds.
    pub fn new(share: f64) -> Option<Self> {
        (0.5..=0.999).contains(&share).then_some(Self(share))
    }

    /// The place of the slowest of them, among so many.
    fn place(self, among: usize) -> usize {
        ((among as f64 * self.0).ceil() as usize).saturating_sub(1)
    }
}

/// The times to the first audio of the latest calls.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Duration>);

impl Recent {
    /// A call took so long.
    pub(super) fn took(&mut self, time: Duration) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(time);
    }

    /// A call was given up after so long. It would have taken longer still: told beside those that were not, if it was
    /// slow by then already, or else only the fast ones would be remembered.
    pub(super) fn gave_up(&mut self, after: Duration) {
        if self.within(HALF).is_some_and(|half| after > half) {
            self.took(after);
        }
    }

    /// The time that the slowest took of the fastest, where these are that share of them all.
    pub(super) fn within(&self, share: Quantile) -> Option<Duration> {
        let mut times: Vec<Duration> = self.0.iter().copied().collect();
        let enough = times.len() >= ENOUGH;
        enough.then(|| *times.select_nth_unstable(share.place(self.0.len())).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn of(times: impl IntoIterator<Item = u64>) -> Recent {
        let mut recent = Recent::default();
        times.into_iter().for_each(|time| recent.took(ms(time)));
        recent
    }

    fn share(share: f64) -> Quantile {
        Quantile::new(share).unwrap()
    }

    #[test]
    fn a_quantile_is_at_least_a_half_and_never_all() {
        assert!(Quantile::new(0.5).is_some() && Quantile::new(0.999).is_some());
        assert!(
            [0.0, 0.49, 1.0, 95.0, -0.5, f64::NAN].into_iter().all(|share| Quantile::new(share).is_none())
        );
    }

    #[test]
    fn it_is_the_time_of_the_slowest_within_that_share() {
        let recent = of((1..=100).rev());
        let of_them = [0.5, 0.95, 0.99, 0.999].map(|quantile| recent.within(share(quantile)));
        assert_eq!(of_them, [ms(50), ms(95), ms(99), ms(100)].map(Some));
        assert_eq!(of(1..=20).within(share(0.95)), Some(ms(19)));
    }

    #[test]
    fn a_few_say_nothing_and_the_oldest_are_forgotten() {
        assert_eq!(of(1..20).within(HALF), None);
        assert_eq!(of(1..=1100).within(share(0.999)), Some(ms(1100)));
        assert_eq!(of(1..=1100).within(HALF), Some(ms(1050)));
    }

    #[test]
    fn of_those_given_up_the_slow_ones_count() {
        let mut recent = of([100; 20]);
        recent.gave_up(ms(100));
        assert_eq!(recent.0.len(), 20, "it may have been about to speak");
        (0..5).for_each(|_| recent.gave_up(ms(300)));
        assert_eq!(recent.within(share(0.95)), Some(ms(300)));
        let mut unknown = of([]);
        unknown.gave_up(ms(300));
        assert!(unknown.0.is_empty());
    }
}
