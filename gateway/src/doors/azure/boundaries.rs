//! What is passed in a text while it is spoken: words, punctuation marks, sentences, bookmarks.

mod written;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::speech::{Boundary, SpeechGraph, WordTiming, has_sound};
use wire::azure::{BoundaryType, Event, Wanted, ticks};

pub(super) use written::Written;

/// Tells what is passed as the words are spoken, each once and in reading order.
pub(super) struct Boundaries {
    wanted: Wanted,
    landmarks: VecDeque<Landmark>,
    /// Where there will be more.
    written: Option<Arc<Mutex<Written>>>,
    /// When the last word ended, in milliseconds.
    last_end_ms: u64,
    /// When the first word of the sentence began.
    sentence_start_ms: Option<u64>,
}

/// Something between two words, behind so many code points of the client's text.
struct Landmark {
    offset: usize,
    what: What,
}

enum What {
    Punctuation(String),
    Sentence(String),
    /// With the silence before it.
    Bookmark(String, Duration),
}

impl Boundaries {
    /// Those of a text, of which nothing was spoken yet.
    pub(super) fn of(graph: &SpeechGraph, wanted: Wanted) -> Self {
        let mut landmarks = clause_ends(graph);
        let marks = graph.score().into_iter().flat_map(|score| &score.marks);
        landmarks.extend(marks.map(|mark| Landmark {
            offset: mark.offset,
            what: What::Bookmark(mark.name.clone(), mark.rest),
        }));
        // What ends where a bookmark stands has ended before it.
        landmarks.sort_by_key(|landmark| landmark.offset);
        Self::at(landmarks, wanted)
    }

    /// Those of a text that is still being written.
    pub(super) fn of_written(written: Arc<Mutex<Written>>, wanted: Wanted) -> Self {
        Self { written: Some(written), ..Self::at(Vec::new(), wanted) }
    }

    /// Of nothing, for who wants to be told nothing.
    pub(super) fn none() -> Self {
        Self::at(Vec::new(), Wanted::default())
    }

    fn at(landmarks: Vec<Landmark>, wanted: Wanted) -> Self {
        Self { wanted, landmarks: landmarks.into(), written: None, last_end_ms: 0, sentence_start_ms: None }
    }

    /// These words are heard next.
    pub(super) fn tell(&mut self, words: &[WordTiming]) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(last) = words.last() {
            self.read(|written| written.before(last));
        }
        for word in words {
            self.pass(word.offset, word.start_ms, &mut events);
            self.sentence_start_ms.get_or_insert(word.start_ms);
            self.last_end_ms = word.end_ms;
            let text = word.text.trim_matches(|c| !has_sound(c));
            if self.wanted.words && !text.is_empty() {
                let (start, end) = (word.start_ms, word.end_ms);
                events.push(Event::boundary(BoundaryType::WordBoundary, text, start, end));
            }
            if self.wanted.visemes {
                events.extend(word.visemes.iter().map(|viseme| Event::viseme(viseme.id, viseme.at_ms)));
            }
        }
        events
    }

    /// No more words come.
    pub(super) fn finish(&mut self, end_ms: u64) -> Vec<Event> {
        let mut events = Vec::new();
        self.read(Written::rest);
        self.pass(usize::MAX, end_ms, &mut events);
        events
    }

    /// Reads on in a text that is still being written.
    fn read(&mut self, read: impl FnOnce(&mut Written) -> Vec<Landmark>) {
        if let Some(written) = &self.written {
            self.landmarks.extend(read(&mut written.lock().unwrap_or_else(PoisonError::into_inner)));
        }
    }

    /// What stands before the word that begins there and then.
    fn pass(&mut self, offset: usize, start_ms: u64, events: &mut Vec<Event>) {
        let last_end = self.last_end_ms;
        while let Some(Landmark { what, .. }) =
            self.landmarks.pop_front_if(|landmark| landmark.offset <= offset)
        {
            let event = match what {
                What::Punctuation(text) => {
                    let of = BoundaryType::PunctuationBoundary;
                    self.wanted.punctuation.then(|| Event::boundary(of, text, last_end, start_ms))
                }
                What::Sentence(text) => {
                    let of = BoundaryType::SentenceBoundary;
                    let start = self.sentence_start_ms.take().unwrap_or(last_end);
                    self.wanted.sentences.then(|| Event::boundary(of, text, start, last_end))
                }
                What::Bookmark(bookmark, rest) => {
                    let at_ms = (last_end + rest.as_millis() as u64).min(start_ms).max(last_end);
                    self.wanted.bookmarks.then(|| Event::Bookmark { offset: ticks(at_ms), bookmark })
                }
            };
            events.extend(event);
        }
    }
}

