//! A backend that stalls has failed.

use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use speech::{BoxFuture, ErrorKind, PcmStream, SpeechError};
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
    S: Service<Call, Response = PcmStream, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = PcmStream;
    type Error = SpeechError;
    type Future = BoxFuture<Result<PcmStream, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let speaking = timeout(FIRST_AUDIO, self.inner.call(call));
        Box::pin(async move {
            let PcmStream { sample_rate, mut chunks } =
                speaking.await.map_err(|_| stalled("gave no audio", FIRST_AUDIO))??;
            let mut over = false;
            let bounded = stream::poll_fn({
                let mut waiting = None;
                move |context| {
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
                }
            });
            Ok(PcmStream { sample_rate, chunks: bounded.boxed() })
        })
    }
}

fn stalled(what: &str, wait: Duration) -> SpeechError {
    let message =
        format!("The backend {what} for {} seconds; the request may be tried again.", wait.as_secs());
    SpeechError::new(ErrorKind::DeadlineExceeded, message)
}
