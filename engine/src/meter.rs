//! Every request leaves one row, whoever hangs up when.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use speech::{
    AudioChunk, AudioStream, BoxFuture, Clock, Door, ErrorKind, Journal, Outcome, RequestRow, SampleRate,
    SpeechError, SpeechRequest, VoiceId,
};
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::spoken::{Failure, Spoken};

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
            characters,
            audio_ms: 0,
            first_audio_ms: None,
            total_ms: 0,
            outcome: Outcome::HungUp,
        };
        OpenRow {
            row: Some(row),
            started: Instant::now(),
            heard: None,
            ledger: self.clone(),
            runtime: Handle::current(),
        }
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

/// A row whose request is still running. Dropped, it is the row of a client who hung up.
struct OpenRow {
    /// None once it is written.
    row: Option<RequestRow>,
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
    /// Somebody was asked to speak.
    fn asked(&mut self, voice: &VoiceId) {
        if let Some(row) = &mut self.row {
            row.backend = Some(voice.backend.clone());
            row.voice = Some(voice.voice.clone());
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
        row.total_ms = millis(self.started.elapsed());
        row.audio_ms =
            self.heard.as_ref().map_or(0, |heard| heard.samples * 1000 / u64::from(heard.rate.get()));
        Some(self.ledger.write(row, &self.runtime))
    }
}

impl Drop for OpenRow {
    fn drop(&mut self) {
        self.close(Outcome::HungUp);
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
    S: Service<SpeechRequest, Response = Spoken, Error = Failure>,
    S::Future: Send + 'static,
{
    type Response = Spoken;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Spoken, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context).map_err(|failure| failure.error)
    }

    fn call(&mut self, request: SpeechRequest) -> Self::Future {
        let characters = Some(request.text.characters() as u64);
        let mut row = self.ledger.open(request.id.clone(), request.client.clone(), request.door, characters);
        let speaking = self.inner.call(request);
        Box::pin(async move {
            match speaking.await {
                Ok(mut spoken) => {
                    row.asked(&spoken.voice.id);
                    row.heard = Some(Heard { samples: 0, rate: spoken.sample_rate });
                    spoken.audio = metered(spoken.audio, row);
                    Ok(spoken)
                }
                Err(Failure { error, asked }) => {
                    if let Some(voice) = asked {
                        row.asked(&voice);
                    }
                    row.finish(Outcome::Failed(error.kind())).await;
                    Err(error)
                }
            }
        })
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
