//! Every request is settled once, whoever hangs up when.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use billing::{Outcome, Payer, RequestRow};
use futures::stream::{self, StreamExt};
use speech::{
    AudioStream, BoxFuture, Door, ErrorKind, Origin, SpeechError, SpeechRequest, Terms, Usage, VoiceId,
};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower::Service;
use tracing::Instrument as _;

use crate::books::Books;
use crate::spoken::Spoken;
use crate::tab::{State, Tab};
use crate::trace;

/// How long the end of an answer waits for its row. A ledger that is out of order is not the listener's concern.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request that was refused before it became a [`SpeechRequest`].
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The request's id.
    pub id: String,
    /// Who asked.
    pub payer: Payer,
    /// Where it came in.
    pub door: Door,
    /// Why.
    pub kind: ErrorKind,
}

/// A request that was answered with what an earlier one had been answered.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The request's id.
    pub id: String,
    /// Who asked.
    pub payer: Payer,
    /// Where it came in.
    pub door: Door,
    /// Who had spoken, where that is known.
    pub voice: Option<VoiceId>,
    /// By which model, where that is known.
    pub model: Option<String>,
    /// Code points of the text.
    pub characters: Option<u64>,
}

impl Books {
    /// Enters a request that nobody was asked for.
    pub(crate) async fn refused(&self, refusal: Refusal) {
        let Refusal { id, payer, door, kind } = refusal;
        self.open(self.row(id, payer, door)).finish(Outcome::Failed(kind)).await;
    }

    /// Enters a request that a stored answer was given to, for nothing.
    pub(crate) async fn replayed(&self, replayed: Replayed) {
        let Replayed { id, payer, door, voice, model, characters } = replayed;
        let (backend, voice) = voice.map(|VoiceId { backend, voice }| (backend, voice)).unzip();
        let row = self.row(id, payer, door);
        let row = RequestRow { backend, voice, model, characters, cache_hit: true, ..row };
        self.open(row).finish(Outcome::Completed).await;
    }

    /// The row of a request on these terms.
    pub(crate) fn open_on(&self, terms: &Terms, characters: Option<u64>) -> OpenRow {
        let payer = Payer { client: Arc::clone(&terms.client), key: terms.key.clone() };
        let row = self.row(terms.id.clone(), payer, terms.door);
        let (language, tags) = (terms.language.clone(), Arc::clone(&terms.tags));
        self.open(RequestRow { language, tags, characters, ..row })
    }

    fn open(&self, row: RequestRow) -> OpenRow {
        let tab = Tab::new(self.clone(), State::new(row));
        OpenRow { tab, is_open: true, runtime: Handle::current() }
    }

    fn row(&self, id: String, payer: Payer, door: Door) -> RequestRow {
        RequestRow {
            id,
            at_unix_ms: self.now(),
            payer,
            door,
            backend: None,
            voice: None,
            language: None,
            model: None,
            tags: Arc::new(BTreeMap::new()),
            characters: None,
            usage: Usage::default(),
            audio_ms: 0,
            first_audio_ms: None,
            total_ms: 0,
            cache_hit: false,
            outcome: Outcome::HungUp,
        }
    }
}

/// A row whose request is still running. Dropped, it is the row of a client who hung up, or of a defect of ours
/// while a panic unwinds.
pub(crate) struct OpenRow {
    tab: Tab,
    /// Until it is handed to be settled.
    is_open: bool,
    runtime: Handle,
}

impl OpenRow {
    /// Where to note who is asked.
    pub(crate) fn tab(&self) -> Tab {
        self.tab.clone()
    }

    /// Watches a speech from its first moment to its last.
    pub(crate) async fn over(
        self,
        speaking: impl Future<Output = Result<Spoken, SpeechError>>,
    ) -> Result<Spoken, SpeechError> {
        match speaking.await {
            Ok(mut spoken) => {
                self.tab.note(|state| state.sounds_at(spoken.sample_rate));
                spoken.audio = metered(spoken.audio, self);
                Ok(spoken)
            }
            Err(error) => {
                self.finish(failed(&error)).await;
                Err(error)
            }
        }
    }

    /// Resolves when the row is on disk, or is not for too long; dropping that wait does not lose the row. Who is
    /// refused because the ledger is out of order does not wait for it, nor is anybody kept by a backend that stalls and
    /// is not heard.
    async fn finish(mut self, outcome: Outcome) {
        let waits_for_others = self.tab.note(|state| state.awaits_unheard());
        let settling = self.close(outcome);
        if let Some(settling) = settling
            && !waits_for_others
            && outcome != Outcome::Failed(ErrorKind::LedgerUnavailable)
        {
            // The task cannot panic by itself, and at shutdown there is nobody left to tell.
            let _ = timeout(PATIENCE, settling).await;
        }
    }

