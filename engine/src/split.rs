//! A text that its backend cannot take as it is is said in parts.

use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::stream::{self, StreamExt};
use speech::{BoxFuture, Codec, Sound, SpeechError};
use tower::{Service, ServiceExt as _};

use crate::chain::{Begin, chain};
use crate::decode;
use crate::part::{Cut, parts, silence};
use crate::plan::unmade;
use crate::route::Call;

/// Splits calls whose text is too long for their model, between sentences where it can, and those in SSML that their
/// backend does not read.
#[derive(Clone)]
pub(crate) struct Split<S> {
    inner: S,
}

impl<S> Split<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Call> for Split<S>
where
    S: Service<Call, Response = Sound, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Sound;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Sound, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let graph = &call.utterance.graph;
        let is_read = graph.score().is_none() || call.backend.capabilities().ssml;
        if is_read && language::ssml::extent(graph) <= limit(&call) {
            return Box::pin(self.inner.call(call));
        }
        if call.format.codec.is_foreign() {
            return Box::pin(ready(Err(unmade(call.format.codec))));
        }
        let inner = self.inner.clone();
        Box::pin(async move {
            call.tab.note(|state| state.in_parts = true);
            let links = stream::iter(begins(&inner, call, is_read)?);
            let sound =
                chain(links.boxed()).await.unwrap_or_else(|| Err(SpeechError::internal("a text of no part")));
            Ok(Sound::Samples(sound?))
        })
    }
}

/// Code points that a call may say at a time. A limit may be one of time, as Azure's ten minutes: what is spoken slowly is cut
/// as if it were longer.
fn limit(call: &Call) -> usize {
    let pace = call.utterance.delivery.speed.times().min(1.0);
    call.most_characters.map_or(usize::MAX, |most| (most as f32 * pace) as usize)
}

/// The links that say a call's text, in as many parts as it takes.
fn begins<S>(speaker: &S, call: Call, is_read: bool) -> Result<Vec<Begin>, SpeechError>
where
    S: Service<Call, Response = Sound, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    call.backend.check(&call.utterance)?;
    let graph = Arc::clone(&call.utterance.graph);
    let parts = parts(&graph, limit(&call), Cut::Seldom, is_read)?;
    let begins = parts.into_iter().map(|part| {
        let part = Arc::new(part);
        let mut call = call.clone();
        call.utterance.graph = Arc::clone(&part.graph);
        call.utterance.delivery.format = Codec::Pcm.into();
        let tempo = part.tune(&mut call);
        let speaker = speaker.clone();
        let begin: Begin = Box::new(move || {
            let part = Arc::clone(&part);
            let speaking = speaker.clone().oneshot(call.clone());
            Box::pin(async move { Ok(part.link(decode::samples(speaking.await?).await?, tempo)) })
        });
        begin
    });
    // Who reads the document is silent at its end already.
    let rest =
        graph.score().filter(|score| !is_read && !score.rest.is_zero()).map(|score| silence(score.rest));
    Ok(begins.chain(rest).collect())
}

#[cfg(test)]
mod tests;
