//! Every request leaves one row, whoever hangs up when.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use speech::{
    AudioChunk, AudioStream, BoxFuture, Clock, Door, ErrorKind, Journal, Outcome, RequestRow, SampleRate,
    SpeechError, SpeechRequest, Terms, Usage,
};
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::spoken::{Asked, Spoken};

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

/// Writes rows by tasks of its own, so that a client who hangs up cannot take the row with it.
#[derive(Clone)]
pub(crate) struct Ledger {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    writes: TaskTracker,
}

impl Ledger {
    pub(crate) fn new(journal: Arc<dyn Journal>, clock: Arc<dyn Clock>) -> Self {
        let writes = TaskTracker::new();
        writes.close();
        Self { journal, clock, writes }
    }

    pub(crate) async fn refused(&self, refusal: Refusal) {
        let Refusal { id, client, door, kind } = refusal;
        self.open(id, client, door, None).finish(Outcome::Failed(kind)).await;
    }

    pub(crate) async fn ready(&self) -> Result<(), SpeechError> {
        self.journal.ready().await.map_err(|error| {
            SpeechError::new(ErrorKind::Internal, "The request journal cannot be written.").caused_by(error)
        })
    }

    pub(crate) async fn settled(&self) {
        self.writes.wait().await;
    }

    fn open(&self, id: String, client: Arc<str>, door: Door, characters: Option<u64>) -> OpenRow {
        let row = RequestRow {
            id,
            at_unix_ms: self.clock.unix_ms(),
            client,
            door,
            backend: None,
            voice: None,
            model: None,
            characters,
            usage: Usage::default(),
            audio_ms: 0,
            first_audio_ms: None,
            total_ms: 0,
            outcome: Outcome::HungUp,
        };
        OpenRow {
            row: Some(row),
            asked: Asked::default(),
            started: Instant::now(),
            heard: None,
            ledger: self.clone(),
            runtime: Handle::current(),
        }
    }

    /// The row of a request on these terms.
    pub(crate) fn open_on(&self, terms: &Terms, characters: Option<u64>) -> OpenRow {
        self.open(terms.id.clone(), terms.client.clone(), terms.door, characters)
    }

    /// Hands the row to a task of its own.
    fn write(&self, row: RequestRow, runtime: &Handle) -> tokio::task::JoinHandle<()> {
        let id = row.id.clone();
        let recording = self.journal.record(row);
        let write = async move {
            if let Err(error) = recording.await {
                tracing::error!(
                    request = id,
                    error = &error as &dyn std::error::Error,
                    "a request left no row"
                );
            }
        };
        self.writes.spawn_on(write, runtime)
    }
}

/// A row whose request is still running. Dropped, it is the row of a client who hung up, or of a defect of ours
/// while a panic unwinds.
pub(crate) struct OpenRow {
    /// None once it is written.
    row: Option<RequestRow>,
    asked: Asked,
    started: Instant,
    heard: Option<Heard>,
    ledger: Ledger,
    runtime: Handle,
}

/// How much speech has left.
struct Heard {
    samples: u64,
    rate: SampleRate,
}

impl OpenRow {
    /// Where to note who is asked.
    pub(crate) fn asked(&self) -> Asked {
        self.asked.clone()
    }

    /// Watches a speech from its first moment to its last.
    pub(crate) async fn over(
        mut self,
        speaking: impl Future<Output = Result<Spoken, SpeechError>>,
    ) -> Result<Spoken, SpeechError> {
        match speaking.await {
            Ok(mut spoken) => {
                self.heard = Some(Heard { samples: 0, rate: spoken.sample_rate });
                spoken.audio = metered(spoken.audio, self);
                Ok(spoken)
            }
            Err(error) => {
                self.finish(Outcome::Failed(error.kind())).await;
                Err(error)
            }
        }
    }