/// Where a reader stops, and for what.
fn clause_ends(graph: &SpeechGraph) -> Vec<Landmark> {
    let plain = graph.plain().as_str();
    let text: Vec<char> = graph.text().as_str().chars().collect();
    let mut landmarks = Vec::new();
    let mut sentence_start = None;
    for clause in graph.clauses() {
        let offset = clause.span.offset + clause.span.length;
        let words = graph.words_of(clause);
        let (_, punctuation) = words.split_at(words.trim_end_matches(|c| !has_sound(c)).len());
        let punctuation = punctuation.trim();
        // What is said instead of something may have marks that nobody wrote.
        let before = text.get(..offset).unwrap_or_default().iter().rev();
        let written = punctuation.chars().rev().zip(before).take_while(|(mark, written)| mark == *written);
        let written: usize = written.map(|(mark, _)| mark.len_utf8()).sum();
        let (_, punctuation) = punctuation.split_at(punctuation.len() - written);
        if !punctuation.is_empty() {
            landmarks.push(Landmark { offset, what: What::Punctuation(punctuation.to_owned()) });
        }
        let start = *sentence_start.get_or_insert(clause.bytes.start);
        if clause.ends >= Boundary::Sentence {
            let sentence = plain.get(start..clause.bytes.end).unwrap_or_default();
            landmarks.push(Landmark { offset, what: What::Sentence(sentence.to_owned()) });
            sentence_start = None;
        }
    }
    landmarks
}

#[cfg(test)]
mod tests {
    use ::speech::{Notation, Reading, SpeechText, TimingKind};
    use proptest::prelude::*;

    use super::*;

    const ALL: Wanted =
        Wanted { words: true, punctuation: true, sentences: true, visemes: true, bookmarks: true, end: true };

    fn graph(inner: &str) -> SpeechGraph {
        let text = SpeechText::new(format!("<speak><voice name='v'>{inner}</voice></speak>"), None).unwrap();
        let notation = Notation::Ssml { may_fetch: false };
        language::compile(text, &Reading { notation, ..Reading::default() }).unwrap()
    }

    /// A tenth of a second each.
    fn words(graph: &SpeechGraph) -> Vec<WordTiming> {
        let plain = graph.plain();
        let start_of = |word: &str| word.as_ptr() as usize - plain.as_str().as_ptr() as usize;
        let timed = plain.as_str().split_whitespace().zip(0..).map(|(word, number)| {
            let span = plain.span(start_of(word)..start_of(word) + word.len());
            WordTiming {
                text: word.to_owned(),
                start_ms: number * 100,
                end_ms: number * 100 + 80,
                offset: span.offset,
                length: span.length,
                kind: TimingKind::Measured,
                letters: Vec::new(),
                visemes: Vec::new(),
            }
        });
        timed.collect()
    }

    /// What is told, in JSON, when the words come in so many at a time.
    fn told(graph: &SpeechGraph, at_a_time: usize) -> Vec<String> {
        let (mut boundaries, words) = (Boundaries::of(graph, ALL), words(graph));
        let mut events: Vec<Event> =
            words.chunks(at_a_time).flat_map(|words| boundaries.tell(words)).collect();
        events.extend(boundaries.finish(words.len() as u64 * 100));
        events.iter().map(|event| serde_json::to_string(event).unwrap()).collect()
    }

