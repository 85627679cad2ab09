//! Those who may speak in turn: where one fails, the next goes on.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use speech::{
    Codec, ErrorKind, Fallback, PcmChunk, PcmStream, SampleRate, Sound, SpeechError, SpeechGraph, Terms,
    Utterance, VoiceId,
};
use tower::ServiceExt as _;

use crate::books::locked;
use crate::catalogue::Choice;
use crate::chain::{Begin, Link, chain};
use crate::decode;
use crate::encode::encode;
use crate::health::Retries;
use crate::part::{Cut, Part, parts, silence};
use crate::patience::Patience;
use crate::plan::{Candidate, Plan, Planner};
use crate::route::{Call, delivery, may_fail_over, warn};
use crate::spoken::{Reason, Spoken};
use crate::stack::Speaker;
use crate::tab::Tab;

/// The most that a voice is made louder or softer to match another, in decibels.
const MOST_GAIN: f32 = 12.0;

/// What is in SSML is said by its passages: whoever takes over might not read it.
const READS_SSML: bool = false;

/// Those who may speak one text, the first of whom speaks until it fails.
pub(crate) struct Cast {
    speaker: Speaker,
    candidates: Vec<Candidate>,
    retries: Retries,
    terms: Terms,
    tab: Tab,
    /// Which part of the tab's whole cast they speak.
    part: usize,
    /// Whether a sentence is held back until all of it is there: what fails in its middle was not heard, and another says
    /// all of it.
    holds_back: bool,
    /// The one whose turn it is.
    current: AtomicUsize,
    /// Whether any of them was heard.
    is_heard: AtomicBool,
    tried: Mutex<Vec<(VoiceId, ErrorKind)>>,
    /// Who was heard first, and how loud, in LUFS.
    first: Mutex<Option<(usize, f32)>>,
}

/// All of a sentence.
struct Whole {
    sample_rate: SampleRate,
    all: PcmChunk,
}

/// Speaks a sentence at a time: none twice, none left out, whoever fails when.
pub(crate) async fn resume(
    speaker: Speaker,
    planner: &Planner,
    plan: Plan,
    terms: Terms,
    voice: String,
    graph: Arc<SpeechGraph>,
    tab: Tab,
) -> Result<Spoken, SpeechError> {
    let (format, volume) = (terms.format, terms.volume);
    let name = voice.as_str().into();
    let cast = Arc::new(Cast::new(speaker, planner, plan, terms, name, tab.clone())?);
    let begins = cast.begins(&graph, 0, Duration::ZERO)?;
    tab.note(|state| state.in_parts = begins.len() > 1);
    let sound = chain(stream::iter(begins).boxed()).await;
    let sound = sound.unwrap_or_else(|| Err(SpeechError::internal("a text of no sentence")))?;
    let encoded = encode(Sound::Samples(sound), format, volume).await?;
    let (choice, tried) = cast.heard()?;
    let dropped = cast.leaves_out(&choice, graph);
    Ok(Spoken { tried, ..Spoken::new(choice, voice, dropped, &tab, encoded) })
}

impl Cast {
    /// Those of a plan, for the voice that the client calls `name`.
    pub(crate) fn new(
        speaker: Speaker,
        planner: &Planner,
        plan: Plan,
        terms: Terms,
        name: Arc<str>,
        tab: Tab,
    ) -> Result<Self, SpeechError> {
        planner.retries.deposit();
        let holds_back = plan.fallback == Fallback::Resume;
        let candidates = plan.into_reachable();
        let first = candidates.first().ok_or_else(|| SpeechError::internal("a plan of nobody"))?;
        let first = first.choice.voice.id.clone();
        let part = tab.note(|state| state.cast(name, first, candidates.len() > 1));
        Ok(Self {
            speaker,
            holds_back,
            candidates,
            retries: planner.retries.clone(),
            terms,
            tab,
            part,
            current: AtomicUsize::new(0),
            is_heard: AtomicBool::new(false),
            tried: Mutex::default(),
            first: Mutex::default(),
        })
    }

    /// Who speaks now, and who has failed before that.
    pub(crate) fn heard(&self) -> Result<(Choice, Vec<(VoiceId, ErrorKind)>), SpeechError> {
        let current = self.current.load(Ordering::Relaxed);
        let candidate =
            self.candidates.get(current).ok_or_else(|| SpeechError::internal("a plan of nobody"))?;
        let choice = candidate.choice.clone();
        let reason = if current == 0 { choice.reason } else { Reason::Fallback };
        Ok((Choice { reason, ..choice }, locked(&self.tried).clone()))
    }

    /// What that voice leaves out of a text.
    pub(crate) fn leaves_out(&self, choice: &Choice, graph: Arc<SpeechGraph>) -> Vec<String> {
        choice.leaves_out(&Utterance { graph, delivery: delivery(&self.terms, choice) }, READS_SSML)
    }

    /// The links that say a text, `offset` code points into the whole, after that silence.
    pub(crate) fn begins(
        self: &Arc<Self>,
        graph: &Arc<SpeechGraph>,
        offset: usize,
        rest: Duration,
    ) -> Result<Vec<Begin>, SpeechError> {
        self.check(graph)?;
        let parts = parts(graph, self.most_characters(), self.cut(), READS_SSML)?;
        let after = graph.score().filter(|score| !score.rest.is_zero()).map(|score| silence(score.rest));
        let begins = parts.into_iter().enumerate().map(|(at, part)| {
            let rest = if at == 0 { rest.max(part.rest) } else { part.rest };
            self.begin(Part { rest, ..part.of(offset) }, offset > 0 || at > 0)
        });
        Ok(begins.chain(after).collect())
    }

