//! What is synthesised at once: short at first, so that the first audio leaves early, then whole sentences.

use std::collections::VecDeque;
use std::sync::Arc;

use language::{English, Sentences};
use speech::{Boundary, SpeechGraph};

use crate::phonemes::{Phonemiser, Word};
use crate::vocabulary::MOST_PHONEMES;

/// How many symbols each piece aims at; the last number holds for all further ones. The first is about three
/// seconds of speech. Each is spoken while the next one or two are synthesised, so they may grow about twofold;
/// from some 120 on (eight seconds, a sentence of twenty words) a piece sounds no better, costs patience, and takes
/// the model more memory: at 220 the peak for a minute of text was 856 MiB, at 120 it is 700.
const AIMS: [usize; 3] = [45, 90, 120];

/// A sentence that is this much longer than the aim is still taken whole, in quarters.
const STRETCH: usize = 5;

/// Words that are synthesised at once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// In reading order; at least one has a sound.
    pub(crate) words: Vec<Word>,
    /// What ends with it; none inside a clause.
    pub(crate) ends: Option<Boundary>,
}

/// The pieces of a text, read and phonemised only as far as they are asked for.
pub(crate) struct Pieces {
    sentences: std::iter::Peekable<Sentences>,
    /// Phonemised and not yet handed out.
    ready: VecDeque<Word>,
    given: usize,
}

impl Pieces {
    pub(crate) fn new(graph: Arc<SpeechGraph>, english: English) -> Self {
        Self { sentences: Sentences::new(graph, english).peekable(), ready: VecDeque::new(), given: 0 }
    }

    /// The next piece; none when everything was said. Takes about a millisecond for a sentence.
    pub(crate) fn next(&mut self, phonemiser: &Phonemiser) -> Option<Piece> {
        loop {
            while self.sentences.peek().is_some() && !self.enough() {
                let sentence = self.sentences.next().unwrap_or_default();
                self.ready.extend(phonemiser.words(&sentence));
            }
            if self.ready.is_empty() {
                return None;
            }
            let aim = AIMS.get(self.given).or(AIMS.last()).copied().unwrap_or(MOST_PHONEMES);
            let count = cut(self.ready.make_contiguous(), aim);
            let words: Vec<Word> = self.ready.drain(..count).collect();
            if words.iter().any(|word| !word.sound.is_empty()) {
                self.given += 1;
                let ends = words.last().and_then(|word| word.ends);
                return Some(Piece { words, ends });
            }
        }
    }

    /// Whether no further word can change where the next piece ends.
    fn enough(&self) -> bool {
        self.ready.iter().any(|word| word.ends == Some(Boundary::Paragraph))
            || symbols(self.ready.iter()) >= MOST_PHONEMES
    }
}

/// How many of these words make a good piece of about that many symbols.
fn cut(words: &[Word], aim: usize) -> usize {
    let stretched = (aim * STRETCH / 4).min(MOST_PHONEMES);
    let mut length = 0;
    let mut best: Option<(Fit, usize)> = None;
    for (at, word) in words.iter().enumerate() {
        length += word.symbols() + usize::from(at > 0);
        if length > MOST_PHONEMES {
            break;
        }
        let last = at + 1 == words.len();
        let breath = words.get(at + 1).is_some_and(|next| next.breath);
        let fit = fit(word.ends, last, breath, length, aim, stretched);
        if best.as_ref().is_none_or(|(best, _)| fit >= *best) {
            best = Some((fit, at + 1));
        }
        if word.ends == Some(Boundary::Paragraph) || length > stretched {
            break;
        }
    }
    best.map_or(1, |(_, count)| count).max(1)
}

/// How good it is to stop somewhere; better ones are greater, and of equals the later is taken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Longer than wanted: the sooner it ends the better.
    TooLong(std::cmp::Reverse<usize>),
    /// After hardly anything.
    Scrap,
    /// Between any two words.
    Word,
    /// After a sentence of a word or two: spoken alone it would be over before the next piece is there.
    ShortSentence,
    /// Before a phrase.
    Phrase,
    /// After a clause.
    Clause,
    /// After a whole sentence that is a little long.
    LongSentence,
    /// After a sentence.
    Sentence,
    /// Where a paragraph ends.
    Paragraph,
}

