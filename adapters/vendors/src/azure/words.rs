use std::ops::Range;

use speech::{Element, Node, Plain, PlainBuilder, Span, SpeechGraph};

/// How far ahead a word is looked for: what Azure does not tell of is shorter, and what it calls otherwise is nowhere.
const LOOKAHEAD: usize = 256;

/// Finds the words that Azure tells of in the client's text, one after the other.
///
/// Azure tells them mostly as they are written, without their punctuation. A word that is told otherwise is passed over:
/// absent is better than wrong.
pub(super) struct Words {
    read: Plain,
    /// Bytes of it that are behind the last word.
    at: usize,
}

/// Where a word stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// As it is read, with its punctuation.
    pub(super) text: String,
    /// In the client's text.
    pub(super) span: Span,
}

impl Words {
    /// Of a text in SSML the words between its tags; of any other, all that the client wrote, since that is what is sent.
    pub(super) fn of(graph: &SpeechGraph) -> Self {
        let read = match graph.score() {
            Some(score) => {
                let mut words = PlainBuilder::default();
                collect(&score.document, &mut words);
                words.build()
            }
            None => Plain::verbatim(graph.text()),
        };
        Self { read, at: 0 }
    }

    /// The next place of that word; none where there is none near.
    pub(super) fn find(&mut self, told: &str) -> Option<Place> {
        let bytes = self.next(told.trim())?;
        let text = self.read.as_str();
        let place = Place { text: text.get(bytes.clone())?.to_owned(), span: self.read.span(bytes.clone()) };
        self.at = bytes.end;
        Some(place)
    }

    fn next(&self, told: &str) -> Option<Range<usize>> {
        let text = self.read.as_str();
        let rest = text.get(self.at..).filter(|_| !told.is_empty())?;
        let near = rest.char_indices().map(|(at, _)| at).take_while(|at| *at < LOOKAHEAD);
        let before = |at: usize| rest.get(..at).and_then(|before| before.chars().next_back());
        let begins = |at: &usize| before(*at).is_none_or(|c| !c.is_alphanumeric());
        let found = |at: usize| Some((at, at + length_of(told, rest.get(at..)?)?));
        // Where no space is between words, one may begin anywhere.
        let (start, end) =
            near.clone().filter(begins).find_map(found).or_else(|| near.clone().find_map(found))?;
        let opening = rest.get(..start)?.trim_end_matches(is_mark).len();
        let closing = rest.get(end..)?.trim_start_matches(is_mark).len();
        Some(self.at + opening..text.len() - closing)
    }
}

/// The words in an element, as they are written; nothing is read instead of them.
fn collect(element: &Element, words: &mut PlainBuilder) {
    for child in &element.children {
        match child {
            Node::Element(inner) => {
                if matches!(inner.tag.as_str(), "voice" | "p" | "s" | "break" | "mstts:turn") {
                    words.replace(Span { offset: inner.span.offset, length: 0 }, " ");
                }
                collect(inner, words);
            }
            Node::Text { text, span } if text.chars().count() == span.length => words.copy(text, span.offset),
            Node::Text { text, span } => words.replace(*span, text),
        }
    }
}

/// How many bytes of the beginning of a text are that word, in capitals or not.
fn length_of(word: &str, text: &str) -> Option<usize> {
    let mut rest = text.chars();
    for c in word.chars() {
        let written = rest.next()?;
        let is_same = written == c
            || written.to_lowercase().eq(c.to_lowercase())
            || [c, written].iter().all(|c| matches!(c, '\'' | '’' | '‘'));
        if !is_same {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// What stands at a word without a space between: punctuation.
fn is_mark(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, told: &[&str]) -> Vec<(String, usize, usize)> {
        let utterance = testing::utterance(text, "v", speech::Codec::Pcm.into());
        let mut words = Words::of(&utterance.graph);
        let places = told.iter().filter_map(|word| words.find(word));
        places.map(|place| (place.text, place.span.offset, place.span.length)).collect()
    }

    fn as_shown(places: &[(String, usize, usize)]) -> Vec<(&str, usize)> {
        places.iter().map(|(text, offset, _)| (text.as_str(), *offset)).collect()
    }

    #[test]
    fn words_are_found_where_they_stand_with_their_punctuation() {
        let places = found("Say \"héllo\", that's a – test!", &["Say", "héllo", "that's", "a", "test"]);
        assert_eq!(
            as_shown(&places),
            [("Say", 0), ("\"héllo\",", 4), ("that's", 13), ("a", 20), ("test!", 24)]
        );
        assert_eq!(places[1].2, 8);
    }

    #[test]
    fn in_a_document_words_are_found_between_its_tags() {
        let source =
            "<speak>A <break/>voice:<p>R&amp;D <sub alias='World Wide Web'>W3C</sub></p><p>voice</p></speak>";
        let text = speech::SpeechText::new(source, None).unwrap();
        let notation = speech::Notation::Ssml { may_fetch: false };
        let reading = speech::Reading { notation, ..speech::Reading::default() };
        let mut words = Words::of(&language::compile(text, &reading).unwrap());
        let written: Vec<char> = source.chars().collect();
        let places =
            ["A", "voice", "R&D", "World", "W3C", "voice"].into_iter().filter_map(|told| words.find(told));
        let places: Vec<(String, String)> = places
            .map(|Place { text, span: Span { offset, length } }| {
                (text, written[offset..offset + length].iter().collect())
            })
            .collect();
        let shown: Vec<(&str, &str)> =
            places.iter().map(|(text, place)| (text.as_str(), place.as_str())).collect();
        let expected =
            [("A", "A"), ("voice:", "voice:"), ("R&D", "R&amp;D"), ("W3C", "W3C"), ("voice", "voice")];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_word_within_another_is_not_that_word() {
        assert_eq!(as_shown(&found("that a banana", &["a", "banana"])), [("a", 5), ("banana", 7)]);
        assert_eq!(as_shown(&found("你好世界。", &["你好", "世界"])), [("你好", 0), ("世界。", 2)]);
    }

    #[test]
    fn what_azure_calls_otherwise_is_passed_over() {
        let places = found("It’s 5 pm at O'Hare", &["it's", "five", "PM", "AT", "O’Hare"]);
        assert_eq!(as_shown(&places), [("It’s", 0), ("pm", 7), ("at", 10), ("O'Hare", 13)]);
        let far = format!("one {} two", "x ".repeat(400));
        assert_eq!(as_shown(&found(&far, &["one", "two"])), [("one", 0)]);
    }
}
