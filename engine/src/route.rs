//! A request becomes a call of one backend.

use std::sync::Arc;
use std::task::{Context, Poll};

use speech::{
    AudioFormat, AudioStream, Backend, BoxFuture, Codec, Delivery, SampleRate, SpeechError, SpeechGraph,
    Terms, Utterance, Volume,
};
use tower::Service;

use crate::catalogue::{Catalogue, Choice};
use crate::compile::Compiled;
use crate::spoken::{Asked, Spoken};

/// One call of one backend.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) backend: Arc<dyn Backend>,
    /// Code points that its model takes at a time.
    pub(crate) most_characters: Option<usize>,
    pub(crate) utterance: Utterance,
    /// What the listener gets.
    pub(crate) format: AudioFormat,
    pub(crate) volume: Volume,
    pub(crate) asked: Asked,
}

/// Encoded audio, and how many of its samples make a second.
pub(crate) struct Encoded {
    pub(crate) sample_rate: SampleRate,
    pub(crate) audio: AudioStream,
}

/// How the chosen voice is to speak on these terms.
pub(crate) fn delivery(terms: &Terms, choice: &Choice) -> Delivery {
    // What is made louder is decoded anyway.
    let as_it_is = terms.volume == Volume::NORMAL;
    Delivery {
        voice: choice.voice.id.voice.clone(),
        model: Some(choice.model.id.clone()),
        speed: terms.speed,
        instructions: terms.instructions.clone().filter(|text| !text.trim().is_empty()),
        language: terms.language.clone(),
        extras: terms.extras.clone(),
        format: if as_it_is { terms.format } else { Codec::Pcm.into() },
        timed: terms.timed,
        whole: terms.whole,
    }
}

impl Call {
    /// The chosen voice says `graph` on these terms.
    pub(crate) fn new(terms: &Terms, choice: &Choice, graph: Arc<SpeechGraph>, asked: Asked) -> Self {
        asked.choose(&choice.voice.id, &choice.model.id);
        Self {
            backend: Arc::clone(&choice.backend),
            most_characters: choice.model.most_characters,
            utterance: Utterance { graph, delivery: delivery(terms, choice) },
            format: terms.format,
            volume: terms.volume,
            asked,
        }
    }
}

/// Sends each request to the backend that has its voice.
#[derive(Clone)]
pub(crate) struct Route<S> {
    inner: S,
    catalogue: Arc<Catalogue>,
}

impl<S> Route<S> {
    pub(crate) fn new(inner: S, catalogue: Arc<Catalogue>) -> Self {
        Self { inner, catalogue }
    }
}

impl<S> Service<Compiled> for Route<S>
where
    S: Service<Call, Response = Encoded, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = Spoken;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Spoken, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, Compiled { request, graph, asked }: Compiled) -> Self::Future {
        let choice = match self.catalogue.engage(request.terms.model.as_deref(), &request.voice) {
            Ok(choice) => choice,
            Err(error) => return Box::pin(async { Err(error) }),
        };
        let call = Call::new(&request.terms, &choice, graph, asked.clone());
        let dropped = choice.backend.leaves_out(&call.utterance);
        let characters = call.utterance.graph.text().characters();
        let encoding = self.inner.call(call);
        Box::pin(async move {
            let encoded = encoding.await?;
            Ok(Spoken::new(choice, request.voice, characters, dropped, &asked, encoded))
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use speech::{Door, Reading, SpeechText};

    use super::*;
    use crate::catalogue::tests::catalogue;

    /// A call for the layers below: PCM, of nobody in particular.
    pub(crate) fn call() -> Call {
        let graph = language::compile(SpeechText::new("Hello.", None).unwrap(), &Reading::default()).unwrap();
        let terms = Terms { format: Codec::Pcm.into(), ..Terms::new("r1", "local".into(), Door::Cli) };
        let choice = catalogue().resolve(None, "anna").unwrap();
        Call::new(&terms, &choice, Arc::new(graph), Asked::default())
    }
}
