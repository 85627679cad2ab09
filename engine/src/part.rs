//! Parts of a text that are spoken by themselves: of one too long for its model, and of one whose SSML nobody else reads.

use std::ops::Range;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use audio::{Gain, Pitch};
use futures::stream::{self, StreamExt as _};
use speech::{
    Backend, Boundary, BoxFuture, Clause, PcmChunk, PcmStream, Reading, SampleRate, Span, SpeechError,
    SpeechGraph, SpeechText, Speed, Tone, Utterance, WordTiming, has_sound,
};

use crate::chain::{Begin, Link};
use crate::route::Call;

/// The silence between two parts, which each are as long as their words.
pub(crate) const REST: Duration = Duration::from_millis(180);

/// The silence between two parts where a reader does not rest: a breath.
const BREATH: Duration = Duration::from_millis(60);

/// What a backend that cannot speak at the pace it is asked for leaves out.
pub(crate) const PACE: &str = "speed";

/// Where a text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// As seldom as the limit allows.
    Seldom,
    /// After each sentence.
    Sentences,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) place: Place,
    /// The silence before it.
    pub(crate) rest: Duration,
    pub(crate) graph: Arc<SpeechGraph>,
    /// How it is spoken; none as everything else of the request is.
    pub(crate) tone: Option<Tone>,
}

/// Where a part stands in the client's text.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// Behind so many of its code points.
    Behind(usize),
    /// It begins with that byte of what is read of a whole, which itself stands behind so many.
    Within { whole: Arc<SpeechGraph>, byte: usize, behind: usize },
}

impl Place {
    /// Code points of the client's text before it.
    pub(crate) fn offset(&self) -> usize {
        match self {
            Self::Behind(offset) => *offset,
            Self::Within { whole, byte, behind } => behind + whole.plain().span(*byte..*byte + 1).offset,
        }
    }

    /// Puts a word of it to its place in the client's text.
    pub(crate) fn put(&self, word: &mut WordTiming) {
        match self {
            Self::Behind(offset) => word.offset += offset,
            Self::Within { whole, byte, behind } => {
                let words = whole.plain().as_str().get(*byte..).unwrap_or_default();
                let start = byte_of(words, word.offset);
                let end = start + byte_of(words.get(start..).unwrap_or_default(), word.length);
                let Span { offset, length } = whole.plain().span(byte + start..byte + end);
                (word.offset, word.length) = (behind + offset, length);
            }
        }
    }

    /// The same of a whole that begins there.
    fn behind(self, offset: usize) -> Self {
        match self {
            Self::Behind(own) => Self::Behind(offset + own),
            Self::Within { whole, byte, behind } => Self::Within { whole, byte, behind: offset + behind },
        }
    }
}

/// The same without white space at either end.
fn trimmed(text: &str, bytes: Range<usize>) -> Range<usize> {
    let inside = text.get(bytes.clone()).unwrap_or_default();
    bytes.end - inside.trim_start().len()..bytes.start + inside.trim_end().len()
}

/// The byte behind so many characters.
fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(byte, _)| byte)
}

impl Part {
    /// All of a text, behind so many code points of the client's.
    pub(crate) fn whole(graph: Arc<SpeechGraph>, offset: usize, rest: Duration) -> Self {
        Self { place: Place::Behind(offset), rest, graph, tone: None }
    }

    /// The same of a whole that begins there.
    pub(crate) fn of(self, offset: usize) -> Self {
        Self { place: self.place.behind(offset), ..self }
    }

    /// Has a call speak as the part is spoken; returns how many times as fast its samples are to become.
    pub(crate) fn tune(&self, call: &mut Call) -> f64 {
        self.tone.as_ref().map_or(1.0, |tone| tuned(&*call.backend, &mut call.utterance, tone))
    }

    /// What was spoken of it, as a link of a chain: its samples as high, as loud and as fast as the part is to be.
    pub(crate) fn link(&self, sound: PcmStream, tempo: f64) -> Link {
        let sound = match &self.tone {
            Some(tone) if tone.gain != 1.0 || tone.pitch != 1.0 || tempo != 1.0 => toned(sound, tone, tempo),
            _ => sound,
        };
        Link { place: self.place.clone(), rest: self.rest, sound }
    }
}

