//! The speech stack: what happens between a [`SpeechRequest`] and its audio, for every door alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use speech::{
    AudioStream, Backend, Clock, Door, ErrorKind, Journal, SampleRate, SpeechError, SpeechRequest, Voice,
};

/// What the engine is made of.
pub struct Parts {
    /// Who can speak, in order of preference.
    pub backends: Vec<Arc<dyn Backend>>,
    /// Other names for voices: `alloy` -> `kokoro:af_heart`.
    pub aliases: BTreeMap<String, String>,
    /// Where every request leaves its row.
    pub journal: Arc<dyn Journal>,
    /// Wall-clock time for the rows.
    pub clock: Arc<dyn Clock>,
}

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

/// A request that was refused before it became a [`SpeechRequest`].
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The request's id.
    pub id: String,
    /// Who asked.
    pub client: Arc<str>,
    /// Where it came in.
    pub door: Door,
    /// Why.
    pub kind: ErrorKind,
}

/// The speech stack. Cheap to clone.
#[derive(Clone)]
pub struct Engine {}

impl Engine {
    /// Builds the stack.
    pub fn new(_parts: Parts) -> Self {
        Self {}
    }

    /// Speaks. Resolves when the first audio is ready; every failure before that is an `Err`. One row goes to
    /// the journal when the stream ends, fails or is dropped, or at once on an `Err`.
    pub async fn speak(&self, _request: SpeechRequest) -> Result<Spoken, SpeechError> {
        Err(SpeechError::new(ErrorKind::Internal, "The engine is under construction."))
    }

    /// Journals a request that a door refused.
    pub async fn refused(&self, _refusal: Refusal) {}

    /// Every voice of every backend.
    pub fn voices(&self) -> Vec<Voice> {
        Vec::new()
    }

    /// The other names for voices.
    pub fn aliases(&self) -> &BTreeMap<String, String> {
        static EMPTY: BTreeMap<String, String> = BTreeMap::new();
        &EMPTY
    }

    /// Every model name that a request may use, the backends' own and the aliases, with who answers for it.
    pub fn models(&self) -> Vec<ModelName> {
        Vec::new()
    }

    /// Fit to speak: the first reason why not.
    pub async fn ready(&self) -> Result<(), SpeechError> {
        Ok(())
    }

    /// Resolves when every row of finished requests is on disk. Call it once no request is left.
    pub async fn settled(&self) {}
}

/// A model name that a request may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelName {
    /// The name in the request.
    pub id: String,
    /// The backend that answers.
    pub backend: String,
}
