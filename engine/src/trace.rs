//! A span for each layer and for each call of a backend, from its beginning until its sound has ended. Nobody's text is
//! in them. They are made only where somebody listens to their target.

use std::task::{Context, Poll};

use futures::stream::{self, BoxStream, StreamExt};
use speech::{BoxFuture, EncodedStream, PcmStream, Sound, SpeechError, VoiceId};
use tower::Service;
use tower::layer::{Layer, layer_fn};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::route::Encoded;
use crate::spoken::Spoken;

/// Apart from the rooms' own names, by which log lines are chosen.
const TARGET: &str = "trace";

/// The span of something that has a name.
pub(crate) fn span(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "layer", otel.name = name, otel.status_code = Empty, outcome = Empty)
}

/// The span of one call of a backend.
pub(crate) fn attempt(number: usize, backend: &str, model: &str) -> Span {
    tracing::info_span!(
        target: TARGET,
        "attempt",
        otel.kind = "client",
        otel.status_code = Empty,
        number,
        backend,
        model,
        outcome = Empty,
    )
}

/// Tells, in the log and in the trace, that one voice goes on after another.
pub(crate) fn switched(offset: usize, from: &VoiceId, to: &VoiceId) {
    const SAYING: &str = "another voice goes on";
    tracing::info!(%from, %to, offset, "{SAYING}");
    tracing::info!(target: TARGET, %from, %to, offset, "{SAYING}");
}

/// Gives what lies below a span of that name.
pub(crate) fn traced<S>(name: &'static str) -> impl Layer<S, Service = Traced<S>> + Clone {
    layer_fn(move |inner| Traced { inner, name })
}

/// A layer and what lies below it.
#[derive(Clone)]
pub(crate) struct Traced<S> {
    inner: S,
    name: &'static str,
}

impl<S, R> Service<R> for Traced<S>
where
    S: Service<R, Response: Sounding, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = SpeechError;
    type Future = BoxFuture<Result<S::Response, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let span = span(self.name);
        let speaking = span.in_scope(|| self.inner.call(request));
        Box::pin(until_silence(span, speaking))
    }
}

/// What is spoken within that span, which ends with the sound.
pub(crate) async fn until_silence<T: Sounding>(
    span: Span,
    speaking: impl Future<Output = Result<T, SpeechError>>,
) -> Result<T, SpeechError> {
    if span.is_disabled() {
        return speaking.await;
    }
    let mut end = End(Some(span.clone()));
    match speaking.instrument(span).await {
        Ok(spoken) => Ok(spoken.until(end)),
        Err(error) => {
            end.failed(&error);
            Err(error)
        }
    }
}

/// The end of a span that is still to come. Dropped, nobody has waited for it.
pub(crate) struct End(Option<Span>);

impl End {
    fn span(&self) -> Span {
        self.0.clone().unwrap_or_else(Span::none)
    }

    fn failed(&mut self, error: &SpeechError) {
        if let Some(span) = self.0.take() {
            span.record("outcome", error.kind().code());
            span.record("otel.status_code", "ERROR");
        }
    }

    fn completed(&mut self) {
        if let Some(span) = self.0.take() {
            span.record("outcome", "completed");
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            span.record("outcome", "hung_up");
        }
    }
}

/// What sounds for a while.
pub(crate) trait Sounding: Send + 'static {
    /// The same; the span ends with it.
    fn until(self, end: End) -> Self;
}

impl Sounding for Sound {
    fn until(self, end: End) -> Self {
        match self {
            Self::Samples(PcmStream { sample_rate, chunks }) => {
                Self::Samples(PcmStream { sample_rate, chunks: ending(chunks, end) })
            }
            Self::Encoded(EncodedStream { format, chunks }) => {
                Self::Encoded(EncodedStream { format, chunks: ending(chunks, end) })
            }
        }
    }
}

impl Sounding for Encoded {
    fn until(self, end: End) -> Self {
        Self { audio: ending(self.audio, end), ..self }
    }
}

impl Sounding for Spoken {
    fn until(self, end: End) -> Self {
        Self { audio: ending(self.audio, end), ..self }
    }
}

fn ending<T: Send + 'static>(
    chunks: BoxStream<'static, Result<T, SpeechError>>,
    end: End,
) -> BoxStream<'static, Result<T, SpeechError>> {
    let mut ending = Ending { chunks: Some(chunks), end };
    stream::poll_fn(move |context| ending.poll(context)).boxed()
}

/// Chunks that are made, and left behind, within their span.
struct Ending<T> {
    chunks: Option<BoxStream<'static, Result<T, SpeechError>>>,
    end: End,
}

impl<T> Ending<T> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, SpeechError>>> {
        let Self { chunks: Some(chunks), end } = self else { return Poll::Ready(None) };
        let polled = end.span().in_scope(|| chunks.poll_next_unpin(context));
        match &polled {
            Poll::Ready(Some(Err(error))) => end.failed(error),
            Poll::Ready(None) => end.completed(),
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        polled
    }
}

impl<T> Drop for Ending<T> {
    fn drop(&mut self) {
        self.end.span().in_scope(|| self.chunks = None);
    }
}