/// Asks a backend for what of a tone it can do. Returns how many times as fast its samples are to become: where it leaves
/// the pace out, it keeps its own, or as near to it as leaves no more than the samples can be changed by.
pub(crate) fn tuned(backend: &dyn Backend, utterance: &mut Utterance, tone: &Tone) -> f64 {
    let delivery = &mut utterance.delivery;
    let times = f64::from(delivery.speed.times() * tone.rate).clamp(0.25, 4.0);
    delivery.speed = Speed::new(times).unwrap_or(delivery.speed);
    if let Some(language) = &tone.language {
        delivery.language = Some(language.to_string());
    }
    if !backend.leaves_out(utterance).iter().any(|name| name == PACE) {
        return 1.0;
    }
    let tempo = times.clamp(*Pitch::RATIOS.start(), *Pitch::RATIOS.end());
    utterance.delivery.speed = Speed::new(times / tempo).unwrap_or_default();
    tempo
}

/// The same sound at the pitch, as loud as a tone has it, and so many times as fast.
fn toned(PcmStream { sample_rate, chunks }: PcmStream, tone: &Tone, tempo: f64) -> PcmStream {
    let times = tone.gain;
    let mut chunks = chunks.fuse();
    let mut gain = Gain::new(sample_rate, times);
    let is_moved = tone.pitch != 1.0 || tempo != 1.0;
    let mut pitch = is_moved.then(|| Pitch::new(sample_rate, tone.pitch.into()).at_tempo(tempo));
    let toned = stream::poll_fn(move |context| {
        let chunk = ready!(chunks.poll_next_unpin(context));
        let mut chunk = match (chunk, &mut pitch) {
            (Some(Ok(mut chunk)), Some(pitch)) => {
                let samples = std::mem::take(&mut chunk.samples);
                pitch.push(&samples, &mut chunk.samples);
                chunk.words.iter_mut().for_each(|word| hasten(word, tempo));
                chunk
            }
            (Some(Ok(chunk)), None) => chunk,
            (None, Some(rest)) => {
                let mut chunk = PcmChunk::default();
                rest.finish(&mut chunk.samples);
                pitch = None;
                chunk
            }
            (end, _) => return Poll::Ready(end),
        };
        gain.apply(times, &mut chunk.samples);
        Poll::Ready(Some(Ok(chunk)))
    });
    PcmStream { sample_rate, chunks: toned.boxed() }
}

/// Has a word of a sound come at its time, once the sound is so many times as fast.
fn hasten(word: &mut WordTiming, tempo: f64) {
    let hasten = |time: &mut u64| *time = (*time as f64 / tempo).round() as u64;
    hasten(&mut word.start_ms);
    hasten(&mut word.end_ms);
    word.letters.iter_mut().for_each(hasten);
    word.visemes.iter_mut().for_each(|viseme| hasten(&mut viseme.at_ms));
}

/// The parts of a text for a model that takes so many code points at a time, and one that reads SSML or does not.
pub(crate) fn parts(
    graph: &Arc<SpeechGraph>,
    limit: usize,
    cut: Cut,
    reads_ssml: bool,
) -> Result<Vec<Part>, SpeechError> {
    match graph.score() {
        Some(_) if !reads_ssml || cut == Cut::Sentences => passages(graph, limit, cut),
        Some(_) => Ok(shares(graph, limit)),
        None if cut == Cut::Seldom && graph.text().characters() <= limit => {
            Ok(vec![Part::whole(Arc::clone(graph), 0, Duration::ZERO)])
        }
        None => stretches(graph, limit, cut),
    }
}

/// The documents that a long one becomes, for who reads them.
fn shares(graph: &Arc<SpeechGraph>, limit: usize) -> Vec<Part> {
    let shares = language::ssml::shares(graph, limit).into_iter();
    let has_rest = |share: &SpeechGraph| {
        share.score().and_then(|score| score.passages.first()).is_some_and(|first| !first.rest.is_zero())
    };
    let part = |(at, share): (usize, SpeechGraph)| {
        let rest = if at == 0 || has_rest(&share) { Duration::ZERO } else { REST };
        Part::whole(Arc::new(share), 0, rest)
    };
    shares.enumerate().map(part).collect()
}

