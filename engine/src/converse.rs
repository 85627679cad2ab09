//! Texts that are still being written, and dialogues: many speeches, one sound.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::future;
use futures::stream::{self, BoxStream, StreamExt};
use speech::{
    ErrorKind, Fallback, Follow, Lexicons, Mouth, Notation, Piece, Reading, Sound, SpeechError, SpeechGraph,
    SpeechText, Terms, TextError, Turn, Utterance,
};

use crate::buy::bought;
use crate::cast::Cast;
use crate::catalogue::Choice;
use crate::chain::{Begin, chain, failing};
use crate::compile::with_lexicon_of;
use crate::dictation::Dictation;
use crate::encode::encode;
use crate::gather::{Gathered, Gathering};
use crate::guard::watched;
use crate::listen::begun;
use crate::part::{REST, parts, silence};
use crate::plan::{Candidate, Planner, unmade};
use crate::route::{Encoded, claim_of, delivery, may_fail_over, warn};
use crate::script::Script;
use crate::spoken::Spoken;
use crate::stack::Speaker;
use crate::tab::{self, Claim, Tab};
use crate::visemes::{Face, shown};

/// Who costs least is told by this, since nobody knows what will be said.
const SOME_LINE: &str = "This is about as long as a line of a conversation is.";

/// What a conversation is made of. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Conversation {
    pub(crate) planner: Planner,
    pub(crate) lexicons: Arc<dyn Lexicons>,
    pub(crate) mouth: Arc<dyn Mouth>,
    pub(crate) speaker: Speaker,
}

/// A sentence of a conversation, ready to be spoken.
struct Line {
    voice: Arc<str>,
    offset: usize,
    graph: Arc<SpeechGraph>,
    /// The silence before it that its writer asks for.
    rest: Duration,
}

/// What is heard of what was gathered.
enum Heard {
    Line(Line),
    /// A document of no words.
    Silence(Duration),
}

impl Conversation {
    /// One voice says pieces as they are written: by the backend's own means, or sentence by sentence.
    pub(crate) async fn dictate(
        self,
        mut terms: Terms,
        voice: Arc<str>,
        pieces: BoxStream<'static, Piece>,
        tab: Tab,
    ) -> Result<Spoken, SpeechError> {
        terms.reading =
            with_lexicon_of(&*self.lexicons, &terms.client, std::mem::take(&mut terms.reading)).await?;
        let mut plan =
            self.planner.plan(&terms, &voice, |choice| claim_of(&tab, &terms, choice, SOME_LINE))?;
        let first = plan.candidates.first().ok_or_else(|| SpeechError::internal("a plan of nobody"))?;
        let choice = first.choice.clone();
        // Nobody can take over in the middle of a text from who follows it.
        let follow = match plan.fallback {
            Fallback::Resume => None,
            Fallback::None | Fallback::BeforeAudio => choice.backend.follow(&delivery(&terms, &choice)),
        };
        let Some(follow) = follow else {
            return self.lines(terms, &[], turns_of(&voice, pieces), tab, HashMap::new()).await;
        };
        let (script, trying) = (Script::of(pieces), tab.attempt());
        let error = match self.followed(follow, &choice, &terms, script.read(), &trying).await {
            Ok(encoded) => {
                script.forget();
                let dropped = leaves_out_of_any_text(&terms, &choice);
                return Ok(Spoken::new(choice, voice.to_string(), dropped, &tab, encoded));
            }
            Err(error) => error,
        };
        let failed = choice.voice.id.clone();
        let may_be_retold = plan.reachable().len() > 1 && script.is_known() && may_fail_over(&error);
        if !may_be_retold {
            return Err(error);
        }
        trying.abandon();
        warn(&failed, &error);
        plan.candidates.remove(0);
        let next =
            plan.candidates.first().map(|Candidate { choice, .. }| (&choice.voice.id, &*choice.model.id));
        tab.propose(next);
        tab.note(|state| state.row.characters = None);
        let others = Cast::new(
            self.speaker.clone(),
            &self.planner,
            plan,
            terms.clone(),
            Arc::clone(&voice),
            tab.clone(),
        )?;
        let casts = HashMap::from([(Arc::clone(&voice), Arc::new(others))]);
        let mut spoken = self.lines(terms, &[], turns_of(&voice, script.read()), tab, casts).await?;
        spoken.tried.insert(0, (failed, error.kind()));
        Ok(spoken)
    }