    fn close(&mut self, outcome: Outcome) -> Option<JoinHandle<()>> {
        if !std::mem::take(&mut self.is_open) {
            return None;
        }
        let tab = self.tab.clone();
        let settling = async move {
            let settlement = tab.settlement(outcome).await;
            tab.books().clone().settle(settlement).await;
        };
        Some(self.tab.books().spawn(settling.instrument(trace::span("settle")), &self.runtime))
    }
}

/// A request that waits until others are spoken. Dropped before its turn comes, it is entered as one that nobody was asked
/// for: its client has hung up, unless [`break_off`] says why.
pub struct Waiting(OpenRow);

impl Waiting {
    pub(crate) fn new(row: OpenRow) -> Self {
        Self(row)
    }

    /// Its turn has come: whoever speaks it enters it from here on.
    pub fn over(mut self) {
        self.0.is_open = false;
    }
}

impl Drop for OpenRow {
    fn drop(&mut self) {
        let defect = std::thread::panicking().then_some(ErrorKind::Internal);
        let broken = defect.or(broken_off());
        self.close(broken.map_or(Outcome::HungUp, Outcome::Failed));
    }
}

/// How the books call it. What somebody else is to blame for than such an error mostly is, is no fault of the client's.
fn failed(error: &SpeechError) -> Outcome {
    let blames_the_client = error.kind().origin() == Origin::Client;
    Outcome::Failed(match error.origin() {
        Origin::Backend if blames_the_client => ErrorKind::BackendFailed,
        Origin::Gateway if blames_the_client => ErrorKind::Internal,
        _ => error.kind(),
    })
}

thread_local! {
    /// Why what is being dropped is dropped.
    static BROKEN_OFF: Cell<Option<ErrorKind>> = const { Cell::new(None) };
}

/// Why what is being dropped on this thread is dropped by [`break_off`], if it is.
pub(crate) fn broken_off() -> Option<ErrorKind> {
    BROKEN_OFF.get()
}

/// Drops a speech, or what leads to one, because we will not go on with it. Otherwise to drop it is to hang up, and who
/// hangs up pays.
pub fn break_off<T>(speech: T, kind: ErrorKind) {
    struct Until(Option<ErrorKind>);
    impl Drop for Until {
        fn drop(&mut self) {
            BROKEN_OFF.set(self.0);
        }
    }
    let _until = Until(BROKEN_OFF.replace(Some(kind)));
    drop(speech);
}

/// The outermost layer.
#[derive(Clone)]
pub(crate) struct Meter<S> {
    inner: S,
    books: Books,
}

impl<S> Meter<S> {
    pub(crate) fn new(inner: S, books: Books) -> Self {
        Self { inner, books }
    }
}

impl<S> Service<SpeechRequest> for Meter<S>
where
    S: Service<(SpeechRequest, Tab), Response = Spoken, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = Spoken;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Spoken, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: SpeechRequest) -> Self::Future {
        let characters = Some(request.text.characters() as u64);
        let row = self.books.open_on(&request.terms, characters);
        let speaking = self.inner.call((request, row.tab()));
        Box::pin(row.over(speaking))
    }
}

/// The same audio; its end is told only after its row is on disk. What is longer than what was set aside goes on only
/// after more is.
fn metered(audio: AudioStream, row: OpenRow) -> AudioStream {
    stream::unfold((audio, Some(row)), |(mut audio, row)| async move {
        let row = row?;
        let chunk = match audio.next().await {
            Some(Ok(chunk)) => {
                row.tab.note(|state| state.leaves(chunk.samples, chunk.bytes.is_empty()));
                row.tab.keep_up().await.map(|()| chunk)
            }
            Some(Err(error)) => Err(error),
            None => {
                // A vendor that follows a text has charged for it once its sound is gone.
                drop(audio);
                row.finish(Outcome::Completed).await;
                return None;
            }
        };
        match chunk {
            Ok(chunk) => Some((Ok(chunk), (audio, Some(row)))),
            Err(error) => {
                // What is not heard any more is not paid for any more.
                drop(audio);
                row.finish(failed(&error)).await;
                Some((Err(error), (stream::empty().boxed(), None)))
            }
        }
    })
    .boxed()
}

#[cfg(test)]
#[path = "meter/tests.rs"]
mod tests;
