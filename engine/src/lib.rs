//! The speech stack: what happens between a [`SpeechRequest`] and its audio, for every door alike.

mod ask;
mod books;
mod buy;
mod cache;
mod cast;
mod catalogue;
mod chain;
mod compile;
mod converse;
mod decode;
mod deprecation;
mod dictation;
mod encode;
mod gather;
mod guard;
pub mod health;
mod hedge;
mod listen;
mod meter;
mod normalise;
mod pace;
mod part;
mod patience;
mod plan;
mod route;
mod script;
mod split;
mod spoken;
mod stack;
mod tab;
mod tariff;
mod timeouts;
mod trace;
mod visemes;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use billing::{Ledger, Nanos};
use catalog::{Change, Entry, Index};
use futures::stream::BoxStream;
use speech::{
    Aliases, Clock, Lexicons, Mouth, Piece, Reading, SpeechError, SpeechRequest, SpeechText, Terms, Turn,
    Voice, VoiceId,
};
use tower::ServiceExt;

use books::Books;
pub use cache::{Cache, CacheSettings, CacheUse};
pub use catalogue::{Catalogue, ModelName};
use health::{Health, Retries};
pub use language::English;
pub use meter::{Refusal, Replayed, Waiting, break_off};
pub use normalise::Normalised;

use plan::Planner;
pub use plan::{Defaults, Explained, Explanation, Rejected};
pub use spoken::{Reason, Spoken, Tally};
pub use tariff::Tariff;

/// What the engine is made of.
pub struct Parts {
    /// Who can speak, under which names.
    pub catalogue: Catalogue,
    /// Where every request is entered, and what it costs.
    pub ledger: Arc<dyn Ledger>,
    /// What it costs.
    pub tariff: Tariff,
    /// How each client wants words to be said.
    pub lexicons: Arc<dyn Lexicons>,
    /// How words look whose speakers do not show it.
    pub mouth: Arc<dyn Mouth>,
    /// What was spoken before; the default keeps nothing.
    pub cache: Cache,
    /// How requests are routed that do not say it themselves.
    pub routing: Defaults,
    /// Wall-clock time for the rows.
    pub clock: Arc<dyn Clock>,
}

/// What a request would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Who would speak.
    pub voice: VoiceId,
    /// By which model.
    pub model: String,
    /// Code points of the text.
    pub characters: u64,
    /// What it would cost, as far as the text alone tells.
    pub likely: Nanos,
    /// What it may cost at most. Where others may speak in that voice's place, as much is set aside as for the dearest of them.
    pub most: Nanos,
    /// By which rate.
    pub rate: String,
}

/// The speech stack. Clones are the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    stack: stack::Stack,
    catalogue: Arc<Catalogue>,
    planner: Planner,
    books: Books,
    lexicons: Arc<dyn Lexicons>,
    conversation: converse::Conversation,
    health: Health,
}

impl Engine {
    /// Builds the stack.
    pub fn new(parts: Parts) -> Self {
        let Parts { catalogue, ledger, tariff, lexicons, mouth, cache, routing, clock } = parts;
        let catalogue = Arc::new(catalogue);
        let books = Books::new(ledger, tariff, clock);
        let health = Health::default();
        let planner = Planner {
            catalogue: catalogue.clone(),
            health: health.clone(),
            retries: Retries::default(),
            defaults: Arc::new(routing),
        };
        let speaker = stack::speaker(&health, Arc::clone(&mouth));
        let conversation =
            converse::Conversation { planner: planner.clone(), lexicons: lexicons.clone(), mouth, speaker };
        let stack = stack::build(books.clone(), &conversation, cache);
        Self(Arc::new(Inner { stack, catalogue, planner, books, lexicons, conversation, health }))
    }

    /// Speaks. Resolves when the first audio is ready. One row goes to the journal when the stream ends, fails
    /// or is dropped, or when this call does; the stream ends only after its row is on disk.
    ///
    /// # Errors
    /// Every failure before the first audio.
    pub async fn speak(&self, request: SpeechRequest) -> Result<Spoken, SpeechError> {
        self.0.stack.clone().oneshot(request).await
    }

    /// Keeps a request in mind that is to be spoken later: see [`Waiting`]. `characters` are the code points of its text, where
    /// it is known.
    pub fn keep_waiting(&self, terms: &Terms, characters: Option<u64>) -> Waiting {
        Waiting::new(self.0.books.open_on(terms, characters))
    }

    /// One voice speaks a text that is still being written: one sound, one row. Resolves when the first audio is
    /// ready, which may wait for the text. An error after that ends the audio.
    ///
    /// # Errors
    /// As [`speak`](Self::speak); and when the text ends without a word.
    pub async fn dictate(
        &self,
        terms: Terms,
        voice: Arc<str>,
        pieces: BoxStream<'static, Piece>,
    ) -> Result<Spoken, SpeechError> {
        let row = self.0.books.open_on(&terms, None);
        let tab = row.tab();
        let speaking = row.over(self.0.conversation.clone().dictate(terms, voice, pieces, tab));
        trace::until_silence(trace::span("dictate"), speaking).await
    }

    /// Voices take turns: one sound, one row, under the first voice's name. Otherwise as [`dictate`](Self::dictate). Nobody
    /// begins before it is known who is to speak each of `voices`; others may come up later.
    ///
    /// # Errors
    /// The same.
    pub async fn converse(
        &self,
        terms: Terms,
        voices: &[Arc<str>],
        turns: BoxStream<'static, Turn>,
    ) -> Result<Spoken, SpeechError> {
        let row = self.0.books.open_on(&terms, None);
        let tab = row.tab();
        let speaking = row.over(self.0.conversation.clone().converse(terms, voices, turns, tab));
        trace::until_silence(trace::span("converse"), speaking).await
    }

