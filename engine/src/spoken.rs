//! What the stack gives back.

use std::sync::{Arc, Mutex, PoisonError};

use crate::catalogue::Choice;
use crate::route::Encoded;
use speech::{AudioStream, Date, Receipt, SampleRate, Usage, Voice, VoiceId};

/// Why this voice speaks, as `x-soundboard-reason` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is the voice that was asked for.
    Exact,
    /// The name that was asked for is an alias of it.
    Alias,
    /// The voice that was asked for is announced to be gone by now; this one stands in.
    Deprecated,
}

impl Reason {
    /// The header's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Alias => "alias",
            Self::Deprecated => "deprecated",
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
    /// What was asked and cannot be done or said, by name, for `x-soundboard-dropped`.
    pub dropped: Vec<String>,
    /// The day after which model or voice will be gone, once that is near.
    pub deprecated_after: Option<Date>,
    /// What is counted while it is spoken.
    pub tally: Tally,
    /// The unit of [`AudioChunk::samples`](speech::AudioChunk::samples): so many make a second.
    pub sample_rate: SampleRate,
    /// The encoded audio.
    pub audio: AudioStream,
}

impl Spoken {
    /// `characters` of a text that is known; 0 of one that is still being written.
    pub(crate) fn new(
        choice: Choice,
        requested_voice: String,
        characters: usize,
        dropped: Vec<String>,
        asked: &Asked,
        Encoded { sample_rate, audio }: Encoded,
    ) -> Self {
        if characters > 0 {
            asked.hear(characters);
        }
        Self {
            voice: choice.voice,
            model: choice.model.id,
            requested_voice,
            reason: choice.reason,
            dropped,
            deprecated_after: choice.deprecated_after,
            tally: Tally(asked.clone()),
            sample_rate,
            audio,
        }
    }
}

/// What is counted while a speech lasts. Clones are the same tally.
#[derive(Clone, Debug, Default)]
pub struct Tally(Asked);

impl Tally {
    /// Code points of the text: what is billed. Of a text that is still being written, those so far.
    pub fn characters(&self) -> u64 {
        self.0.facts().characters.unwrap_or_default()
    }

    /// What the vendor charges, in its own unit, where it has said so for the whole of the text.
    pub fn charge(&self) -> Option<u64> {
        let facts = self.0.facts();
        if facts.in_parts { None } else { facts.usage().characters }
    }

    /// What the backend says that it counted, so far.
    pub fn usage(&self) -> Usage {
        self.0.facts().usage()
    }
}

/// What is known of a request once somebody is asked to speak: told on the way, read by the meter, however the
/// request ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Arc<Mutex<Facts>>);

/// What [`Asked`] knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) voice: Option<VoiceId>,
    pub(crate) model: Option<String>,
    pub(crate) characters: Option<u64>,
    pub(crate) receipts: Vec<Receipt>,
    /// Whether the vendor is called several times, and has counted only the first parts when the sound begins.
    pub(crate) in_parts: bool,
}

impl Asked {
    pub(crate) fn note(&self, write: impl FnOnce(&mut Facts)) {
        write(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Who speaks; of several voices in turn, the first.
    pub(crate) fn choose(&self, voice: &VoiceId, model: &str) {
        self.note(|facts| {
            facts.voice.get_or_insert_with(|| voice.clone());
            facts.model.get_or_insert_with(|| model.to_owned());
        });
    }

    /// So many more characters of a text that is still being written.
    pub(crate) fn hear(&self, characters: usize) {
        self.note(|facts| *facts.characters.get_or_insert(0) += characters as u64);
    }

    pub(crate) fn facts(&self) -> Facts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Facts {
    /// The sum of what was counted; the id of the last.
    pub(crate) fn usage(&self) -> Usage {
        let add = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        self.receipts.iter().map(Receipt::read).fold(Usage::default(), |sum, usage| Usage {
            request_id: usage.request_id.or(sum.request_id),
            characters: add(sum.characters, usage.characters),
            input_tokens: add(sum.input_tokens, usage.input_tokens),
            output_tokens: add(sum.output_tokens, usage.output_tokens),
        })
    }
}
