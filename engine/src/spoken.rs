//! What the stack gives back.

use std::sync::{Arc, OnceLock};

use speech::{AudioStream, SampleRate, Voice, VoiceId};

/// Why this voice speaks, as `x-soundboard-reason` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is the voice that was asked for.
    Exact,
    /// The name that was asked for is an alias of it.
    Alias,
}

impl Reason {
    /// The header's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Alias => "alias",
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
    /// Code points of the text: what is billed.
    pub characters: usize,
    /// What was asked and cannot be done or said, by name, for `x-soundboard-dropped`.
    pub dropped: Vec<String>,
    /// Samples per second before encoding.
    pub sample_rate: SampleRate,
    /// The encoded audio.
    pub audio: AudioStream,
}

/// Who was asked to speak: told by the route, read by the meter, however the request ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Arc<OnceLock<VoiceId>>);

impl Asked {
    pub(crate) fn set(&self, voice: &VoiceId) {
        // A request is routed once.
        let _ = self.0.set(voice.clone());
    }

    pub(crate) fn get(&self) -> Option<&VoiceId> {
        self.0.get()
    }
}
