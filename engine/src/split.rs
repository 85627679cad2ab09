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
        let limit = call.most_characters.unwrap_or(usize::MAX);
        let graph = &call.utterance.graph;
        let is_document = graph.score().is_some();
        let is_read = !is_document || call.backend.capabilities().ssml;
        // A document is for who reads it to speak as a whole.
        if is_read && (is_document || graph.text().characters() <= limit) {
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

/// The links that say a call's text, in as many parts as it takes.
fn begins<S>(speaker: &S, call: Call, is_read: bool) -> Result<Vec<Begin>, SpeechError>
where
    S: Service<Call, Response = Sound, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let limit = call.most_characters.unwrap_or(usize::MAX);
    let graph = Arc::clone(&call.utterance.graph);
    let parts = parts(&graph, limit, Cut::Seldom, is_read)?;
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
    let rest = graph.score().filter(|score| !score.rest.is_zero()).map(|score| silence(score.rest));
    Ok(begins.chain(rest).collect())
}

#[cfg(test)]
mod tests;
