//! A backend that stalls has failed.

use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use speech::{BoxFuture, EncodedStream, ErrorKind, PcmStream, Sound, SpeechError};
use tokio::time::timeout;
use tower::Service;

use crate::route::Call;

/// The longest wait for the first audio: a backend's own queue (which refuses sooner) and one long sentence.
const FIRST_AUDIO: Duration = Duration::from_secs(60);
/// The longest wait for the next audio, counted only while somebody is waiting for it.
const IDLE: Duration = Duration::from_secs(60);

/// Bounds the waits for a backend.
#[derive(Clone)]
pub(crate) struct Timeouts<S> {
    inner: S,
}

impl<S> Timeouts<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Call> for Timeouts<S>
where
    S: Service<Call, Response = Sound, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = Sound;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Sound, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let speaking = timeout(FIRST_AUDIO, self.inner.call(call));
        Box::pin(async move {
            let sound = speaking.await.map_err(|_| stalled("gave no audio", FIRST_AUDIO))??;
            Ok(match sound {
                Sound::Samples(PcmStream { sample_rate, chunks }) => {
                    Sound::Samples(PcmStream { sample_rate, chunks: bounded(chunks) })
                }
                Sound::Encoded(EncodedStream { format, chunks }) => {
                    Sound::Encoded(EncodedStream { format, chunks: bounded(chunks) })
                }
            })
        })
    }
}

/// The same chunks; one that is waited for too long is an error, and the last.
fn bounded<T: Send + 'static>(
    mut chunks: BoxStream<'static, Result<T, SpeechError>>,
) -> BoxStream<'static, Result<T, SpeechError>> {
    let (mut over, mut waiting) = (false, None);
    let bounded = stream::poll_fn(move |context| {
        if over {
            return Poll::Ready(None);
        }
        let chunk = chunks.poll_next_unpin(context);
        if chunk.is_ready() {
            waiting = None;
            return chunk;
        }
        let wait = waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(IDLE)));
        std::task::ready!(wait.as_mut().poll(context));
        over = true;
        Poll::Ready(Some(Err(stalled("stopped in mid-speech", IDLE))))
    });
    bounded.boxed()
}

fn stalled(what: &str, wait: Duration) -> SpeechError {
    let message =
        format!("The backend {what} for {} seconds; the request may be tried again.", wait.as_secs());
    SpeechError::new(ErrorKind::DeadlineExceeded, message)
}

#[cfg(test)]
mod tests {
    use futures::channel::mpsc;
    use speech::{PcmChunk, SampleRate};
    use tokio::time::Instant;
    use tower::{ServiceExt, service_fn};

    use super::*;
    use crate::route::tests::call;

    #[tokio::test(start_paused = true)]
    async fn a_backend_that_never_begins_has_failed() {
        let silent = service_fn(|_: Call| std::future::pending::<Result<Sound, SpeechError>>());
        let began = Instant::now();
        let error = Timeouts::new(silent).oneshot(call()).await.err().unwrap();
        assert_eq!((error.kind(), began.elapsed()), (ErrorKind::DeadlineExceeded, FIRST_AUDIO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_backend_that_stops_in_mid_speech_has_failed_but_a_slow_reader_has_not() {
        let (feed, chunks) = mpsc::unbounded();
        let chunks = std::sync::Mutex::new(Some(chunks));
        let speaking = service_fn(move |_: Call| {
            let chunks = chunks.lock().unwrap().take().unwrap().boxed();
            async { Ok(Sound::from(PcmStream { sample_rate: SampleRate::MIN, chunks })) }
        });
        let Sound::Samples(PcmStream { chunks: mut stream, .. }) =
            Timeouts::new(speaking).oneshot(call()).await.unwrap()
        else {
            panic!("another kind of sound")
        };
        feed.unbounded_send(Ok(PcmChunk::default())).unwrap();
        // Nobody asks for longer than the limit: the reader is slow, not the backend.
        tokio::time::advance(IDLE * 2).await;
        assert!(stream.next().await.unwrap().is_ok());

        let asked = Instant::now();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), asked.elapsed()), (ErrorKind::DeadlineExceeded, IDLE));
        assert!(stream.next().await.is_none());
    }
}
