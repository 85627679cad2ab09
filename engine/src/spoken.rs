//! What the stack gives back.

use std::sync::Arc;

use crate::cache::CacheUse;
use crate::catalogue::Choice;
use crate::route::Encoded;
use crate::tab::Tab;
use speech::{AudioStream, Date, ErrorKind, Policy, SampleRate, Usage, Voice, VoiceId};

/// Why this voice speaks, as `x-soundboard-reason` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is the voice that was asked for.
    Exact,
    /// The name that was asked for is an alias of it.
    Alias,
    /// The voice that was asked for is announced to be gone by now; this one stands in.
    Deprecated,
    /// A budget of the client's has no room for the voice that was asked for; this one is cheaper.
    Throttled,
    /// It is what the client has described.
    Described,
    /// The voice that was asked for has failed, or cannot speak now; this one is near it.
    Fallback,
    /// The voice that was asked for has let us wait for so long that this one, which is near it, was asked as well, and was
    /// faster.
    Hedged,
    /// By that policy it comes before the voice that was asked for.
    Policy(Policy),
}

impl Reason {
    /// The header's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Alias => "alias",
            Self::Deprecated => "deprecated",
            Self::Throttled => "throttled",
            Self::Described => "described",
            Self::Fallback => "fallback",
            Self::Hedged => "hedged",
            Self::Policy(policy) => policy.name(),
        }
    }
}

/// Speech that has begun: its first audio is ready.
pub struct Spoken {
    /// Who speaks; `voice.id.backend` is the backend.
    pub voice: Voice,
    /// The model that speaks.
    pub model: String,
    /// The voice as the client named it.
    pub requested_voice: String,
    /// Why that voice.
    pub reason: Reason,
    /// Who was asked before and failed, and how.
    pub tried: Vec<(VoiceId, ErrorKind)>,
    /// What was asked and cannot be done or said, by name, for `x-soundboard-dropped`.
    pub dropped: Vec<String>,
    /// The day after which model or voice will be gone, once that is near.
    pub deprecated_after: Option<Date>,
    /// What the cache had to do with it; none where there is no cache, and of a conversation.
    pub cache: Option<CacheUse>,
    /// What is counted while it is spoken.
    pub tally: Tally,
    /// The unit of [`AudioChunk::samples`](speech::AudioChunk::samples): so many make a second.
    pub sample_rate: SampleRate,
    /// The encoded audio.
    pub audio: AudioStream,
}

impl Spoken {
    pub(crate) fn new(
        choice: Choice,
        requested_voice: String,
        dropped: Vec<String>,
        tab: &Tab,
        Encoded { sample_rate, audio, cache }: Encoded,
    ) -> Self {
        Self {
            model: choice.model.id.clone(),
            voice: Arc::unwrap_or_clone(choice.voice),
            requested_voice,
            reason: choice.reason,
            tried: Vec::new(),
            dropped,
            deprecated_after: choice.deprecated_after,
            cache,
            tally: Tally::new(tab),
            sample_rate,
            audio,
        }
    }
}

/// What is counted while a speech lasts. Clones are the same tally.
#[derive(Clone)]
pub struct Tally(Tab);

impl Tally {
    pub(crate) fn new(tab: &Tab) -> Self {
        Self(tab.clone())
    }

    /// Code points of the text: what is billed. Of a text that is still being written, those so far.
    pub fn characters(&self) -> u64 {
        self.0.note(|state| state.row.characters.unwrap_or_default())
    }

    /// What the vendor charges, in its own unit, where it has said so for the whole of the text.
    pub fn charge(&self) -> Option<u64> {
        self.0.note(|state| if state.in_parts { None } else { state.usage().characters })
    }

    /// What the backend says that it counted, so far.
    pub fn usage(&self) -> Usage {
        self.0.usage()
    }

    /// Who went on from which code point on, so far, after the voice before had failed.
    pub fn switches(&self) -> Vec<(usize, VoiceId)> {
        self.0.note(|state| state.switches.clone())
    }

    /// Whether another may go on with what one has begun to say.
    pub fn may_switch(&self) -> bool {
        self.0.note(|state| state.cast.iter().any(|part| part.has_understudy))
    }

    /// Who speaks each of the voices that a dialogue asks for, as the client names them: of who has begun to, the first who
    /// did; of who has not, whoever is to.
    pub fn cast(&self) -> Vec<(Arc<str>, VoiceId)> {
        self.0.note(|state| {
            state.cast.iter().map(|part| (Arc::clone(&part.name), part.voice.clone())).collect()
        })
    }

    /// Whether a budget that only warns is passed.
    pub fn is_over_budget(&self) -> bool {
        self.0.note(|state| state.over)
    }
}