    /// The same of a text that is written a little ahead of what is heard of it.
    fn told_of_written(text: &str, words: &[WordTiming], at_a_time: usize, ahead: usize) -> Vec<String> {
        let written = Arc::new(Mutex::new(Written::default()));
        let mut boundaries = Boundaries::of_written(Arc::clone(&written), ALL);
        let mut rest = text.chars();
        let mut events = Vec::new();
        let mut until = 0;
        for words in words.chunks(at_a_time) {
            let last = words.last().unwrap();
            let end = last.offset + last.length + ahead;
            let piece: String = rest.by_ref().take(end.saturating_sub(until)).collect();
            until = until.max(end);
            written.lock().unwrap().write(&piece);
            events.extend(boundaries.tell(words));
        }
        written.lock().unwrap().write(rest.as_str());
        events.extend(boundaries.finish(words.len() as u64 * 100));
        events.iter().map(|event| serde_json::to_string(event).unwrap()).collect()
    }

    #[test]
    fn marks_that_nobody_wrote_are_not_told() {
        let graph = graph("<say-as interpret-as='characters'>BBC</say-as>, and <sub alias='a, b.'>ab</sub>!");
        let told = told(&graph, usize::MAX);
        let is_mark = |event: &&String| event.contains("PunctuationBoundary");
        let marks: Vec<&String> = told.iter().filter(is_mark).collect();
        assert_eq!(marks.len(), 2, "{told:?}");
        assert!(marks[0].contains(r#""Text":",""#) && marks[1].contains(r#""Text":"!""#), "{marks:?}");
    }

    #[test]
    fn a_bookmark_stands_before_or_behind_a_pause() {
        let (pause, mark) = ("<break time='10ms'/>", "<bookmark mark='b'/>");
        let heard = |between: &str| {
            let told = told(&graph(&format!("One {between}two.")), usize::MAX);
            told.into_iter().find(|event| event.contains("Bookmark")).unwrap()
        };
        assert!(heard(&format!("{mark}{pause}")).contains(":800000,"), "{}", heard(mark));
        assert!(heard(&format!("{pause}{mark}")).contains(":900000,"));
        // As far as the next word lets it.
        assert!(heard(&format!("<break/>{mark}")).contains(":1000000,"));
    }

    proptest! {
        #[test]
        fn the_same_is_told_of_a_text_that_is_still_being_written(
            pieces in proptest::collection::vec("(kettle|wíndow|Dr\\.)[,.!]?", 1..12),
            at_a_time in 1..5_usize,
            ahead in 0..12_usize,
        ) {
            let text = format!("{} end.", pieces.join(" "));
            let graph = language::compile(SpeechText::new(&*text, None).unwrap(), &Reading::default()).unwrap();
            let words = words(&graph);
            prop_assert_eq!(told_of_written(&text, &words, at_a_time, ahead), told(&graph, usize::MAX));
        }

        #[test]
        fn everything_is_told_once_and_in_order_however_the_words_come(
            pieces in proptest::collection::vec("(kettle|window)[,.!]?|<bookmark mark='[a-z]'/>|<break/>", 1..12),
            at_a_time in 1..5_usize,
        ) {
            let graph = graph(&format!("{} end.", pieces.join(" ")));
            let all = told(&graph, usize::MAX);
            prop_assert_eq!(&told(&graph, at_a_time), &all);
            let bookmarks = pieces.iter().filter(|piece| piece.starts_with("<bookmark")).count();
            let count = |what: &str| all.iter().filter(|event| event.contains(what)).count();
            prop_assert_eq!(count(r#""Type":"Bookmark""#), bookmarks);
            let said = pieces.iter().filter(|piece| !piece.starts_with('<')).count() + 1;
            prop_assert_eq!(count(r#""BoundaryType":"WordBoundary""#), said);
            let stops = |clause: &&::speech::Clause| graph.words_of(clause).ends_with([',', '.', '!']);
            let marks = graph.clauses().iter().filter(stops).count();
            prop_assert_eq!(count(r#""BoundaryType":"PunctuationBoundary""#), marks);
        }
    }
}