fn fit(ends: Option<Boundary>, last: bool, breath: bool, length: usize, aim: usize, stretched: usize) -> Fit {
    let (short, long) = (length < aim / 3, length > aim);
    match ends {
        _ if length > stretched => Fit::TooLong(std::cmp::Reverse(length)),
        Some(Boundary::Paragraph) => Fit::Paragraph,
        _ if last => Fit::Paragraph,
        Some(Boundary::Sentence) if short => Fit::ShortSentence,
        Some(Boundary::Sentence) if long => Fit::LongSentence,
        Some(Boundary::Sentence) => Fit::Sentence,
        _ if short => Fit::Scrap,
        Some(Boundary::Clause) => Fit::Clause,
        None if breath => Fit::Phrase,
        None if long => Fit::TooLong(std::cmp::Reverse(length)),
        None => Fit::Word,
    }
}

fn symbols<'a>(words: impl Iterator<Item = &'a Word>) -> usize {
    words.map(|word| word.symbols() + 1).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use pronunciation::Accent;
    use proptest::prelude::*;
    use speech::{Reading, SpeechText};

    use super::*;
    use crate::phonemes::tests::Spelled;

    static AMERICAN: LazyLock<Phonemiser> =
        LazyLock::new(|| Phonemiser::new(Accent::American, Arc::new(Spelled)));

    fn pieces(text: &str) -> Vec<Piece> {
        let text = SpeechText::new(text, None).unwrap();
        let graph = language::compile(text, &Reading::default()).unwrap();
        let mut pieces = Pieces::new(Arc::new(graph), English::American);
        std::iter::from_fn(|| pieces.next(&AMERICAN)).collect()
    }

    fn shown(text: &str) -> Vec<String> {
        let words = |piece: &Piece| piece.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        pieces(text).iter().map(words).collect()
    }

    #[test]
    fn a_short_text_is_one_piece() {
        assert_eq!(shown("Hello, world."), ["Hello world"]);
        assert_eq!(pieces("Hello, world.")[0].ends, Some(Boundary::Paragraph));
    }

    #[test]
    fn the_first_piece_is_short_and_ends_where_a_reader_breathes() {
        let text = "The old man walked slowly along the empty beach while the sun went down behind the hills and the \
                    fishing boats came home one after the other.";
        let found = pieces(text);
        assert!(symbols(found[0].words.iter()) <= 60, "{found:?}");
        assert!(found[1].words[0].breath, "{:?}", shown(text));
        assert_eq!(found[0].ends, None);
    }

    #[test]
    fn later_pieces_are_whole_sentences() {
        let text = "It rained all day. We stayed at home and read. In the evening a friend came by. She brought cake, \
                    and we talked for hours. Nobody looked at the clock. When she left it was past midnight. The \
                    street was quiet. We slept until noon.";
        let found = pieces(text);
        assert!(found.len() >= 3);
        assert!(found.iter().all(|piece| piece.ends >= Some(Boundary::Sentence)), "{:?}", shown(text));
    }

    #[test]
    fn a_paragraph_always_ends_its_piece() {
        assert_eq!(shown("One.\n\nTwo.\n\nThree."), ["One", "Two", "Three"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

        #[test]
        fn every_word_is_in_one_piece_and_no_piece_is_too_long(
            text in "([a-z]{1,12}[,.;!?]? |[0-9]{1,30} |[A-Z]{100,400} |\n\n){5,60}"
        ) {
            let Ok(speakable) = SpeechText::new(text.as_str(), None) else { return Ok(()) };
            let graph = Arc::new(language::compile(speakable, &Reading::default()).unwrap());
            let tokens = Sentences::new(graph, English::American).flatten();
            let written: Vec<String> = tokens.filter(|t| !t.said.is_empty()).map(|t| t.text).collect();
            let found = pieces(&text);
            let mut spoken: Vec<String> = Vec::new();
            let mut spans = Vec::new();
            for piece in &found {
                prop_assert!(symbols(piece.words.iter()) <= MOST_PHONEMES + 1);
                for word in piece.words.iter().filter(|w| w.span.is_some()) {
                    if spans.last() != Some(&word.span) {
                        spans.push(word.span);
                        spoken.push(word.text.clone());
                    }
                }
            }
            prop_assert_eq!(spoken, written);
        }
    }
}