/// The stretches of a text.
fn stretches(graph: &SpeechGraph, limit: usize, cut: Cut) -> Result<Vec<Part>, SpeechError> {
    let reading = Reading { markup: *graph.markup(), lexicon: graph.lexicon().clone(), ..Reading::default() };
    let mut parts = Vec::new();
    for Stretch { from, text, rest } in cuts(graph, limit, cut) {
        // What is left of a text behind its last clause has no sound.
        if let Ok(text) = SpeechText::new(text, None) {
            parts.push(Part::whole(Arc::new(language::compile(text, &reading)?), from, rest));
        }
    }
    Ok(parts)
}

/// The passages of a score, each in as many stretches as it takes.
fn passages(graph: &Arc<SpeechGraph>, limit: usize, cut: Cut) -> Result<Vec<Part>, SpeechError> {
    let Some(score) = graph.score() else { return Ok(Vec::new()) };
    let mut parts: Vec<Part> = Vec::new();
    let mut end = None;
    for passage in &score.passages {
        let is_rest = |end| graph.clauses().binary_search_by_key(&end, |clause| clause.bytes.end).is_ok();
        let breath = match end {
            None => Duration::ZERO,
            Some(end) if is_rest(end) => REST,
            Some(_) => BREATH,
        };
        end = Some(passage.bytes.end);
        let mut before = passage.rest.max(breath);
        let (words, mut byte) = (graph.plain().as_str(), passage.bytes.start);
        for Stretch { text, rest, .. } in
            cuts(&language::ssml::excerpt(graph, passage.bytes.clone())?, limit, cut)
        {
            let end = byte + byte_of(words.get(byte..).unwrap_or_default(), text.chars().count());
            let bytes = trimmed(words, byte..end);
            byte = end;
            if !text.contains(has_sound) {
                continue;
            }
            let place = Place::Within { whole: Arc::clone(graph), byte: bytes.start, behind: 0 };
            let graph = Arc::new(language::ssml::excerpt(graph, bytes)?);
            let tone = Some(passage.tone.clone());
            parts.push(Part { place, rest: rest + std::mem::take(&mut before), graph, tone });
        }
    }
    Ok(parts)
}

/// Something to be said by itself.
struct Stretch {
    /// Code points before it.
    from: usize,
    text: String,
    /// The silence before it.
    rest: Duration,
}

/// The stretches of a text of at most `limit` code points. They end where a clause ends; a clause that is itself too long
/// ends anywhere between two words.
fn cuts(graph: &SpeechGraph, limit: usize, cut: Cut) -> Vec<Stretch> {
    let text: Vec<char> = graph.text().as_str().chars().collect();
    let end = |clause: &Clause| clause.span.offset + clause.span.length;
    let ends: Vec<usize> = graph.clauses().iter().map(end).collect();
    let sentences = graph.clauses().iter().filter(|clause| clause.ends >= Boundary::Sentence);
    let sentences: Vec<usize> = sentences.map(end).filter(|_| cut == Cut::Sentences).collect();
    let mut stretches = Vec::new();
    let (mut from, mut rest) = (0, Duration::ZERO);
    while from < text.len() {
        let furthest = from.saturating_add(limit.max(1)).min(text.len());
        let clause = ends.iter().copied().filter(|end| (from + 1..=furthest).contains(end)).max();
        let word = || (from + 1..furthest).rev().find(|&at| text[at].is_whitespace());
        let sentence = sentences.iter().copied().find(|end| (from + 1..=furthest).contains(end));
        let to = match (sentence, furthest == text.len()) {
            (Some(sentence), _) => sentence,
            (None, true) => furthest,
            (None, false) => clause.or_else(word).unwrap_or(furthest),
        };
        stretches.push(Stretch { from, text: text[from..to].iter().collect(), rest });
        rest = if ends.contains(&to) { REST } else { Duration::ZERO };
        from = to;
    }
    stretches
}

/// Begins what is silent for so long: the end of a text that is to end in silence.
pub(crate) fn silence(rest: Duration) -> Begin {
    Box::new(move || {
        let begun: BoxFuture<_> = Box::pin(async move {
            let nothing = stream::empty::<Result<PcmChunk, SpeechError>>().boxed();
            let sample_rate = SampleRate::new(24_000).unwrap_or(SampleRate::MIN);
            let sound = PcmStream { sample_rate, chunks: nothing };
            Ok(Link { place: Place::Behind(0), rest, sound })
        });
        begun
    })
}

#[cfg(test)]
mod tests {
    use speech::Notation;

    use super::*;