    /// A chunk leaves.
    fn leaves(&mut self, chunk: &AudioChunk) {
        if let Some(heard) = &mut self.heard {
            heard.samples += chunk.samples as u64;
        }
        if let Some(row) = &mut self.row
            && !chunk.bytes.is_empty()
        {
            row.first_audio_ms.get_or_insert(millis(self.started.elapsed()));
        }
    }

    /// Resolves when the row is on disk; dropping that wait does not lose the row.
    async fn finish(mut self, outcome: Outcome) {
        if let Some(write) = self.close(outcome) {
            // The task cannot panic by itself, and at shutdown there is nobody left to tell.
            let _ = write.await;
        }
    }

    fn close(&mut self, outcome: Outcome) -> Option<tokio::task::JoinHandle<()>> {
        let mut row = self.row.take()?;
        row.outcome = outcome;
        let asked = self.asked.facts();
        row.usage = asked.usage();
        row.characters = row.characters.or(asked.characters);
        row.model = asked.model;
        if let Some(voice) = asked.voice {
            row.backend = Some(voice.backend);
            row.voice = Some(voice.voice);
        }
        row.total_ms = millis(self.started.elapsed());
        row.audio_ms =
            self.heard.as_ref().map_or(0, |heard| heard.samples * 1000 / u64::from(heard.rate.get()));
        Some(self.ledger.write(row, &self.runtime))
    }
}

impl Drop for OpenRow {
    fn drop(&mut self) {
        let panicking = std::thread::panicking();
        self.close(if panicking { Outcome::Failed(ErrorKind::Internal) } else { Outcome::HungUp });
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The outermost layer.
#[derive(Clone)]
pub(crate) struct Meter<S> {
    inner: S,
    ledger: Ledger,
}

impl<S> Meter<S> {
    pub(crate) fn new(inner: S, ledger: Ledger) -> Self {
        Self { inner, ledger }
    }
}

impl<S> Service<SpeechRequest> for Meter<S>
where
    S: Service<(SpeechRequest, Asked), Response = Spoken, Error = SpeechError>,
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
        let row = self.ledger.open_on(&request.terms, characters);
        let speaking = self.inner.call((request, row.asked()));
        Box::pin(row.over(speaking))
    }
}

