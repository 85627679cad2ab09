//! What speaks.

use std::sync::Arc;

use futures::stream::BoxStream;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    AudioFormat, BoxFuture, Capabilities, Codec, Extras, Receipt, Sound, SpeechError, SpeechGraph, Speed,
    Voice,
};

/// How something is to be said, in a backend's own terms.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The voice by the backend's own name, as [`Backend::voice`] accepted it.
    pub voice: String,
    /// One of the backend's own [`models`](Backend::models); none leaves it to the backend.
    pub model: Option<String>,
    /// How fast to speak.
    pub speed: Speed,
    /// How to say it, in prose.
    pub instructions: Option<String>,
    /// A BCP 47 tag of the text's language; none leaves it to the voice.
    pub language: Option<String>,
    /// Fields for one vendor; a backend takes those that it knows.
    pub extras: Extras,
    /// What the listener will get. A backend that can give exactly that may, and saves a decoding; any other gives
    /// what is easiest to make that of: samples, or PCM at its best rate.
    pub format: AudioFormat,
    /// Whether the times of the words are wanted.
    pub timed: bool,
    /// Whether the shapes of the mouth are wanted, too; they come with the words' times.
    pub visemes: bool,
    /// Whether nobody listens before all of it is there.
    pub whole: bool,
}

impl Delivery {
    /// The plainest: that voice, at its own pace, by the usual model, as samples.
    pub fn plain(voice: impl Into<String>) -> Self {
        Self {
            voice: voice.into(),
            model: None,
            speed: Speed::NORMAL,
            instructions: None,
            language: None,
            extras: Extras::default(),
            format: Codec::Pcm.into(),
            timed: false,
            visemes: false,
            whole: false,
        }
    }
}

/// One thing to say.
#[derive(Clone, Debug)]
pub struct Utterance {
    /// The compiled text.
    pub graph: Arc<SpeechGraph>,
    /// How to say it.
    pub delivery: Delivery,
}

/// The next words of a text that is still being written.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    /// The next words; joined, the pieces are the text.
    pub text: String,
    /// Everything so far is to be spoken now.
    pub flush: bool,
}

/// Nobody's text belongs in a log.
impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Piece({} bytes, flush: {})", self.text.len(), self.flush)
    }
}

/// Speaks the pieces of a text as they come, on the terms of [`Backend::speak`].
pub type Follow =
    Box<dyn FnOnce(BoxStream<'static, Piece>, Receipt) -> BoxFuture<Result<Sound, SpeechError>> + Send>;

/// One model of a backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// By the backend's own name, as `x-soundboard-model` reports it.
    pub id: String,
    /// For people.
    pub name: String,
    /// Code points that it takes at a time; none where there is no limit.
    pub most_characters: Option<usize>,
    /// BCP 47 tags of what it speaks; empty where nobody says.
    pub languages: Vec<String>,
    /// The day after which it is announced to be gone.
    pub deprecated_after: Option<Date>,
}

/// A source of speech: a model in this process, a vendor, a cluster.
pub trait Backend: Send + Sync + 'static {
    /// The name it is configured under: the part of a voice id before the first `:`.
    fn name(&self) -> &str;

    /// What kind of backend it is: `openai`, `kokoro`.
    fn kind(&self) -> &str {
        self.name()
    }

    /// Whose voices it has, such as the address of a server: backends of one house that have a voice of the same name speak
    /// with the same voice.
    fn house(&self) -> &str {
        self.kind()
    }

    /// Which version of it speaks, where the same model and voice may sound otherwise tomorrow: of a model in this process,
    /// the digest of its files. Empty where nobody knows, as of a vendor.
    fn version(&self) -> String {
        String::new()
    }

    /// What it can do beside speaking plain text.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// Every model, as known now; the first is the one that speaks when none is asked for. Never empty.
    fn models(&self) -> Arc<[Model]>;

    /// Every voice, as known now, also those that cannot speak; their status says why.
    fn voices(&self) -> Arc<[Voice]>;

    /// The voice of that name, or of that mix of names where the backend can mix.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownVoice`](crate::ErrorKind::UnknownVoice) with the names that are allowed, or
    /// [`ErrorKind::VoiceUnavailable`](crate::ErrorKind::VoiceUnavailable) with the reason.
    fn voice(&self, name: &str) -> Result<Voice, SpeechError>;

    /// The only one of its [`models`](Self::models) that speaks with that voice, where the voice decides it.
    fn model_of(&self, voice: &Voice) -> Option<String> {
        let _ = voice;
        None
    }

    /// Whether one call may have both of these voices of its own, where it reads SSML.
    fn joins(&self, voice: &str, other: &str) -> bool {
        let _ = (voice, other);
        true
    }

    /// What it will send of an utterance, where its vendor charges for that, and not for the client's own text.
    fn billed(&self, utterance: &Utterance) -> Option<String> {
        let _ = utterance;
        None
    }

    /// What of an utterance it cannot do or say and leaves out, by name, as `x-soundboard-dropped` tells it:
    /// `instructions`, `script:han`, `voice_settings.style`.
    fn leaves_out(&self, utterance: &Utterance) -> Vec<String>;

    /// Whether its speech carries the times of its words where they are wanted. Otherwise they are estimated.
    fn times_words(&self) -> bool {
        false
    }

    /// Asks its vendor anew for models and voices. Called at start and from time to time; what was known before stays
    /// known when it fails.
    fn refresh(&self) -> BoxFuture<Result<(), SpeechError>> {
        Box::pin(async { Ok(()) })
    }

    /// What an earlier run of this program was told by its vendor. It holds until the vendor has been asked anew, so that
    /// a vendor that is down, or has not been asked yet, still has its voices. A backend that asks nobody needs none.
    fn recall(&self, models: Vec<Model>, voices: Vec<Voice>) {
        let _ = (models, voices);
    }

    /// Fit to speak now; otherwise the reason, for `/readyz`. Asks nobody.
    fn ready(&self) -> Result<(), SpeechError> {
        Ok(())
    }

    /// Whether it speaks in this process. What such a backend was asked for and nobody waits for any more costs nobody
    /// anything; of any other, the answer tells.
    fn is_local(&self) -> bool {
        false
    }

    /// Looks an utterance through before any of it is spoken: parts of it may be asked for one by one.
    ///
    /// # Errors
    /// What it will not say, such as a sound that no voice has.
    fn check(&self, utterance: &Utterance) -> Result<(), SpeechError> {
        let _ = utterance;
        Ok(())
    }

    /// Speaks. The future resolves once the request is accepted, so that a refusal (busy, broken, not allowed) is
    /// still an ordinary error. Dropping the future or the sound stops the work at once. What it counts goes on the
    /// receipt as soon as it is known, also where the sound then fails.
    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>>;

    /// How it speaks a text while it is being written. None where it cannot; its sentences are then spoken one by one.
    fn follow(&self, delivery: &Delivery) -> Option<Follow> {
        let _ = delivery;
        None
    }
}
