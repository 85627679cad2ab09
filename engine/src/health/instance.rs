//! One backend and its voices.

use std::collections::HashMap;

use speech::{ErrorKind, VoiceId};
use tokio::time::Instant;

use super::State;
use super::breaker::{Breaker, Permit};
use super::load::Load;
use super::watch::{Permits, Verdict};

/// So many failures in a row are no accident.
const OF_A_VOICE: usize = 5;

/// More than one voice can have before its own breaker opens: it takes a second to bring down its backend.
const OF_A_BACKEND: usize = 2 * OF_A_VOICE;

/// What is known of a backend. Its voices share its machines, so load and speed are its own.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) load: Load,
    breaker: Breaker,
    /// Only of voices that have failed lately: there may be as many names as anybody can think of.
    voices: HashMap<String, Breaker>,
}

impl Default for Instance {
    fn default() -> Self {
        Self { load: Load::default(), breaker: Breaker::new(OF_A_BACKEND), voices: HashMap::new() }
    }
}

impl Instance {
    /// The breaker that a call of that voice has to fear most.
    pub(super) fn breaker(&self, voice: &str, now: Instant) -> &Breaker {
        match self.voices.get(voice) {
            Some(breaker) if breaker.state(now) > self.breaker.state(now) => breaker,
            _ => &self.breaker,
        }
    }

    /// Lets a call through that its breakers allow.
    pub(super) fn admit(&mut self, voice: &str) -> Permits {
        let of_voice = self.voices.get_mut(voice).map_or(Permit::FIRST, Breaker::admit);
        Permits { backend: self.breaker.admit(), voice: of_voice }
    }

    /// For a call that tries nobody out.
    pub(super) fn look(&self, voice: &str) -> Permits {
        let of_voice = self.voices.get(voice).map_or(Permit::FIRST, Breaker::look);
        Permits { backend: self.breaker.look(), voice: of_voice }
    }

    /// The first audio of a call is there.
    pub(super) fn heard(&mut self, id: &VoiceId, permits: &mut Permits, now: Instant) {
        if let Some(breaker) = self.voices.get_mut(&id.voice) {
            told(&id.backend, Some(&id.voice), breaker, now, |breaker| breaker.heard(&mut permits.voice));
        }
        told(&id.backend, None, &mut self.breaker, now, |breaker| breaker.heard(&mut permits.backend));
    }

    /// A call has ended.
    pub(super) fn judge(
        &mut self,
        id: &VoiceId,
        permits: Permits,
        verdict: Verdict,
        now: Instant,
        luck: f64,
    ) {
        match verdict {
            Verdict::None => {
                self.of_voice(&id.voice, |breaker| breaker.freed(permits.voice, now));
                self.breaker.freed(permits.backend, now);
            }
            Verdict::Well => {
                self.of_voice(&id.voice, |breaker| breaker.succeeded(permits.voice, now));
                self.breaker.succeeded(permits.backend, now);
            }
            Verdict::Failed(cause) => {
                let is_news = self.voice_failed(id, permits.voice, cause, now, luck);
                if is_news || self.breaker.is_probed_by(permits.backend) {
                    told(&id.backend, None, &mut self.breaker, now, |breaker| {
                        breaker.failed(permits.backend, cause, now, luck);
                    });
                }
            }
            Verdict::HoldOff(cause, wait) => {
                self.of_voice(&id.voice, |breaker| breaker.freed(permits.voice, now));
                let hold_off = |breaker: &mut Breaker| breaker.hold_off(wait, cause, now);
                told(&id.backend, None, &mut self.breaker, now, hold_off);
            }
        }
    }

    /// Whether that is news of the backend too: that a voice which is known to be broken still is, is none.
    fn voice_failed(
        &mut self,
        id: &VoiceId,
        permit: Permit,
        cause: ErrorKind,
        now: Instant,
        luck: f64,
    ) -> bool {
        if !self.voices.contains_key(&id.voice) {
            self.voices.retain(|_, breaker| !breaker.is_blank(now));
        }
        let breaker = self.voices.entry(id.voice.clone()).or_insert_with(|| Breaker::new(OF_A_VOICE));
        let is_news = breaker.is_of_now(permit) && !breaker.is_probed_by(permit);
        told(&id.backend, Some(&id.voice), breaker, now, |breaker| {
            breaker.failed(permit, cause, now, luck);
        });
        is_news
    }

    fn of_voice(&mut self, voice: &str, turn: impl FnOnce(&mut Breaker)) {
        if let Some(breaker) = self.voices.get_mut(voice) {
            turn(breaker);
        }
    }

    /// Every breaker that is not closed, the backend's own without a voice.
    pub(super) fn tripped(&self, now: Instant) -> impl Iterator<Item = (Option<&str>, State)> {
        let voices = self.voices.iter().map(|(voice, breaker)| (Some(voice.as_str()), breaker));
        let all = std::iter::once((None, &self.breaker)).chain(voices);
        all.map(move |(voice, breaker)| (voice, breaker.state(now)))
            .filter(|(_, state)| *state != State::Closed)
    }
}

/// Does something to a breaker, and tells the operator where that opens or closes it.
fn told(
    backend: &str,
    voice: Option<&str>,
    breaker: &mut Breaker,
    now: Instant,
    turn: impl FnOnce(&mut Breaker),
) {
    let before = breaker.state(now).name();
    turn(breaker);
    let state = breaker.state(now).name();
    if state != before {
        let cause = breaker.cause().code();
        tracing::warn!(backend, voice, state, cause, "a circuit breaker has turned");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_voices_that_have_failed_lately_are_remembered() {
        let (mut instance, mut now) = (Instance::default(), Instant::now());
        for number in 0..10_000 {
            let id = VoiceId { backend: "one".to_owned(), voice: format!("voice-{number}") };
            now += Duration::from_secs(1);
            let permits = instance.admit(&id.voice);
            instance.judge(&id, permits, Verdict::Well, now, 0.0);
            assert!(!instance.voices.contains_key(&id.voice), "nothing is known against it");
            instance.judge(&id, permits, Verdict::Failed(ErrorKind::BackendFailed), now, 0.0);
            assert!(instance.voices.contains_key(&id.voice));
            assert!(instance.voices.len() <= 30, "{}", instance.voices.len());
        }
        assert_eq!(instance.tripped(now).count(), 0, "one of two calls is worth another");
    }
}
