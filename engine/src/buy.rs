//! The innermost service: one call of one backend, entered on the tab before it is made.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::FutureExt;
use futures::stream::{self, BoxStream, StreamExt};
use speech::{BoxFuture, EncodedChunk, EncodedStream, PcmChunk, PcmStream, Sound, SpeechError};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::route::Call;
use crate::tab::{self, Attempt, Claim};
use crate::trace::until_silence;

/// How long a vendor that nobody waits for any more may take to say whether it has taken the request.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// Calls the backend.
pub(crate) async fn buy(call: Call) -> Result<Sound, SpeechError> {
    let Call { backend, utterance, tab, .. } = call;
    let model = utterance.delivery.model.clone().unwrap_or_default();
    let rate = tab.rate(backend.name(), &model)?;
    let claim = Claim::of_utterance(rate, &*backend, &utterance);
    let attempt = tab.begin(tab::Call::new(backend.name(), &model, claim, true)).await?;
    let speaking = backend.speak(utterance, attempt.receipt());
    bought(attempt, speaking, backend.is_local()).await
}

/// What the backend answers, also to a call whose caller is gone before it does: what it takes for it is known only
/// then.
pub(crate) async fn bought(
    attempt: Attempt,
    speaking: BoxFuture<Result<Sound, SpeechError>>,
    is_local: bool,
) -> Result<Sound, SpeechError> {
    fail::fail_point!("called", |_| std::process::abort());
    let span = attempt.span();
    let speaking = Some(speaking.instrument(span.clone()).boxed());
    let answered = Answered { attempt: attempt.clone(), speaking, is_local, runtime: Handle::current() };
    let sound = until_silence(span, answered).await?;
    fail::fail_point!("answered", |_| std::process::abort());
    Ok(if attempt.is_by_sound() || !attempt.is_whole() { listened(sound, attempt) } else { sound })
}

/// Resolves to the answer. Dropped before, it goes on to wait for it by a task of its own, and then hangs up.
struct Answered {
    attempt: Attempt,
    speaking: Option<BoxFuture<Result<Sound, SpeechError>>>,
    is_local: bool,
    runtime: Handle,
}

impl Future for Answered {
    type Output = Result<Sound, SpeechError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(speaking) = &mut self.speaking else { return Poll::Pending };
        let answer = std::task::ready!(speaking.poll_unpin(context));
        self.speaking = None;
        // Who follows a text that is still being written takes it bit by bit.
        let is_known = answer.is_err() || self.attempt.is_whole();
        if self.is_local && answer.is_ok() {
            self.attempt.receipt().take();
        }
        if is_known {
            self.attempt.answered();
        }
        Poll::Ready(answer)
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        let Some(speaking) = self.speaking.take() else { return };
        let attempt = self.attempt.clone();
        // What has panicked must not be asked again, and what was not sent yet need not be.
        if self.is_local || attempt.receipt().is_queued() || std::thread::panicking() {
            drop(speaking);
            return attempt.answered();
        }
        let books = attempt.books().clone();
        let waiting = async move {
            match timeout(LAST_WAIT, speaking).await {
                Ok(_hung_up_on) => attempt.answered(),
                Err(_) => attempt.given_up(),
            }
        };
        books.spawn(waiting, &self.runtime);
    }
}

/// The same sound; its length is told as it comes.
fn listened(sound: Sound, attempt: Attempt) -> Sound {
    match sound {
        Sound::Samples(PcmStream { sample_rate, chunks }) => {
            let mut samples = 0;
            let chunks = told(chunks, attempt, move |chunk: &PcmChunk| {
                samples += chunk.samples.len() as u64;
                samples * 1000 / u64::from(sample_rate.get())
            });
            Sound::Samples(PcmStream { sample_rate, chunks })
        }
        Sound::Encoded(EncodedStream { format, chunks }) => {
            let mut counter = audio::counter(format);
            let chunks = told(chunks, attempt, move |chunk: &EncodedChunk| {
                counter.count(&chunk.bytes);
                counter.milliseconds()
            });
            Sound::Encoded(EncodedStream { format, chunks })
        }
    }
}

/// A call whose sound is being heard. When that ends, however it does, it is known what the backend has taken.
struct Hearing(Attempt);

impl Drop for Hearing {
    fn drop(&mut self) {
        self.0.answered();
    }
}

fn told<T: Send + 'static>(
    mut chunks: BoxStream<'static, Result<T, SpeechError>>,
    attempt: Attempt,
    mut milliseconds: impl FnMut(&T) -> u64 + Send + 'static,
) -> BoxStream<'static, Result<T, SpeechError>> {
    let mut hearing = Some(Hearing(attempt));
    let told = stream::poll_fn(move |context| {
        let chunk = std::task::ready!(chunks.poll_next_unpin(context));
        match (&chunk, &hearing) {
            (Some(Ok(chunk)), Some(Hearing(attempt))) => attempt.heard(milliseconds(chunk)),
            _ => hearing = None,
        }
        Poll::Ready(chunk)
    });
    told.boxed()
}
