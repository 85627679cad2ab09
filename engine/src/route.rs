//! A request becomes a call of one backend.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::{Context, Poll};

use billing::Rate;
use speech::{
    AudioFormat, AudioStream, Backend, BoxFuture, Codec, Delivery, ErrorKind, Fallback, Origin, Policy,
    SampleRate, SpeechError, SpeechGraph, SpeechRequest, Terms, Utterance, VoiceId, Volume,
};
use tower::Service;

use crate::ask::speak;
use crate::cache::{Cache, CacheUse};
use crate::cast::resume;
use crate::catalogue::Choice;
use crate::compile::Compiled;
use crate::converse::Conversation;
use crate::plan::{Candidate, Plan, Planner};
use crate::spoken::{Reason, Spoken};
use crate::stack::Speaker;
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
        visemes: terms.visemes,
        whole: terms.whole,
    }
}

impl Call {
    /// The chosen voice says `graph` on these terms.
    pub(crate) fn new(terms: &Terms, choice: &Choice, graph: Arc<SpeechGraph>, tab: Tab) -> Self {
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

/// Sends each request to those that may speak it, until one does.
#[derive(Clone)]
pub(crate) struct Route<S>(Arc<Ways<S>>);

/// Where a request may go. What is given from the cache needs none of it, and does not pay for a copy.
struct Ways<S> {
    inner: S,
    speaker: Speaker,
    planner: Planner,
    cache: Cache,
    recital: Conversation,
}

impl<S> Route<S> {
    pub(crate) fn new(inner: S, recital: Conversation, cache: Cache) -> Self {
        let Conversation { planner, speaker, .. } = recital.clone();
        Self(Arc::new(Ways { inner, speaker, planner, cache, recital }))
    }
}

impl<S> Service<Compiled> for Route<S>
where
    S: Service<Call, Response = Encoded, Error = SpeechError> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    type Response = Spoken;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Spoken, SpeechError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, Compiled { request, graph, tab }: Compiled) -> Self::Future {
        let ways = Arc::clone(&self.0);
        Box::pin(async move {
            let SpeechRequest { terms, voice, .. } = request;
            let cast = graph.score().map(|score| score.cast(&voice)).unwrap_or_default();
            match cast[..] {
                [] => ways.speak(terms, voice, graph, tab).await,
                [one] => ways.speak(terms, one.to_owned(), Arc::clone(&graph), tab).await,
                _ => ways.recite(terms, voice, graph, tab).await,
            }
        })
    }
}

impl<S> Ways<S>
where
    S: Service<Call, Response = Encoded, Error = SpeechError> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    /// One voice speaks.
    async fn speak(
        &self,
        terms: Terms,
        voice: String,
        graph: Arc<SpeechGraph>,
        tab: Tab,
    ) -> Result<Spoken, SpeechError> {
        let Ways { inner, speaker, planner, cache, .. } = self;
        let claim = |choice: &Choice| claim_for(&tab, &terms, choice, &graph);
        let mut plan = planner.plan(&terms, &voice, claim)?;
        if let Some(spoken) = given(cache, &plan, &terms, &voice, &graph, &tab).await {
            return Ok(spoken);
        }
        set_aside(&mut plan, planner, &terms, &voice, claim, &tab).await?;
        // What is handed on as it is cannot be put together.
        if plan.fallback == Fallback::Resume && !terms.format.codec.is_foreign() {
            return resume(speaker.clone(), planner, plan, terms, voice, graph, tab).await;
        }
        speak(inner.clone(), planner, plan, terms, voice, graph, tab).await
    }

    /// Several voices speak: by one call of a backend that has them all and reads SSML itself, or else each by whoever can.
    async fn recite(
        &self,
        terms: Terms,
        voice: String,
        graph: Arc<SpeechGraph>,
        tab: Tab,
    ) -> Result<Spoken, SpeechError> {
        let Ways { inner, planner, recital, .. } = self;
        if let Some(Ensemble { mut plan, cast, graph: recast }) =
            of_one_house(planner, &terms, &voice, &graph, &tab)
        {
            let claim = |choice: &Choice| claim_for(&tab, &terms, choice, &graph);
            set_aside(&mut plan, planner, &terms, &voice, claim, &tab).await?;
            // Nobody else has the whole cast; nor has whoever a budget has put in the place of its first.
            plan.candidates.truncate(1);
            let is_cast =
                |candidate: &Candidate| Some(&candidate.choice.voice.id) == cast.first().map(|it| &it.1);
            let spoken = match plan.candidates.first() {
                Some(first) if is_cast(first) => {
                    let (inner, terms, voice) = (inner.clone(), terms.clone(), voice.clone());
                    Some(speak(inner, planner, plan, terms, voice, recast, tab.clone()).await)
                }
                _ => None,
            };
            match spoken {
                None => {}
                Some(Err(error)) if may_fail_over(&error) => {}
                Some(spoken) => {
                    tab.note(|state| {
                        for (name, id) in cast {
                            let part = state.cast(name, id.clone(), false);
                            state.speaks(part, &id);
                        }
                    });
                    return spoken;
                }
            }
        }
        recital.clone().recite(terms, voice.into(), graph, tab).await
    }
}