    /// What a backend says that follows a text while it is written, once its first audio is there.
    async fn followed(
        &self,
        follow: Follow,
        choice: &Choice,
        terms: &Terms,
        pieces: BoxStream<'static, Piece>,
        tab: &Tab,
    ) -> Result<Encoded, SpeechError> {
        let id = &choice.voice.id;
        tab.choose(&choice.voice, &choice.model.id);
        let claim = Claim::of(tab.rate(&id.backend, &choice.model.id)?, "", terms.speed);
        let call = tab::Call::new(&id.backend, &choice.model.id, claim, false);
        let attempt = tab.begin(call).await?;
        let watch = self.planner.health.follow(id.clone());
        let dictation = Dictation::new(attempt.clone(), terms.speed);
        let following = follow(dictation.taken(pieces), attempt.receipt());
        let following = bought(attempt, following, choice.backend.is_local());
        let sound = watched(watch, async { begun(dictation.heard(following.await?)).await }).await?;
        let face = Face::of(&self.mouth, &*choice.backend, &delivery(terms, choice));
        encode(shown(sound, face), terms.format, terms.volume).await
    }

    /// Voices take turns; of those voices it is known from the start.
    pub(crate) async fn converse(
        self,
        mut terms: Terms,
        voices: &[Arc<str>],
        turns: BoxStream<'static, Turn>,
        tab: Tab,
    ) -> Result<Spoken, SpeechError> {
        terms.reading =
            with_lexicon_of(&*self.lexicons, &terms.client, std::mem::take(&mut terms.reading)).await?;
        self.lines(terms, voices, turns, tab, HashMap::new()).await
    }

    /// Each voice of a document says its own passages; those of no voice are of `otherwise`.
    pub(crate) async fn recite(
        self,
        terms: Terms,
        otherwise: Arc<str>,
        graph: Arc<SpeechGraph>,
        tab: Tab,
    ) -> Result<Spoken, SpeechError> {
        let (format, volume) = (terms.format, terms.volume);
        let score = graph.score().ok_or_else(|| SpeechError::internal("a recital without a score"))?;
        if format.codec.is_foreign() {
            return Err(unmade(format.codec));
        }
        let mut casting =
            Casting { conversation: self, terms, tab: tab.clone(), casts: HashMap::new(), is_silent: false };
        // Nobody begins before everybody is cast.
        let mut casts = Vec::new();
        for voice in score.cast(&otherwise) {
            casts.push(casting.cast(&Arc::from(voice))?);
        }
        let first = Arc::clone(casts.first().ok_or_else(nothing_to_say)?);
        let limit = casts.iter().map(|cast| cast.most_characters()).min().unwrap_or(usize::MAX);
        tab.note(|state| state.in_parts = true);
        let mut begins = Vec::new();
        for part in parts(&graph, limit, first.cut(), false)? {
            let voice = part.tone.as_ref().and_then(|tone| tone.voice.clone());
            let cast = casting.cast(&voice.unwrap_or_else(|| Arc::clone(&otherwise)))?;
            cast.check(&part.graph)?;
            begins.push(cast.begin(part, !begins.is_empty()));
        }
        begins.extend((!score.rest.is_zero()).then(|| silence(score.rest)));
        let sound = chain(stream::iter(begins).boxed()).await.ok_or_else(nothing_to_say)??;
        let encoded = encode(Sound::Samples(sound), format, volume).await?;
        let (choice, tried) = first.heard()?;
        let requested = score.cast(&otherwise).first().map_or_else(String::new, ToString::to_string);
        let mut dropped = Vec::new();
        for cast in &casts {
            dropped.extend(cast.leaves_out(&cast.heard()?.0, Arc::clone(&graph)));
        }
        dropped.sort();
        dropped.dedup();
        Ok(Spoken { tried, ..Spoken::new(choice, requested, dropped, &tab, encoded) })
    }

