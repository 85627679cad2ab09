//! An eye on one call, from its beginning until its sound has ended.

use std::time::Duration;

use speech::{ErrorKind, Origin, SpeechError, VoiceId};
use tokio::time::Instant;

use super::Health;
use super::breaker::Permit;
use crate::meter::broken_off;

/// What the breakers of a call let through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permits {
    pub(super) backend: Permit,
    pub(super) voice: Permit,
}

/// What a call says of whom it called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    None,
    /// It speaks.
    Well,
    /// It has failed.
    Failed(ErrorKind),
    /// It does not want to be called before so long.
    HoldOff(ErrorKind, Duration),
}

/// A call that is running. Dropped before its first audio, it says nothing; after that, all was well; unless it is broken
/// off because it took too long.
#[derive(Debug)]
pub(crate) struct Watch {
    health: Health,
    voice: VoiceId,
    permits: Permits,
    /// None where it is no measure of speed.
    began: Option<Instant>,
    is_heard: bool,
    verdict: Verdict,
}

impl Watch {
    pub(super) fn new(health: Health, voice: VoiceId, permits: Permits, began: Option<Instant>) -> Self {
        Self { health, voice, permits, began, is_heard: false, verdict: Verdict::None }
    }

    /// The first audio is there.
    pub(crate) fn heard(&mut self) {
        let now = Instant::now();
        self.is_heard = true;
        self.verdict = Verdict::Well;
        self.health.note(&self.voice.backend, |instance, _| {
            self.began.iter().for_each(|began| instance.load.heard(now - *began, now));
            instance.heard(&self.voice, &mut self.permits, now);
        });
    }

    /// It has failed. Only what is the backend's own fault is held against it: whoever asked for what cannot be, or was
    /// too many here, has learnt nothing of it.
    pub(crate) fn failed(mut self, error: &SpeechError) {
        let kind = error.kind();
        self.verdict = match error.wait().filter(|wait| !wait.is_zero()) {
            _ if error.origin() != Origin::Backend => Verdict::None,
            Some(wait) => Verdict::HoldOff(kind, wait),
            None => Verdict::Failed(kind),
        };
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let now = Instant::now();
        // Whoever is waited for no longer has stalled; whoever is hung up on has not.
        let says_nothing_bad = matches!(self.verdict, Verdict::None | Verdict::Well);
        if says_nothing_bad && broken_off() == Some(ErrorKind::DeadlineExceeded) {
            self.verdict = Verdict::Failed(ErrorKind::DeadlineExceeded);
        }
        self.health.note(&self.voice.backend, |instance, luck| {
            instance.load.ended();
            let unheard = self.began.filter(|_| !self.is_heard);
            unheard.iter().for_each(|began| instance.load.waited(now - *began, now));
            instance.judge(&self.voice, self.permits, self.verdict, now, luck);
        });
    }
}