/// The same audio; its end is told only after its row is on disk.
fn metered(audio: AudioStream, row: OpenRow) -> AudioStream {
    stream::unfold((audio, Some(row)), |(mut audio, row)| async move {
        let mut row = row?;
        match audio.next().await {
            Some(Ok(chunk)) => {
                row.leaves(&chunk);
                Some((Ok(chunk), (audio, Some(row))))
            }
            Some(Err(error)) => {
                row.finish(Outcome::Failed(error.kind())).await;
                Some((Err(error), (audio, None)))
            }
            None => {
                row.finish(Outcome::Completed).await;
                None
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::channel::mpsc;
    use speech::{Codec, JournalError, SpeechText, Voice};
    use tower::ServiceExt;
    use tower::util::MapErr;
    use tower_test::mock;

    use super::*;
    use crate::Reason;

    /// Rows in memory: the meter's part ends where a journal's begins.
    #[derive(Default)]
    struct Rows(Mutex<Vec<RequestRow>>);

    impl Journal for Rows {
        fn record(&self, row: RequestRow) -> BoxFuture<Result<(), JournalError>> {
            self.0.lock().unwrap().push(row);
            Box::pin(async { Ok(()) })
        }
        fn ready(&self) -> BoxFuture<Result<(), JournalError>> {
            Box::pin(async { Ok(()) })
        }
    }

    #[derive(Debug)]
    struct Noon;

    impl Clock for Noon {
        fn unix_ms(&self) -> i64 {
            43_200_000
        }
    }

    struct Stage {
        meter: Meter<Inner>,
        backend: mock::Handle<Asking, Spoken>,
        rows: Arc<Rows>,
        ledger: Ledger,
    }

    fn stage() -> Stage {
        let rows = Arc::new(Rows::default());
        let ledger = Ledger::new(rows.clone(), Arc::new(Noon));
        let (inner, backend) = mock::pair();
        Stage {
            meter: Meter::new(inner.map_err(failure as fn(Boxed) -> SpeechError), ledger.clone()),
            backend,
            rows,
            ledger,
        }
    }

    impl Stage {
        async fn row(&self) -> RequestRow {
            self.ledger.settled().await;
            let rows = self.rows.0.lock().unwrap();
            assert_eq!(rows.len(), 1, "{rows:?}");
            rows[0].clone()
        }
    }

    type Boxed = Box<dyn std::error::Error + Send + Sync>;

    /// The mock's errors are boxed; the meter wants the stack's own.
    fn failure(error: Boxed) -> SpeechError {
        error.downcast::<SpeechError>().map_or_else(SpeechError::internal, |error| *error)
    }

    type Asking = (SpeechRequest, Asked);
    type Inner = MapErr<mock::Mock<Asking, Spoken>, fn(Boxed) -> SpeechError>;

    fn request() -> SpeechRequest {
        let terms = Terms { format: Codec::Pcm.into(), ..Terms::new("r1", "local".into(), Door::Cli) };
        SpeechRequest { text: SpeechText::new("Hello.", None).unwrap(), voice: "anna".into(), terms }
    }

    fn voice() -> Voice {
        Voice::named("one", "anna")
    }

    type Feed = mpsc::UnboundedSender<Result<AudioChunk, SpeechError>>;

    fn spoken() -> (Feed, Spoken) {
        let (feed, audio) = mpsc::unbounded();
        let spoken = Spoken {
            voice: voice(),
            model: "m".into(),
            requested_voice: "anna".into(),
            reason: Reason::Exact,
            dropped: Vec::new(),
            deprecated_after: None,
            tally: crate::spoken::Tally::default(),
            sample_rate: SampleRate::new(1000).unwrap(),
            audio: audio.boxed(),
        };
        (feed, spoken)
    }

    fn chunk(samples: usize) -> AudioChunk {
        AudioChunk { bytes: vec![0; samples].into(), samples, ..AudioChunk::default() }
    }

    /// Speaks through the meter, with the backend's answer after two seconds.
    async fn speak(stage: &mut Stage) -> (Feed, Spoken) {
        let call = speaking(&stage.meter);
        stage.backend.allow(1);
        let (feed, answer) = spoken();
        let (spoken, ()) = tokio::join!(call, async {
            let ((_, asked), respond) = stage.backend.next_request().await.unwrap();
            asked.choose(&voice().id, "m");
            tokio::time::advance(Duration::from_secs(2)).await;
            respond.send_response(answer);
        });
        (feed, spoken.unwrap())
    }

    fn speaking(meter: &Meter<Inner>) -> impl Future<Output = Result<Spoken, SpeechError>> + use<> {
        let mut meter = meter.clone();
        async move {
            std::future::poll_fn(|context| Service::<SpeechRequest>::poll_ready(&mut meter, context)).await?;
            meter.call(request()).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_whole_speech_leaves_one_completed_row() {
        let mut stage = stage();
        let (feed, mut spoken) = speak(&mut stage).await;
        feed.unbounded_send(Ok(chunk(0))).unwrap();
        feed.unbounded_send(Ok(chunk(1500))).unwrap();
        spoken.audio.next().await.unwrap().unwrap();
        spoken.audio.next().await.unwrap().unwrap();
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(feed);
        assert!(spoken.audio.next().await.is_none());
        let expected = RequestRow {
            id: "r1".into(),
            at_unix_ms: 43_200_000,
            client: "local".into(),
            door: Door::Cli,
            backend: Some("one".into()),
            voice: Some("anna".into()),
            model: Some("m".into()),
            characters: Some(6),
            usage: Usage::default(),
            audio_ms: 1500,
            first_audio_ms: Some(2000),
            total_ms: 3000,
            outcome: Outcome::Completed,
        };
        // Before `settled`: the end was told only after the row was kept.
        assert_eq!(*stage.rows.0.lock().unwrap(), [expected]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hang_up_in_mid_speech_leaves_what_was_heard() {
        let mut stage = stage();
        let (feed, mut spoken) = speak(&mut stage).await;
        feed.unbounded_send(Ok(chunk(700))).unwrap();
        spoken.audio.next().await.unwrap().unwrap();
        drop(spoken);
        let row = stage.row().await;
        assert_eq!((row.outcome, row.audio_ms), (Outcome::HungUp, 700));
        assert!(feed.is_closed(), "the backend's stream must be dropped");
    }

    #[tokio::test(start_paused = true)]
    async fn a_hang_up_before_any_audio_leaves_a_row() {
        let mut stage = stage();
        stage.backend.allow(1);
        let call = tokio::spawn(speaking(&stage.meter));
        let ((_, asked), _unanswered) = stage.backend.next_request().await.unwrap();
        asked.choose(&voice().id, "m");
        call.abort();
        let _ = call.await;
        let row = stage.row().await;
        assert_eq!((row.outcome, row.audio_ms, row.first_audio_ms), (Outcome::HungUp, 0, None));
        assert_eq!(row.voice.as_deref(), Some("anna"), "somebody was asked");
    }

    #[tokio::test(start_paused = true)]
    async fn failures_before_and_after_the_first_audio_leave_their_code() {
        let mut first = stage();
        first.backend.allow(1);
        let call = speaking(&first.meter);
        let (result, ()) = tokio::join!(call, async {
            let ((_, asked), respond) = first.backend.next_request().await.unwrap();
            asked.choose(&voice().id, "m");
            respond.send_error(SpeechError::new(ErrorKind::Overloaded, "busy"));
        });
        assert_eq!(result.err().map(|error| error.kind()), Some(ErrorKind::Overloaded));
        let row = first.row().await;
        assert_eq!(
            (row.outcome, row.voice.as_deref()),
            (Outcome::Failed(ErrorKind::Overloaded), Some("anna"))
        );

        let mut second = stage();
        let (feed, mut spoken) = speak(&mut second).await;
        feed.unbounded_send(Ok(chunk(10))).unwrap();
        feed.unbounded_send(Err(SpeechError::new(ErrorKind::BackendFailed, "broken"))).unwrap();
        assert!(spoken.audio.next().await.unwrap().is_ok());
        assert!(spoken.audio.next().await.unwrap().is_err());
        assert!(spoken.audio.next().await.is_none());
        let row = second.row().await;
        assert_eq!((row.outcome, row.audio_ms), (Outcome::Failed(ErrorKind::BackendFailed), 10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_defect_of_ours_is_not_called_a_hang_up() {
        let mut stage = stage();
        let (feed, mut spoken) = speak(&mut stage).await;
        spoken.audio = metered_panic(spoken.audio);
        drop(feed);
        let speaking = tokio::spawn(async move { spoken.audio.next().await.is_some() });
        assert!(speaking.await.unwrap_err().is_panic());
        assert_eq!(stage.row().await.outcome, Outcome::Failed(ErrorKind::Internal));
    }

    /// Panics at the first poll, as a decoder with a bug might, and takes `audio` with it.
    fn metered_panic(audio: AudioStream) -> AudioStream {
        stream::once(async move {
            let _held = audio;
            panic!("a defect")
        })
        .boxed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_request_leaves_a_row_too() {
        let stage = stage();
        let kind = ErrorKind::InvalidText;
        let refusal = Refusal { id: "r1".into(), client: "local".into(), door: Door::OpenAi, kind };
        stage.ledger.refused(refusal).await;
        let row = stage.row().await;
        assert_eq!((row.outcome, row.characters, row.backend), (Outcome::Failed(kind), None, None));
    }
}