    /// Sentence by sentence; each voice by whoever is cast for it, if anybody is yet.
    async fn lines(
        self,
        terms: Terms,
        voices: &[Arc<str>],
        turns: BoxStream<'static, Turn>,
        tab: Tab,
        casts: HashMap<Arc<str>, Arc<Cast>>,
    ) -> Result<Spoken, SpeechError> {
        let (format, volume, reading) = (terms.format, terms.volume, terms.reading.clone());
        let mut casting = Casting { conversation: self, terms, tab: tab.clone(), casts, is_silent: false };
        // Nobody begins before everybody is cast.
        for voice in voices {
            casting.cast(voice)?;
        }
        let counting = tab.clone();
        let mut lines = gathered(turns, reading.notation)
            .inspect(move |(_, gathered)| counting.hear(gathered.text.chars().count()))
            .filter_map(move |(voice, gathered)| future::ready(line(voice, gathered, &reading).transpose()))
            .boxed();
        let first = first_line(&mut lines).await?;
        let requested = first.voice.to_string();
        let graph = Arc::clone(&first.graph);
        tab.note(|state| state.in_parts = true);
        let cast = casting.cast(&first.voice)?;
        let lines = stream::iter([Ok(Heard::Line(first))]).chain(lines);
        let links = lines.flat_map(move |heard| stream::iter(casting.links(heard)));
        let sound = chain(links.boxed()).await.ok_or_else(nothing_to_say)??;
        let encoded = encode(Sound::Samples(sound), format, volume).await?;
        let (choice, tried) = cast.heard()?;
        let dropped = cast.leaves_out(&choice, graph);
        Ok(Spoken { tried, ..Spoken::new(choice, requested, dropped, &tab, encoded) })
    }
}

/// Who says the lines of each voice: whoever has taken over from another keeps its part.
struct Casting {
    conversation: Conversation,
    terms: Terms,
    tab: Tab,
    casts: HashMap<Arc<str>, Arc<Cast>>,
    /// Whether silence was asked for last, and not words.
    is_silent: bool,
}

impl Casting {
    fn cast(&mut self, voice: &Arc<str>) -> Result<Arc<Cast>, SpeechError> {
        if let Some(cast) = self.casts.get(voice) {
            return Ok(Arc::clone(cast));
        }
        let Conversation { planner, speaker, .. } = &self.conversation;
        let plan =
            planner.plan(&self.terms, voice, |choice| claim_of(&self.tab, &self.terms, choice, SOME_LINE))?;
        let (terms, tab) = (self.terms.clone(), self.tab.clone());
        let cast = Arc::new(Cast::new(speaker.clone(), planner, plan, terms, Arc::clone(voice), tab)?);
        self.casts.insert(Arc::clone(voice), Arc::clone(&cast));
        Ok(cast)
    }

    /// The links that say a line.
    fn links(&mut self, heard: Result<Heard, SpeechError>) -> Vec<Begin> {
        let begins = heard.and_then(|heard| match heard {
            Heard::Silence(rest) => {
                self.is_silent = true;
                Ok(vec![silence(rest)])
            }
            Heard::Line(Line { voice, offset, graph, rest }) => {
                let is_silent = std::mem::replace(&mut self.is_silent, false);
                let breath = if offset == 0 || is_silent { Duration::ZERO } else { REST };
                self.cast(&voice)?.begins(&graph, offset, rest.max(breath))
            }
        });
        begins.unwrap_or_else(|error| vec![failing(error)])
    }
}

