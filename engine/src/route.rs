//! A request becomes a call of one backend.

use std::sync::Arc;
use std::task::{Context, Poll};

use speech::{
    AudioFormat, AudioStream, Backend, BoxFuture, Codec, Delivery, SampleRate, SpeechError, SpeechGraph,
    SpeechRequest, Terms, Utterance, Volume,
};
use tower::{Service, ServiceExt as _};

use crate::cache::CacheUse;
use crate::catalogue::{Catalogue, Choice};
use crate::compile::Compiled;
use crate::spoken::{Reason, Spoken};
use crate::tab::{Claim, Refused, Tab};

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
    /// Whether nothing is given that was spoken before, and nothing of this is kept.
    pub(crate) bypasses_cache: bool,
    pub(crate) tab: Tab,
}

/// Encoded audio, and how many of its samples make a second.
pub(crate) struct Encoded {
    pub(crate) sample_rate: SampleRate,
    pub(crate) audio: AudioStream,
    /// What the cache had to do with it; none where there is no cache.
    pub(crate) cache: Option<CacheUse>,
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
    pub(crate) fn new(terms: &Terms, choice: &Choice, graph: Arc<SpeechGraph>, tab: Tab) -> Self {
        tab.choose(&choice.voice.id, &choice.model.id, choice.voice.languages.first().map(String::as_str));
        Self {
            backend: Arc::clone(&choice.backend),
            most_characters: choice.model.most_characters,
            utterance: Utterance { graph, delivery: delivery(terms, choice) },
            format: terms.format,
            volume: terms.volume,
            bypasses_cache: terms.routing.bypasses_cache,
            tab,
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
    S: Service<Call, Response = Encoded, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Spoken;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Spoken, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, Compiled { request, graph, tab }: Compiled) -> Self::Future {
        let (inner, catalogue) = (self.inner.clone(), Arc::clone(&self.catalogue));
        Box::pin(async move {
            let SpeechRequest { terms, voice, .. } = request;
            let choice = catalogue.engage(terms.model.as_deref(), &voice)?;
            let choice = affordable(&catalogue, &terms, &voice, choice, &graph, &tab).await?;
            let call = Call::new(&terms, &choice, graph, tab.clone());
            let dropped = choice.backend.leaves_out(&call.utterance);
            let encoded = inner.oneshot(call).await?;
            Ok(Spoken::new(choice, voice, dropped, &tab, encoded))
        })
    }
}

/// The choice, once what it may cost is set aside; where a budget throttles, the dearest of those that are cheaper and
/// for which there is room.
async fn affordable(
    catalogue: &Catalogue,
    terms: &Terms,
    voice: &str,
    choice: Choice,
    graph: &SpeechGraph,
    tab: &Tab,
) -> Result<Choice, SpeechError> {
    let claim = |choice: &Choice| {
        let rate = tab.rate(&choice.voice.id.backend, &choice.model.id)?;
        let claim = Claim::of(rate, graph.text().as_str(), terms.speed);
        Ok::<_, SpeechError>(claim.with_instructions(terms.instructions.as_deref()))
    };
    let hold = async |choice: &Choice, claim: Claim| {
        let (voice, model) = (&choice.voice.id, choice.model.id.as_str());
        tab.propose(Some((voice, model)));
        tab.hold(&voice.backend, model, claim).await.inspect_err(|_| tab.propose(None))
    };
    let wanted = claim(&choice)?;
    let price = wanted.amounts.charge;
    let throttled = match hold(&choice, wanted).await {
        Ok(()) => return Ok(choice),
        Err(Refused::Throttled(error)) => error,
        Err(Refused::Error(error)) => return Err(error),
    };
    let stand_ins = catalogue.stand_ins_for(voice).into_iter();
    let mut cheaper: Vec<_> = stand_ins.filter_map(|choice| Some((claim(&choice).ok()?, choice))).collect();
    cheaper.retain(|(claim, _)| claim.amounts.charge < price);
    cheaper.sort_by_key(|(claim, _)| std::cmp::Reverse(claim.amounts.charge));
    for (claim, choice) in cheaper {
        match hold(&choice, claim).await {
            Ok(()) => return Ok(Choice { reason: Reason::Throttled, ..choice }),
            Err(Refused::Throttled(_)) => {}
            Err(Refused::Error(error)) => return Err(error),
        }
    }
    Err(throttled)
}

#[cfg(test)]
pub(crate) mod tests {
    use speech::{Door, Reading, SpeechText};

    use super::*;
    use crate::catalogue::tests::catalogue;
    use crate::tab::tests::tab;

    /// A call for the layers below: PCM, of nobody in particular.
    pub(crate) fn call() -> Call {
        let graph = language::compile(SpeechText::new("Hello.", None).unwrap(), &Reading::default()).unwrap();
        let terms = Terms { format: Codec::Pcm.into(), ..Terms::new("r1", "local".into(), Door::Cli) };
        let choice = catalogue().resolve(None, "anna").unwrap();
        Call::new(&terms, &choice, Arc::new(graph), tab())
    }
}