/// All voices of a document at one backend.
struct Ensemble {
    /// That for the first voice.
    plan: Plan,
    /// Who speaks whom.
    cast: Vec<(Arc<str>, VoiceId)>,
    /// The document with the voices' own names.
    graph: Arc<SpeechGraph>,
}

/// The backend that has all the voices of a document and reads SSML itself, if there is one.
fn of_one_house(
    planner: &Planner,
    terms: &Terms,
    voice: &str,
    graph: &Arc<SpeechGraph>,
    tab: &Tab,
) -> Option<Ensemble> {
    if !graph.score()?.names_all_voices() {
        return None;
    }
    let mut cast: Vec<(Arc<str>, VoiceId)> = Vec::new();
    let mut first: Option<Plan> = None;
    let claims = RefCell::new(BTreeMap::new());
    // What a document costs is the same whoever of a backend's voices begins it.
    let claim = |choice: &Choice| {
        let who = (choice.voice.id.backend.clone(), choice.model.id.clone());
        if let Some(claim) = claims.borrow().get(&who) {
            return Ok(Claim::clone(claim));
        }
        let claim = claim_for(tab, terms, choice, graph)?;
        claims.borrow_mut().insert(who, claim.clone());
        Ok(claim)
    };
    for voice in graph.score()?.cast(voice) {
        let plan = planner.plan(terms, voice, claim).ok()?;
        let choice = &plan.candidates.first()?.choice;
        // What is called once has one price.
        let leads =
            first.as_ref().and_then(|plan| plan.candidates.first()).map_or(choice, |first| &first.choice);
        let (lead, own) = (&leads.voice.id, &choice.voice.id);
        let is_ours = lead.backend == own.backend
            && leads.model.id == choice.model.id
            && choice.backend.joins(&lead.voice, &own.voice);
        if !is_ours || !choice.reads_ssml() || plan.fallback == Fallback::Resume {
            return None;
        }
        cast.push((voice.into(), choice.voice.id.clone()));
        first.get_or_insert(plan);
    }
    let name = |voice: &str| {
        let known = cast.iter().find(|(name, _)| **name == *voice);
        known.map(|(_, id)| id.voice.clone())
    };
    let graph = Arc::new(language::ssml::recast(graph, name));
    Some(Ensemble { plan: first?, cast, graph })
}

/// What this choice may come to for that text.
pub(crate) fn claim_of(tab: &Tab, terms: &Terms, choice: &Choice, text: &str) -> Result<Claim, SpeechError> {
    let rate = tab.rate(&choice.voice.id.backend, &choice.model.id)?;
    Ok(Claim::of(rate, text, terms.speed).with_instructions(terms.instructions.as_deref()))
}

/// The same for a text of which all is known.
fn claim_for(
    tab: &Tab,
    terms: &Terms,
    choice: &Choice,
    graph: &Arc<SpeechGraph>,
) -> Result<Claim, SpeechError> {
    let rate = tab.rate(&choice.voice.id.backend, &choice.model.id)?;
    Ok(claim_at(rate, terms, choice, graph))
}