    /// Whom a request would be routed to, and why; nobody is asked to speak.
    ///
    /// # Errors
    /// As [`speak`](Self::speak), for the names; that nobody is left whom the policy allows is no error here.
    pub fn explain(&self, terms: &Terms, voice: &str, text: &str) -> Result<Explanation, SpeechError> {
        let (tariff, now) = (self.0.books.tariff(), self.0.books.now());
        let plan = self.0.planner.survey(None, terms, voice, |choice| {
            let rate = tariff.rate(&choice.voice.id.backend, &choice.model.id, now)?;
            Ok(tab::Claim::of(rate, text, terms.speed).with_instructions(terms.instructions.as_deref()))
        })?;
        Ok(self.0.planner.explain(plan))
    }

    /// The voices of all backends that a query finds.
    pub fn index(&self) -> Arc<Index> {
        self.0.catalogue.index()
    }

    /// What is known of a voice, also of one that can be spoken with and is in no list.
    pub fn entry(&self, id: &VoiceId) -> Option<Entry> {
        self.0.catalogue.entry(id)
    }

    /// What voices have come and gone, newest first; those older than `before`, where that is given.
    ///
    /// # Errors
    /// Where that is kept cannot be read.
    pub async fn changes(&self, before: Option<i64>, most: usize) -> Result<Vec<Change>, SpeechError> {
        self.0.catalogue.changes(before, most).await
    }

    /// Takes what vendors have listed in an earlier run for known. To be called once, before anybody speaks.
    pub async fn recall(&self) {
        self.0.catalogue.recall().await;
    }

    /// Asks the vendors what they offer, now and from time to time; it never ends.
    pub async fn keep_listing(&self) -> Infallible {
        self.0.catalogue.keep_listing().await
    }

    /// Asks every vendor anew for its models and voices: see [`Catalogue::refresh`].
    pub async fn refresh(&self) -> bool {
        self.0.catalogue.refresh().await
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
        let reading = compile::with_lexicon_of(&*self.0.lexicons, client, reading).await?;
        normalise::normalise(text, reading, english).await
    }

    /// What a request would cost; nobody is asked to speak, and nothing is set aside.
    ///
    /// # Errors
    /// As [`speak`](Self::speak), for the names and for a model that has no price.
    pub fn estimate(&self, request: &SpeechRequest) -> Result<Estimate, SpeechError> {
        let terms = &request.terms;
        let graph = Arc::new(language::compile(request.text.clone(), &terms.reading)?);
        let (tariff, now) = (self.0.books.tariff(), self.0.books.now());
        let plan = self.0.planner.plan(terms, &request.voice, |choice| {
            let rate = tariff.rate(&choice.voice.id.backend, &choice.model.id, now)?;
            Ok(route::claim_at(rate, terms, choice, &graph))
        })?;
        let first = plan.candidates.into_iter().next();
        let plan::Candidate { choice, claim, .. } =
            first.ok_or_else(|| SpeechError::internal("a plan of nobody"))?;
        let rate = Arc::clone(&claim.rate);
        Ok(Estimate {
            likely: rate.likely(claim.counted, claim.instructions),
            most: claim.amounts.charge,
            voice: choice.voice.id.clone(),
            model: choice.model.id.clone(),
            characters: request.text.characters() as u64,
            rate: rate.id.clone(),
        })
    }

    /// Enters a request that was answered with what an earlier one had been answered, at no charge.
    pub async fn replayed(&self, replayed: Replayed) {
        self.0.books.replayed(replayed).await;
    }

    /// Keeps the books: renews the leases of what runs here, and settles what died elsewhere. To be run for as long as
    /// anybody may speak; it never ends.
    pub async fn keep_books(&self) -> Infallible {
        self.0.books.keep().await
    }

    /// Journals a request that a door refused before it became a [`SpeechRequest`].
    pub async fn refused(&self, refusal: Refusal) {
        self.0.books.refused(refusal).await;
    }

    /// The voice that a request with these names would be spoken by, of a client that has those of its own; nobody is asked
    /// to speak.
    ///
    /// # Errors
    /// As [`speak`](Self::speak), for the names.
    pub fn resolve(&self, own: &Aliases, model: Option<&str>, voice: &str) -> Result<VoiceId, SpeechError> {
        self.0.catalogue.resolve(own, model, voice).map(|choice| choice.voice.id.clone())
    }

    /// Who can be relied on just now.
    pub fn health(&self) -> &Health {
        &self.0.health
    }

    /// Every voice of every backend.
    pub fn voices(&self) -> Vec<Voice> {
        self.0.catalogue.voices()
    }

    /// The other names for voices, each with the voice it leads to now; for a client that has those of its own.
    pub fn aliases(&self, own: &Aliases) -> BTreeMap<String, VoiceId> {
        self.0.catalogue.aliases(own)
    }

    /// Every model name that a request may use, with who answers for it.
    pub fn models(&self) -> Vec<ModelName> {
        self.0.catalogue.models()
    }

    /// Fit to speak and to account for it: the first reason why not.
    ///
    /// # Errors
    /// The backend that cannot speak, or the journal that cannot be written.
    pub async fn ready(&self) -> Result<(), SpeechError> {
        self.0.catalogue.ready()?;
        self.0.books.ready().await
    }

    /// Resolves when every row of finished requests is on disk. Call it once no request is left.
    pub async fn settled(&self) {
        self.0.books.settled().await;
    }
}

#[cfg(test)]
mod tests;
