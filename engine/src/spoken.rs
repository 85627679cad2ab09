//! What the stack gives back.

use speech::{AudioStream, SampleRate, SpeechError, Voice, VoiceId};

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
    /// What was asked and cannot be done, by name, for `x-soundboard-dropped`.
    pub dropped: Vec<&'static str>,
    /// Samples per second before encoding.
    pub sample_rate: SampleRate,
    /// The encoded audio.
    pub audio: AudioStream,
}

/// An error inside the stack, with the voice that was asked to speak when it came, for the journal.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: SpeechError,
    pub(crate) asked: Option<VoiceId>,
}

impl From<SpeechError> for Failure {
    fn from(error: SpeechError) -> Self {
        Self { error, asked: None }
    }
}