/// The same at that rate.
pub(crate) fn claim_at(rate: Arc<Rate>, terms: &Terms, choice: &Choice, graph: &Arc<SpeechGraph>) -> Claim {
    let utterance = Utterance { graph: Arc::clone(graph), delivery: delivery(terms, choice) };
    Claim::of_utterance(rate, &*choice.backend, &utterance)
}

/// What the first of them has said before, where that was kept. Nothing is set aside but what it costs, which is nothing
/// mostly; where even that is too much, it is asked for like any other.
async fn given(
    cache: &Cache,
    plan: &Plan,
    terms: &Terms,
    voice: &str,
    graph: &Arc<SpeechGraph>,
    tab: &Tab,
) -> Option<Spoken> {
    let choice = &plan.at_rest.as_ref().or(plan.candidates.first())?.choice;
    let call = Call::new(terms, choice, Arc::clone(graph), tab.clone());
    let kept = cache.kept(&call).await?;
    tab.propose(Some((&choice.voice.id, &choice.model.id)));
    tab.hold_given(kept.price).await.ok()?;
    tab.choose(&choice.voice, &choice.model.id);
    let dropped = choice.leaves_out(&call.utterance, choice.reads_ssml());
    Some(Spoken::new(choice.clone(), voice.to_owned(), dropped, tab, kept.played(tab)))
}

/// Sets aside what the dearest may come to that the request may reach. Whoever the budgets have no room for is not
/// reached: as long as the first of them remains, or where a budget throttles.
async fn set_aside(
    plan: &mut Plan,
    planner: &Planner,
    terms: &Terms,
    voice: &str,
    claim: impl Fn(&Choice) -> Result<Claim, SpeechError> + Copy,
    tab: &Tab,
) -> Result<(), SpeechError> {
    let mut is_throttled = false;
    loop {
        let (Some(first), Some(dearest)) = (plan.candidates.first(), plan.dearest()) else {
            return Err(SpeechError::internal("a plan of nobody"));
        };
        let (id, model) = (first.choice.voice.id.clone(), first.choice.model.id.clone());
        let (price, most) = (dearest.claim.amounts.charge, dearest.claim.amounts);
        let is_first_dearest = first.claim.amounts.charge >= price;
        tab.propose(Some((&id, &model)));
        let refused = match tab.hold_for(&id.backend, &model, first.claim.clone(), most).await {
            Ok(()) => return Ok(()),
            Err(refused) => refused,
        };
        tab.propose(None);
        let error = match refused {
            Refused::Throttled(error) => {
                if is_first_dearest && !is_throttled && !plan.is_stated {
                    // Another voice, though none but that was asked for: it is what the budget is set up to do.
                    *plan = planner.survey(Some(Policy::Equivalent), terms, voice, claim)?;
                }
                is_throttled |= is_first_dearest;
                error
            }
            Refused::Error(error) if !is_first_dearest && is_about_budget(&error) => error,
            Refused::Error(error) => return Err(error),
        };
        plan.keep_cheaper_than(price);
        if is_throttled {
            // Of those that are cheaper, the dearest.
            plan.candidates.sort_by_key(|candidate| Reverse(candidate.claim.amounts.charge));
        }
        match plan.candidates.first_mut() {
            Some(first) if is_throttled => first.choice.reason = Reason::Throttled,
            Some(_) => {}
            None => return Err(error),
        }
    }
}

fn is_about_budget(error: &SpeechError) -> bool {
    matches!(error.kind(), ErrorKind::BudgetExceeded | ErrorKind::BudgetOnHold)
}

/// Whether another may do better: what is the client's fault, or the ledger's, is everybody's.
pub(crate) fn may_fail_over(error: &SpeechError) -> bool {
    match error.kind() {
        ErrorKind::LedgerUnavailable | ErrorKind::UnknownPrice => false,
        _ => error.origin() != Origin::Client,
    }
}

pub(crate) fn warn(voice: &VoiceId, error: &SpeechError) {
    tracing::warn!(%voice, error = error.kind().code(), "a backend failed before it could be heard");
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
        let choice = catalogue().resolve(&Default::default(), None, "anna").unwrap();
        Call::new(&terms, &choice, Arc::new(graph), tab())
    }
}
