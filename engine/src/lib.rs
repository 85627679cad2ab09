//! The speech stack: what happens between a [`SpeechRequest`] and its audio, for every door alike.

mod compile;
mod encode;
mod meter;
mod normalise;
mod route;
mod spoken;
mod stack;
mod timeouts;

use std::collections::BTreeMap;
use std::sync::Arc;

use speech::{
    Backend, Clock, Journal, Lexicons, Reading, SpeechError, SpeechRequest, SpeechText, Voice, VoiceId,
};
use tower::ServiceExt;

pub use language::English;
pub use meter::Refusal;
pub use normalise::Normalised;
pub use route::ModelName;
pub use spoken::{Reason, Spoken};

/// What the engine is made of.
pub struct Parts {
    /// Who can speak, in order of preference.
    pub backends: Vec<Arc<dyn Backend>>,
    /// Other names for voices: `alloy` -> `kokoro:af_heart`.
    pub aliases: BTreeMap<String, String>,
    /// Where every request leaves its row.
    pub journal: Arc<dyn Journal>,
    /// How each client wants words to be said.
    pub lexicons: Arc<dyn Lexicons>,
    /// Wall-clock time for the rows.
    pub clock: Arc<dyn Clock>,
}

/// The speech stack. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    stack: stack::Stack,
    catalogue: Arc<route::Catalogue>,
    ledger: meter::Ledger,
    lexicons: Arc<dyn Lexicons>,
}

impl Engine {
    /// Builds the stack.
    pub fn new(parts: Parts) -> Self {
        let catalogue = Arc::new(route::Catalogue::new(parts.backends, parts.aliases));
        let ledger = meter::Ledger::new(parts.journal, parts.clock);
        let stack = stack::build(ledger.clone(), parts.lexicons.clone(), catalogue.clone());
        Self { stack, catalogue, ledger, lexicons: parts.lexicons }
    }

    /// Speaks. Resolves when the first audio is ready. One row goes to the journal when the stream ends, fails
    /// or is dropped, or when this call does; the stream ends only after its row is on disk.
    ///
    /// # Errors
    /// Every failure before the first audio.
    pub async fn speak(&self, request: SpeechRequest) -> Result<Spoken, SpeechError> {
        self.stack.clone().oneshot(request).await
    }

    /// What would be said of a text that this client sends. Nobody is asked to speak, and nothing is journaled.
    ///
    /// # Errors
    /// What [`speak`](Self::speak) says of a text, and of a lexicon that cannot be read.
    pub async fn normalise(
        &self,
        client: &str,
        text: SpeechText,
        reading: Reading,
        english: English,
    ) -> Result<Normalised, SpeechError> {
        let reading = compile::with_lexicon_of(&*self.lexicons, client, reading).await?;
        normalise::normalise(text, reading, english).await
    }

    /// Journals a request that a door refused before it became a [`SpeechRequest`].
    pub async fn refused(&self, refusal: Refusal) {
        self.ledger.refused(refusal).await;
    }

    /// The voice that a request with these names would be spoken by; nobody is asked to speak.
    ///
    /// # Errors
    /// As [`speak`](Self::speak), for the names.
    pub fn resolve(&self, model: Option<&str>, voice: &str) -> Result<VoiceId, SpeechError> {
        self.catalogue.resolve(model, voice).map(|(_, voice, _)| voice.id)
    }

    /// Every voice of every backend.
    pub fn voices(&self) -> Vec<Voice> {
        self.catalogue.voices()
    }

    /// The other names for voices.
    pub fn aliases(&self) -> &BTreeMap<String, String> {
        self.catalogue.aliases()
    }

    /// Every model name that a request may use, with who answers for it.
    pub fn models(&self) -> Vec<ModelName> {
        self.catalogue.models()
    }

    /// Fit to speak and to account for it: the first reason why not.
    ///
    /// # Errors
    /// The backend that cannot speak, or the journal that cannot be written.
    pub async fn ready(&self) -> Result<(), SpeechError> {
        self.catalogue.ready()?;
        self.ledger.ready().await
    }

    /// Resolves when every row of finished requests is on disk. Call it once no request is left.
    pub async fn settled(&self) {
        self.ledger.settled().await;
    }
}