    /// Whether the first of them will say a text.
    pub(crate) fn check(&self, graph: &Arc<SpeechGraph>) -> Result<(), SpeechError> {
        let Some(Candidate { choice, .. }) = self.candidates.first() else { return Ok(()) };
        let delivery = delivery(&self.terms, choice);
        choice.backend.check(&Utterance { graph: Arc::clone(graph), delivery })
    }

    /// Code points that each of them takes at a time.
    pub(crate) fn most_characters(&self) -> usize {
        let limits = self.candidates.iter().filter_map(|candidate| candidate.choice.model.most_characters);
        limits.min().unwrap_or(usize::MAX)
    }

    /// Where they want a text to be cut.
    pub(crate) fn cut(&self) -> Cut {
        if self.holds_back { Cut::Sentences } else { Cut::Seldom }
    }

    /// The link that says a part; whether it follows others, of whom the last may be what keeps the backend busy.
    pub(crate) fn begin(self: &Arc<Self>, part: Part, follows: bool) -> Begin {
        let (cast, part) = (Arc::clone(self), Arc::new(part));
        let is_asked_again = AtomicBool::new(false);
        Box::new(move || {
            let (cast, part) = (Arc::clone(&cast), Arc::clone(&part));
            let may_wait = follows && !is_asked_again.swap(true, Ordering::Relaxed);
            Box::pin(async move { cast.say(&part, may_wait).await })
        })
    }

    /// One part of the text, by whoever can. Where it may wait, a backend that is only busy here is asked again later.
    async fn say(&self, part: &Part, may_wait: bool) -> Result<Link, SpeechError> {
        let patience = Patience::new();
        let mut failure = None;
        loop {
            let current = self.current.load(Ordering::Relaxed);
            let Some(Candidate { choice, .. }) = self.candidates.get(current) else {
                return Err(SpeechError::internal("nobody is left to speak"));
            };
            let tab = self.tab.attempt();
            tab.choose(&choice.voice, &choice.model.id);
            let mut call = Call::new(&self.terms, choice, Arc::clone(&part.graph), tab.clone());
            call.utterance.delivery.format = Codec::Pcm.into();
            let tempo = part.tune(&mut call);
            let next = self.after(current);
            let error = match patience.wait(next.is_none(), self.sound(call, current)).await {
                Ok(sound) => {
                    self.is_heard.store(true, Ordering::Relaxed);
                    self.tab.note(|state| state.speaks(self.part, &choice.voice.id));
                    return Ok(part.link(sound, tempo));
                }
                Err(error) if may_wait && error.kind() == ErrorKind::Overloaded => return Err(error),
                Err(error) => error,
            };
            let next = next.filter(|_| may_fail_over(&error) && self.retries.allow(current + 1));
            let Some(next) = next else {
                return Err(failure.unwrap_or(error));
            };
            tab.abandon();
            warn(&choice.voice.id, &error);
            locked(&self.tried).push((choice.voice.id.clone(), error.kind()));
            // What became of whoever was to say it says most.
            failure = failure.or(Some(error));
            self.current.store(current + 1, Ordering::Relaxed);
            let next = &next.choice;
            self.tab.hand_over(part.place.offset(), &choice.voice.id, (&next.voice.id, &next.model.id));
        }
    }

    /// Who is asked where that one fails. Where nothing is held back, another voice in the midst of a text is nothing that
    /// the client has allowed.
    fn after(&self, current: usize) -> Option<&Candidate> {
        let may_change = self.holds_back || !self.is_heard.load(Ordering::Relaxed);
        self.candidates.get(current + 1).filter(|_| may_change)
    }

    async fn sound(&self, call: Call, current: usize) -> Result<PcmStream, SpeechError> {
        let sound = decode::samples(self.speaker.clone().oneshot(call).await?).await?;
        match self.holds_back {
            true => Ok(self.as_loud_as_the_first(whole(sound).await?, current)),
            false => Ok(sound),
        }
    }

    /// The sentence, as loud as those of the first voice were.
    fn as_loud_as_the_first(&self, Whole { sample_rate, mut all }: Whole, current: usize) -> PcmStream {
        let own = audio::loudness(&all.samples, sample_rate);
        let mut first = locked(&self.first);
        match (*first, own) {
            (Some((voice, level)), Some(own)) if voice != current => amplify(&mut all.samples, level - own),
            (Some(_), _) => {}
            (None, own) => *first = own.map(|own| (current, own)),
        }
        PcmStream { sample_rate, chunks: stream::iter([Ok(all)]).boxed() }
    }
}

async fn whole(PcmStream { sample_rate, mut chunks }: PcmStream) -> Result<Whole, SpeechError> {
    let mut all = PcmChunk::default();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        all.samples.extend(chunk.samples);
        all.words.extend(chunk.words);
    }
    Ok(Whole { sample_rate, all })
}

/// Makes it louder by so many decibels, within bounds, and never so loud that it is cut off.
fn amplify(samples: &mut [f32], decibels: f32) {
    let gain = 10f32.powf(decibels.clamp(-MOST_GAIN, MOST_GAIN) / 20.0);
    let peak = samples.iter().fold(0f32, |peak, sample| peak.max(sample.abs()));
    let gain = if peak * gain > 1.0 { 1.0 / peak } else { gain };
    samples.iter_mut().for_each(|sample| *sample *= gain);
}

#[cfg(test)]
#[path = "cast/tests.rs"]
mod tests;
