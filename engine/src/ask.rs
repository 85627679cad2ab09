//! Those who may speak are asked, until one of them does.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::future::FutureExt as _;
use speech::{BoxFuture, SpeechError, SpeechGraph, Terms};
use tower::{Service, ServiceExt as _};

use crate::catalogue::Choice;
use crate::hedge;
use crate::patience::Patience;
use crate::plan::{Candidate, Plan, Planner};
use crate::route::{Call, Encoded, may_fail_over, warn};
use crate::spoken::{Reason, Spoken};
use crate::tab::Tab;

/// Asks one after the other, and one more where the first is late, until the first audio of one is there.
pub(crate) async fn speak<S>(
    inner: S,
    planner: &Planner,
    plan: Plan,
    terms: Terms,
    voice: String,
    graph: Arc<SpeechGraph>,
    tab: Tab,
) -> Result<Spoken, SpeechError>
where
    S: Service<Call, Response = Encoded, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let mut round = Round {
        inner,
        planner: planner.clone(),
        left: plan.into_reachable().into_iter().enumerate().collect(),
        terms,
        graph,
        tab,
        patience: Patience::new(),
        asked: Vec::new(),
        hedge: None,
    };
    let (mut tried, mut failure) = (Vec::new(), None);
    planner.retries.deposit();
    while round.goes_on() {
        let (asked, answer) = poll_fn(|context| round.poll_answer(context)).await;
        let error = match answer {
            Ok(encoded) => {
                round.end_with(&asked);
                let Asked { place, choice, dropped, tab, .. } = asked;
                let reason = match place {
                    0 => choice.reason,
                    _ if tried.is_empty() => Reason::Hedged,
                    _ => Reason::Fallback,
                };
                let spoken = Spoken::new(Choice { reason, ..choice }, voice, dropped, &tab, encoded);
                return Ok(Spoken { tried, ..spoken });
            }
            Err(error) => error,
        };
        // What became of the voice that was asked for says most.
        let earlier = failure.filter(|_| asked.place > 0);
        if !may_fail_over(&error) && !round.awaits_the_first() {
            return Err(earlier.unwrap_or(error));
        }
        asked.tab.abandon();
        warn(&asked.choice.voice.id, &error);
        tried.push((asked.choice.voice.id.clone(), error.kind()));
        failure = earlier.or(Some(error));
        round.go_on_without();
    }
    Err(failure.unwrap_or_else(|| SpeechError::internal("a plan of nobody")))
}

/// Who was asked, and who is left to be.
struct Round<S> {
    inner: S,
    planner: Planner,
    terms: Terms,
    graph: Arc<SpeechGraph>,
    tab: Tab,
    patience: Patience,
    /// With their places in the plan.
    left: VecDeque<(usize, Candidate)>,
    /// Those who have not answered yet: one, or two, the second of whom is the hedge.
    asked: Vec<Asked>,
    /// Until a second is to be asked beside the first, if it may be.
    hedge: Option<BoxFuture<usize>>,
}

/// One who was asked.
struct Asked {
    /// In the plan.
    place: usize,
    choice: Choice,
    dropped: Vec<String>,
    tab: Tab,
    answer: BoxFuture<Result<Encoded, SpeechError>>,
}

impl<S> Round<S>
where
    S: Service<Call, Response = Encoded, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    /// Whether there is somebody to wait for; the next is asked where there is not.
    fn goes_on(&mut self) -> bool {
        if !self.asked.is_empty() {
            return true;
        }
        let Some((place, candidate)) = self.left.pop_front() else { return false };
        if !self.planner.retries.allow(place) {
            return false;
        }
        let tab = self.tab.attempt();
        tab.propose(Some((&candidate.choice.voice.id, &candidate.choice.model.id)));
        if place == 0 {
            self.hedge = hedge::due(&self.planner, &candidate, &self.left, &tab);
        }
        self.ask(place, candidate.choice, tab);
        true
    }

    /// Whoever answers first. Another is asked beside the first when that is due.
    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<(Asked, Result<Encoded, SpeechError>)> {
        loop {
            for at in 0..self.asked.len() {
                if let Poll::Ready(answer) = self.asked[at].answer.poll_unpin(context) {
                    return Poll::Ready((self.asked.remove(at), answer));
                }
            }
            let Some(hedge) = &mut self.hedge else { return Poll::Pending };
            let second = ready!(hedge.poll_unpin(context));
            self.hedge = None;
            self.ask_as_well(second);
        }
    }

    /// Asks another beside the first. It is ours to pay, unless it is heard.
    fn ask_as_well(&mut self, second: usize) {
        let Some((place, candidate)) = self.left.remove(second) else { return };
        let tab = self.tab.attempt();
        tab.abandon();
        self.ask(place, candidate.choice, tab);
    }

    fn ask(&mut self, place: usize, choice: Choice, tab: Tab) {
        tab.choose(&choice.voice, &choice.model.id);
        let call = Call::new(&self.terms, &choice, Arc::clone(&self.graph), tab.clone());
        let dropped = choice.leaves_out(&call.utterance, choice.reads_ssml());
        let answer = self.patience.wait(self.left.is_empty(), self.inner.clone().oneshot(call));
        self.asked.push(Asked { place, choice, dropped, tab, answer: Box::pin(answer) });
    }
}

impl<S> Round<S> {
    fn awaits_the_first(&self) -> bool {
        self.asked.first().is_some_and(|asked| asked.place == 0)
    }

    /// Of those who were asked, that one is heard, and nobody else.
    fn end_with(&mut self, heard: &Asked) {
        self.asked.drain(..).for_each(|other| other.tab.abandon());
        heard.stands();
    }

    /// One has failed. Whoever was asked beside it stands in for it, and needs no other.
    fn go_on_without(&mut self) {
        self.hedge = None;
        self.asked.iter().for_each(Asked::stands);
    }
}

impl Asked {
    /// Whatever is heard is of this one.
    fn stands(&self) {
        self.tab.propose(Some((&self.choice.voice.id, &self.choice.model.id)));
        self.tab.take_up();
    }
}