fn turns_of(voice: &Arc<str>, pieces: BoxStream<'static, Piece>) -> BoxStream<'static, Turn> {
    let voice = Arc::clone(voice);
    pieces.map(move |Piece { text, flush }| Turn { voice: Arc::clone(&voice), text, flush }).boxed()
}

/// What is left out whatever is written.
fn leaves_out_of_any_text(terms: &Terms, choice: &Choice) -> Vec<String> {
    let graph = SpeechText::new("a", None).map_err(SpeechError::from);
    let graph = graph.and_then(|text| language::compile(text, &terms.reading));
    let utterance =
        graph.map(|graph| Utterance { graph: Arc::new(graph), delivery: delivery(terms, choice) });
    utterance.map(|utterance| choice.backend.leaves_out(&utterance)).unwrap_or_default()
}

/// What each voice says, as soon as it can be spoken. A voice has finished when another begins.
fn gathered(
    turns: BoxStream<'static, Turn>,
    notation: Notation,
) -> impl futures::Stream<Item = (Arc<str>, Gathered)> + Send + 'static {
    struct Stage {
        turns: BoxStream<'static, Turn>,
        gathering: Gathering,
        voice: Option<Arc<str>>,
        ready: VecDeque<(Arc<str>, Gathered)>,
        over: bool,
    }
    impl Stage {
        fn say(&mut self, gathered: Option<Gathered>) {
            if let (Some(voice), Some(gathered)) = (&self.voice, gathered) {
                self.ready.push_back((Arc::clone(voice), gathered));
            }
        }
    }
    let stage =
        Stage { turns, gathering: Gathering::of(notation), voice: None, ready: VecDeque::new(), over: false };
    stream::unfold(stage, |mut stage| async move {
        loop {
            if let Some(ready) = stage.ready.pop_front() {
                return Some((ready, stage));
            }
            if stage.over {
                return None;
            }
            let Some(turn) = stage.turns.next().await else {
                stage.over = true;
                let last = stage.gathering.flush();
                stage.say(last);
                continue;
            };
            if stage.voice.as_ref() != Some(&turn.voice) {
                let before = stage.gathering.flush();
                stage.say(before);
                stage.voice = Some(turn.voice);
            }
            let complete = stage.gathering.write(&turn.text);
            stage.say(complete);
            if turn.flush {
                let rest = stage.gathering.flush();
                stage.say(rest);
            }
        }
    })
}

/// The first words, after all the silence before them.
async fn first_line(lines: &mut BoxStream<'static, Result<Heard, SpeechError>>) -> Result<Line, SpeechError> {
    let mut rest = Duration::ZERO;
    loop {
        match lines.next().await.ok_or_else(nothing_to_say)?? {
            Heard::Line(line) => return Ok(Line { rest, ..line }),
            Heard::Silence(more) => rest += more,
        }
    }
}

/// None where there is nothing but punctuation.
fn line(voice: Arc<str>, gathered: Gathered, reading: &Reading) -> Result<Option<Heard>, SpeechError> {
    let text = match SpeechText::new(gathered.text, None) {
        Err(TextError::Blank | TextError::Silent) => return Ok(None),
        text => text?,
    };
    let silence = match reading.notation {
        Notation::Plain => None,
        Notation::Ssml { .. } => language::ssml::silence(&text),
    };
    Ok(Some(match silence {
        Some(rest) => Heard::Silence(rest),
        None => {
            let graph = Arc::new(language::compile(text, reading)?);
            Heard::Line(Line { voice, offset: gathered.offset, graph, rest: Duration::ZERO })
        }
    }))
}

fn nothing_to_say() -> SpeechError {
    SpeechError::new(ErrorKind::InvalidText, "There is nothing to say; send at least one letter or digit.")
        .about("text")
}

#[cfg(test)]
#[path = "converse/tests.rs"]
mod tests;
