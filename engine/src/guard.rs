//! Who fails again and again is left alone for a while.

use std::task::{Context, Poll, ready};

use futures::stream::{self, BoxStream, StreamExt};
use speech::{BoxFuture, EncodedStream, PcmStream, Sound, SpeechError, VoiceId};
use tower::Service;

use crate::health::{Health, Watch};
use crate::route::Call;

/// Lets through what the breakers of a call's backend and voice allow, and tells them what becomes of it. What is refused
/// is on nobody's tab.
#[derive(Clone)]
pub(crate) struct Guard<S> {
    inner: S,
    health: Health,
}

impl<S> Guard<S> {
    /// Over what resolves once the first audio is there.
    pub(crate) fn new(inner: S, health: Health) -> Self {
        Self { inner, health }
    }
}

impl<S> Service<Call> for Guard<S>
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
        let (backend, voice) = (call.backend.name().to_owned(), call.utterance.delivery.voice.clone());
        let watch = match self.health.admit(VoiceId { backend, voice }) {
            Ok(watch) => watch,
            Err(refused) => return Box::pin(std::future::ready(Err(refused))),
        };
        Box::pin(watched(watch, self.inner.call(call)))
    }
}

/// What is spoken, told to its watch until it ends.
pub(crate) async fn watched(
    mut watch: Watch,
    speaking: impl Future<Output = Result<Sound, SpeechError>>,
) -> Result<Sound, SpeechError> {
    let sound = match speaking.await {
        Ok(sound) => sound,
        Err(error) => {
            watch.failed(&error);
            return Err(error);
        }
    };
    watch.heard();
    Ok(match sound {
        Sound::Samples(PcmStream { sample_rate, chunks }) => {
            Sound::Samples(PcmStream { sample_rate, chunks: told(chunks, watch) })
        }
        Sound::Encoded(EncodedStream { format, chunks }) => {
            Sound::Encoded(EncodedStream { format, chunks: told(chunks, watch) })
        }
    })
}

fn told<T: Send + 'static>(
    mut chunks: BoxStream<'static, Result<T, SpeechError>>,
    watch: Watch,
) -> BoxStream<'static, Result<T, SpeechError>> {
    let mut watch = Some(watch);
    let told = stream::poll_fn(move |context| {
        let chunk = ready!(chunks.poll_next_unpin(context));
        match &chunk {
            Some(Ok(_)) => {}
            Some(Err(error)) => watch.take().into_iter().for_each(|watch| watch.failed(error)),
            None => watch = None,
        }
        Poll::Ready(chunk)
    });
    told.boxed()
}

#[cfg(test)]
#[path = "guard/tests.rs"]
mod tests;
