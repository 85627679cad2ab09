//! When each word is heard, and how the mouth moves meanwhile.

use pronunciation::shapes;
use speech::{TimingKind, Viseme, WordTiming, visemes};

use crate::phonemes::Word;
use crate::sound::{RATE, Sound};
use crate::vocabulary::id;

/// A mouth that rests for longer than this after a word closes.
const REST_MS: u64 = 50;

/// When each word of a piece is heard, from the sample at which it starts.
pub(crate) fn timings(words: &[Word], sound: &Sound, start: usize, with_visemes: bool) -> Vec<WordTiming> {
    let milliseconds = |sample: usize| ((start + sample) as u64 * 1000) / u64::from(RATE);
    let heard = words.iter().zip(&sound.words).zip(&sound.symbols_ms);
    let heard =
        heard.filter_map(|((word, heard), symbols)| Some((word, word.span?, heard.as_ref()?, symbols)));
    let mut heard = heard.peekable();
    let mut timings: Vec<WordTiming> = Vec::with_capacity(words.len());
    while let Some((word, span, samples, symbols)) = heard.next() {
        let next = heard.peek().map(|(_, _, next, _)| milliseconds(next.start));
        let (start_ms, end_ms) = (milliseconds(samples.start), milliseconds(samples.end));
        let end_ms = end_ms.min(next.unwrap_or(u64::MAX));
        // What follows a piece is always a rest.
        let rests = next.is_none_or(|next| next > end_ms + REST_MS);
        let shown = if with_visemes { measured(word, symbols, start_ms, end_ms, rests) } else { Vec::new() };
        match timings.last_mut() {
            Some(last) if word.goes_on => {
                last.end_ms = end_ms;
                last.visemes.extend(shown);
            }
            _ => timings.push(WordTiming {
                text: word.text.clone(),
                start_ms,
                end_ms,
                offset: span.offset,
                length: span.length,
                kind: TimingKind::Measured,
                letters: Vec::new(),
                visemes: shown,
            }),
        }
    }
    timings
}

/// The shapes of a word that is heard in that time, each for as long as the model takes for it; where a rest follows, the mouth closes.
fn measured(word: &Word, symbols_ms: &[u32], start_ms: u64, end_ms: u64, rests: bool) -> Vec<Viseme> {
    let symbols = word.sound.chars().filter(|symbol| id(*symbol).is_some());
    let lasts_ms = end_ms.saturating_sub(start_ms) as f64;
    let shapes = shapes(symbols.zip(symbols_ms.iter().copied()));
    let mut shown = visemes(&shapes, TimingKind::Measured, |share| start_ms + (share * lasts_ms) as u64);
    shown.extend(rests.then_some(Viseme { id: 0, at_ms: end_ms, kind: TimingKind::Measured }));
    shown
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use speech::Span;

    use super::*;

    fn word(sound: &str, offset: usize) -> Word {
        let span = Some(Span { offset, length: 1 });
        Word { sound: sound.to_owned(), text: sound.to_owned(), span, ..Word::default() }
    }

    /// Words heard in those milliseconds, and their symbols' own.
    fn sound<const N: usize>(words: [(Range<usize>, &[u32]); N]) -> Sound {
        let samples = |ms: usize| ms * RATE as usize / 1000;
        Sound {
            samples: Vec::new(),
            words: words.iter().map(|(ms, _)| Some(samples(ms.start)..samples(ms.end))).collect(),
            symbols_ms: words.iter().map(|(_, symbols_ms)| symbols_ms.to_vec()).collect(),
        }
    }

    fn shown(timings: &[WordTiming]) -> Vec<Vec<(u8, u64)>> {
        let of = |word: &WordTiming| word.visemes.iter().map(|viseme| (viseme.id, viseme.at_ms)).collect();
        timings.iter().map(of).collect()
    }

    #[test]
    fn shapes_last_as_the_model_says_within_what_is_heard_and_rests_close_the_mouth() {
        let words = [word("mˈɑ", 0), word("bi", 2), word("hˈI", 4)];
        let heard = sound([(0..200, &[100, 100, 200]), (240..400, &[50, 50]), (460..500, &[25, 25, 50])]);
        let told = timings(&words, &heard, 24_000, true);
        let expected: [&[(u8, u64)]; 3] = [
            &[(21, 1000), (2, 1050)],
            &[(21, 1240), (6, 1320), (0, 1400)],
            &[(12, 1460), (11, 1470), (0, 1500)],
        ];
        assert_eq!(shown(&told), expected);
        assert!(told.iter().flat_map(|word| &word.visemes).all(|shape| shape.kind == TimingKind::Measured));
        assert!(shown(&timings(&words, &heard, 0, false)).iter().all(Vec::is_empty));
    }

    #[test]
    fn a_word_ends_where_the_next_begins_and_what_goes_on_is_one_word() {
        let words = [word("m", 0), Word { goes_on: true, ..word("ɑ", 0) }, word("s", 1)];
        let told = timings(&words, &sound([(0..100, &[50]), (90..300, &[50]), (250..400, &[50])]), 0, true);
        assert_eq!(
            told.iter().map(|word| (word.start_ms, word.end_ms)).collect::<Vec<_>>(),
            [(0, 250), (250, 400)]
        );
        assert_eq!(shown(&told), [vec![(21, 0), (2, 90)], vec![(15, 250), (0, 400)]]);
    }
}
