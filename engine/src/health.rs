//! Who can be relied on just now, and how soon each begins to speak: learnt from the calls themselves, and forgotten as
//! time goes by. Nobody is called to find out.

mod breaker;
mod instance;
mod load;
mod recent;
mod retries;
mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use speech::{SpeechError, VoiceId};
use tokio::time::Instant;
use tower::util::rng::{HasherRng, Rng as _};

use crate::books::locked;
use instance::Instance;
use load::Load;
pub use recent::Quantile;
pub use retries::Retries;
pub(crate) use watch::Watch;

/// Whether calls are let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// All.
    Closed,
    /// One, on which it depends what becomes of the others.
    HalfOpen,
    /// None.
    Open {
        /// Until one may be, or until the one that is underway may have told.
        wait: Duration,
    },
}

impl State {
    /// In snake case, as logs and metrics have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open { .. } => "open",
        }
    }

    /// 0, 1 and 2, in this order.
    pub fn level(self) -> u64 {
        match self {
            Self::Closed => 0,
            Self::HalfOpen => 1,
            Self::Open { .. } => 2,
        }
    }
}

/// How a voice stands just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Of its own breaker or its backend's, whichever lets through less.
    pub state: State,
    /// How long its backend lately took to begin to speak: a peak EWMA, in which a slow call counts at once. None where
    /// nobody knows.
    pub first_audio: Option<Duration>,
    /// Calls of its backend whose sound has not ended yet.
    pub in_flight: usize,
}

/// A breaker that is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tripped {
    /// By its configured name.
    pub backend: String,
    /// By the backend's own name; none where it is all of them.
    pub voice: Option<String>,
    /// Half open, or open.
    pub state: State,
}

/// How every backend and voice stands: one for each engine. Cheap to clone: clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<Instances>>);

#[derive(Debug, Default)]
struct Instances {
    of: HashMap<String, Instance>,
    lots: HasherRng,
}

impl Health {
    /// How a voice stands. One that nobody has called stands well.
    pub fn standing(&self, voice: &VoiceId) -> Standing {
        let now = Instant::now();
        let instances = locked(&self.0);
        let Some(instance) = instances.of.get(&voice.backend) else {
            return Standing { state: State::Closed, first_audio: None, in_flight: 0 };
        };
        Standing {
            state: instance.breaker(&voice.voice, now).state(now),
            first_audio: instance.load.first_audio(now),
            in_flight: instance.load.in_flight(),
        }
    }

    /// What one more call of a backend would have to wait for: its peak EWMA of the time to the first audio, in seconds,
    /// times the calls that would then be in flight. Of equal instances, the lightest is the one to call.
    pub fn weigh(&self, backend: &str) -> f64 {
        let idle = Load::default();
        let instances = locked(&self.0);
        instances.of.get(backend).map_or(&idle, |instance| &instance.load).weight(Instant::now())
    }

    /// The time within which that share of a backend's latest calls has begun to speak. None where too few have.
    pub fn within(&self, backend: &str, share: Quantile) -> Option<Duration> {
        locked(&self.0).of.get(backend)?.load.within(share)
    }

    /// Every breaker that is not closed, by name; a backend's own before those of its voices.
    pub fn tripped(&self) -> Vec<Tripped> {
        let now = Instant::now();
        let instances = locked(&self.0);
        let tripped = instances.of.iter().flat_map(|(backend, instance)| {
            instance.tripped(now).map(|(voice, state)| Tripped {
                backend: backend.clone(),
                voice: voice.map(str::to_owned),
                state,
            })
        });
        let mut tripped: Vec<_> = tripped.collect();
        tripped.sort_by(|one, other| (&one.backend, &one.voice).cmp(&(&other.backend, &other.voice)));
        tripped
    }

    /// Lets a call of a voice through, and watches it.
    ///
    /// # Errors
    /// A breaker is open. The error is of the kind that opened it, and says when a call may be let through.
    pub(crate) fn admit(&self, voice: VoiceId) -> Result<Watch, SpeechError> {
        let now = Instant::now();
        let permits = self.note(&voice.backend, |instance, _| {
            let breaker = instance.breaker(&voice.voice, now);
            if let State::Open { wait } = breaker.state(now) {
                let message = format!(
                    "The backend {} is not called for now, after it has failed; the request may be tried again.",
                    voice.backend
                );
                return Err(SpeechError::new(breaker.cause(), message).retry_after(wait).retry(true));
            }
            instance.load.begun();
            Ok(instance.admit(&voice.voice))
        })?;
        Ok(Watch::new(self.clone(), voice, permits, Some(now)))
    }

    /// Watches a call of a voice that follows a text: how long that takes is its writer's business, so it is no measure of
    /// speed, nor does it try out who has failed, which may take as long.
    pub(crate) fn follow(&self, voice: VoiceId) -> Watch {
        let permits = self.note(&voice.backend, |instance, _| {
            instance.load.begun();
            instance.look(&voice.voice)
        });
        Watch::new(self.clone(), voice, permits, None)
    }

    /// Reads or writes what is known of a backend; beside that, a lot between 0 and 1.
    fn note<T>(&self, backend: &str, write: impl FnOnce(&mut Instance, f64) -> T) -> T {
        let mut instances = locked(&self.0);
        let Instances { of, lots } = &mut *instances;
        write(of.entry(backend.to_owned()).or_default(), lots.next_f64())
    }
}