    fn graph(text: &str, notation: Notation) -> Arc<SpeechGraph> {
        let reading = Reading { notation, ..Reading::default() };
        Arc::new(language::compile(SpeechText::new(text, None).unwrap(), &reading).unwrap())
    }

    fn cut(text: &str, limit: usize) -> Vec<(usize, String)> {
        let parts = parts(&graph(text, Notation::Plain), limit, Cut::Seldom, false).unwrap();
        parts.into_iter().map(|part| (part.place.offset(), part.graph.text().as_str().to_owned())).collect()
    }

    #[test]
    fn a_long_text_is_cut_between_sentences_and_nothing_is_lost() {
        let text = "One is first. Two is second! Three, the naïve third, is last.";
        let parts = cut(text, 30);
        let joined: String = parts.iter().map(|(_, part)| part.as_str()).collect();
        assert_eq!(joined, text);
        assert_eq!(parts[0], (0, "One is first. Two is second!".to_owned()));
        assert!(parts.iter().all(|(_, part)| part.chars().count() <= 30), "{parts:?}");
        assert!(
            parts.iter().all(|(offset, part)| text
                .chars()
                .skip(*offset)
                .take(part.chars().count())
                .eq(part.chars()))
        );
    }

    #[test]
    fn only_the_end_of_a_clause_is_a_place_to_rest() {
        let graph = graph("One is. Two goes on and on.", Notation::Plain);
        let rests: Vec<Duration> =
            parts(&graph, 10, Cut::Seldom, false).unwrap().iter().map(|part| part.rest).collect();
        assert_eq!(rests, [Duration::ZERO, REST, Duration::ZERO, Duration::ZERO]);
    }

    #[test]
    fn a_clause_that_is_too_long_is_cut_between_words_and_a_word_anywhere() {
        assert_eq!(cut("alpha beta gamma", 11), [(0, "alpha beta".to_owned()), (10, " gamma".to_owned())]);
        assert_eq!(cut("abcdefgh", 5), [(0, "abcde".to_owned()), (5, "fgh".to_owned())]);
    }

    #[test]
    fn every_time_of_a_word_moves_with_its_sound() {
        let viseme = |at_ms| speech::Viseme { id: 1, at_ms, kind: speech::TimingKind::Measured };
        let mut word = WordTiming {
            text: "two".to_owned(),
            start_ms: 100,
            end_ms: 400,
            offset: 4,
            length: 3,
            kind: speech::TimingKind::Measured,
            letters: vec![100, 200, 301],
            visemes: vec![viseme(100), viseme(250)],
        };
        hasten(&mut word, 0.5);
        assert_eq!((word.start_ms, word.end_ms, word.offset), (200, 800, 4));
        assert_eq!(word.letters, [200, 400, 602]);
        assert_eq!(word.visemes, [viseme(200), viseme(500)]);
    }

    #[test]
    fn who_cannot_read_ssml_says_its_passages_and_every_word_keeps_its_place() {
        let ssml = "<speak>Näive one. <break time=\"1s\"/>Two <prosody rate=\"2\">and <sub alias=\"number three\">3</sub></prosody> go.</speak>";
        let graph = graph(ssml, Notation::Ssml { may_fetch: false });
        assert_eq!(parts(&graph, 9999, Cut::Seldom, true).unwrap().len(), 1);
        for limit in [9999, 8] {
            let parts = parts(&graph, limit, Cut::Seldom, false).unwrap();
            let mut said = String::new();
            for part in &parts {
                let text = part.graph.text().as_str();
                for (offset, c) in text.chars().enumerate().filter(|(_, c)| c.is_alphabetic()) {
                    said.push(c);
                    let mut word = WordTiming {
                        text: c.to_string(),
                        start_ms: 0,
                        end_ms: 0,
                        offset,
                        length: 1,
                        kind: speech::TimingKind::Measured,
                        letters: Vec::new(),
                        visemes: Vec::new(),
                    };
                    part.place.put(&mut word);
                    let there: String = ssml.chars().skip(word.offset).take(word.length).collect();
                    assert!(there == c.to_string() || there == "3", "{c} at {there}");
                }
            }
            assert_eq!(said, "NäiveoneTwoandnumberthreego");
            assert!(parts.iter().any(|part| part.rest == Duration::from_secs(1)));
            assert!(parts.iter().any(|part| part.tone.as_ref().is_some_and(|tone| tone.rate == 2.0)));
        }
    }
}
