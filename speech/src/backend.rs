//! What speaks.

use std::sync::Arc;

use crate::{BoxFuture, PcmStream, SpeechError, SpeechGraph, Speed, Voice};

/// One thing to say, in a backend's own terms.
#[derive(Clone, Debug)]
pub struct Utterance {
    /// The compiled text.
    pub graph: Arc<SpeechGraph>,
    /// The voice by the backend's own name, as [`Backend::voice`] accepted it.
    pub voice: String,
    /// How fast to speak.
    pub speed: Speed,
}

/// A source of speech: a model in this process, a vendor, a cluster.
pub trait Backend: Send + Sync + 'static {
    /// The name it is configured under: the part of a voice id before the first `:`.
    fn name(&self) -> &str;

    /// The name of the model that speaks, as `x-soundboard-model` reports it.
    fn model(&self) -> &str;

    /// Every voice, also those that cannot speak now; their status says why.
    fn voices(&self) -> &[Voice];

    /// The voice of that name, or of that mix of names where the backend can mix.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownVoice`](crate::ErrorKind::UnknownVoice) with the names that are allowed, or
    /// [`ErrorKind::VoiceUnavailable`](crate::ErrorKind::VoiceUnavailable) with the reason.
    fn voice(&self, name: &str) -> Result<Voice, SpeechError>;

    /// Whether it can follow OpenAI's `instructions`.
    fn follows_instructions(&self) -> bool {
        false
    }

    /// What of a text it cannot say and leaves out, by name, as `x-soundboard-dropped` tells it: `script:han`.
    fn unreadable(&self, graph: &SpeechGraph) -> Vec<String> {
        let _ = graph;
        Vec::new()
    }

    /// Fit to speak now; otherwise the reason, for `/readyz`.
    fn ready(&self) -> Result<(), SpeechError> {
        Ok(())
    }

    /// Speaks. The future resolves once the request is accepted and its first audio is ready, so that a refusal
    /// (busy, broken) is still an ordinary error. Dropping the future or the stream stops the work at once.
    fn speak(&self, utterance: Utterance) -> BoxFuture<Result<PcmStream, SpeechError>>;
}
