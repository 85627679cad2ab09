//! A circuit breaker: who fails again and again is not called for a while, and then by one call at a time.

use std::collections::VecDeque;
use std::time::Duration;

use speech::ErrorKind;
use tokio::time::Instant;

use super::State;

/// A call that ended longer ago says nothing of now: most outages begin and end within minutes.
const MEMORY: Duration = Duration::from_secs(30);

/// The first rest: long enough for a connection to be made anew, short enough to be worth waiting for.
const SHORTEST: Duration = Duration::from_secs(1);

/// The longest: one lost call a minute is a fair price for news of a backend that is down for hours.
const LONGEST: Duration = Duration::from_secs(60);

/// The longest that a vendor's word is taken for. One that says an hour may have been asked too much by one of our keys,
/// and is asked again by one call.
const LONGEST_ON_ITS_WORD: Duration = Duration::from_secs(5 * 60);

/// The right to make a call. It holds for one phase of its breaker: what a call of an earlier phase tells is no news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Permit(u64);

impl Permit {
    /// What a new breaker gives.
    pub(super) const FIRST: Self = Self(0);

    /// Of no phase: who is called without having been let through tells nothing.
    const NONE: Self = Self(u64::MAX);
}

/// Opens after so many failures in a row, or when two thirds of the recent calls have failed and these are twice as many.
/// Whoever speaks every other time is worth a call.
#[derive(Debug)]
pub(super) struct Breaker {
    in_a_row: usize,
    phase: Phase,
    /// Counts the phases there have been.
    number: u64,
    /// When the latest calls of this phase ended, and whether they failed.
    recent: VecDeque<(Instant, bool)>,
    /// How often it has opened since a call succeeded.
    openings: u32,
    /// What opened it.
    cause: ErrorKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Everybody may call.
    Closed,
    /// Nobody may call before then; after that, one.
    Open { until: Instant },
    /// One is calling.
    Probing,
}

impl Breaker {
    pub(super) fn new(in_a_row: usize) -> Self {
        Self {
            in_a_row,
            phase: Phase::Closed,
            number: 0,
            recent: VecDeque::new(),
            openings: 0,
            cause: ErrorKind::BackendFailed,
        }
    }

    pub(super) fn state(&self, now: Instant) -> State {
        match self.phase {
            Phase::Closed => State::Closed,
            Phase::Open { until } if until <= now => State::HalfOpen,
            Phase::Open { until } => State::Open { wait: until - now },
            Phase::Probing => State::Open { wait: SHORTEST },
        }
    }

    /// The kind of failure that opened it.
    pub(super) fn cause(&self) -> ErrorKind {
        self.cause
    }

    /// Whether a new one would do as well.
    pub(super) fn is_blank(&self, now: Instant) -> bool {
        let recently = |&(at, failed): &(Instant, bool)| failed && now - at < MEMORY;
        self.phase == Phase::Closed && !self.recent.iter().any(recently)
    }

    /// Lets a call through that its state allows.
    pub(super) fn admit(&mut self) -> Permit {
        if self.phase != Phase::Closed {
            self.turn(Phase::Probing);
        }
        Permit(self.number)
    }

    /// For a call that tries nobody out: it tells something only where everybody may call.
    pub(super) fn look(&self) -> Permit {
        if self.phase == Phase::Closed { Permit(self.number) } else { Permit::NONE }
    }

    /// The first audio of that call is there: whoever is to be tried out has passed.
    pub(super) fn heard(&mut self, permit: &mut Permit) {
        if self.is_probed_by(*permit) {
            self.turn(Phase::Closed);
            *permit = Permit(self.number);
        }
    }

    /// That call has ended well.
    pub(super) fn succeeded(&mut self, permit: Permit, now: Instant) {
        if self.is_of_now(permit) {
            self.openings = 0;
            self.note(now, false);
        }
    }

    /// That call has failed. `luck`, from 0 to 1, spreads the probes of many gateways.
    pub(super) fn failed(&mut self, permit: Permit, cause: ErrorKind, now: Instant, luck: f64) {
        if !self.is_of_now(permit) {
            return;
        }
        self.note(now, true);
        if self.phase == Phase::Probing || self.is_too_much() {
            let rest = SHORTEST.saturating_mul(1 << self.openings.min(31)).min(LONGEST);
            self.openings = self.openings.saturating_add(1);
            self.open(now + rest.mul_f64(0.5 + luck / 2.0), cause);
        }
    }

    /// That call has ended and tells nothing; the next may try.
    pub(super) fn freed(&mut self, permit: Permit, now: Instant) {
        if self.is_probed_by(permit) {
            self.turn(Phase::Open { until: now });
        }
    }

    /// Who is called has said when to call again, which no earlier word of its own shortens.
    pub(super) fn hold_off(&mut self, wait: Duration, cause: ErrorKind, now: Instant) {
        let until = now + wait.min(LONGEST_ON_ITS_WORD);
        let until = match self.phase {
            Phase::Open { until: already } => until.max(already),
            Phase::Closed | Phase::Probing => until,
        };
        self.open(until, cause);
    }

    /// Whether all depends on that call.
    pub(super) fn is_probed_by(&self, permit: Permit) -> bool {
        self.phase == Phase::Probing && self.is_of_now(permit)
    }

    /// Whether that call tells of the present phase.
    pub(super) fn is_of_now(&self, permit: Permit) -> bool {
        permit == Permit(self.number)
    }

    fn is_too_much(&self) -> bool {
        let failures = self.recent.iter().filter(|(_, failed)| *failed).count();
        let in_a_row = self.recent.iter().rev().take_while(|(_, failed)| *failed).count();
        let is_often = self.recent.len() >= 2 * self.in_a_row && 3 * failures >= 2 * self.recent.len();
        in_a_row >= self.in_a_row || is_often
    }

    fn note(&mut self, now: Instant, failed: bool) {
        self.recent.push_back((now, failed));
        let most = 4 * self.in_a_row;
        while self.recent.front().is_some_and(|(at, _)| self.recent.len() > most || now - *at >= MEMORY) {
            self.recent.pop_front();
        }
    }

    fn open(&mut self, until: Instant, cause: ErrorKind) {
        self.cause = cause;
        self.turn(Phase::Open { until });
    }

    fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.number += 1;
        self.recent.clear();
    }
}

#[cfg(test)]
#[path = "breaker/tests.rs"]
mod tests;
