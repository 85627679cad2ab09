//! How long a reader rests where.

use speech::Boundary;

use crate::phonemes::Word;
use crate::sound::RATE;

/// The shortest silence after a mark, in milliseconds at the voice's own pace. Kokoro's own (af_heart, medians of five
/// sentences, measured on the samples) are 110 at a comma, 130 at a bracket, 120 at a dash, 135 at a semicolon, 180 at a
/// colon, a full stop, and 190 at a question: what is longer than here is kept. Its ellipsis of 100 is no longer than a
/// comma.
const RESTS: [(char, u32); 10] = [
    (',', 110),
    ('(', 110),
    (')', 130),
    ('—', 160),
    (';', 170),
    (':', 180),
    ('.', 240),
    ('!', 240),
    ('?', 240),
    ('…', 320),
];

/// Samples of silence that belong after each word of a piece. Marks that stand alone belong to the word before them, and
/// so does what opens the next one.
pub(crate) fn rests(words: &[Word], speed: f32) -> Vec<usize> {
    let mut rests = vec![0; words.len()];
    let mut spoken = None;
    for (at, word) in words.iter().enumerate() {
        if let Some(rest) = spoken.and_then(|spoken: usize| rests.get_mut(spoken)) {
            *rest = samples(milliseconds(&word.lead), speed).max(*rest);
        }
        if !word.sound.is_empty() {
            spoken = Some(at);
        }
        if let Some(rest) = spoken.and_then(|spoken| rests.get_mut(spoken)) {
            *rest = samples(milliseconds(&word.trail), speed).max(*rest);
        }
    }
    rests
}

/// Samples of silence between a piece that ends with this word and the next piece: also what ends by a line or a
/// paragraph without a mark takes its time.
pub(crate) fn pause(word: &Word, speed: f32) -> usize {
    let boundary = match word.ends {
        // A breath.
        None => 60,
        Some(Boundary::Clause) => 110,
        Some(Boundary::Sentence) => 240,
        Some(Boundary::Paragraph) => 540,
    };
    samples(boundary.max(milliseconds(&word.lead)).max(milliseconds(&word.trail)), speed)
}

fn milliseconds(marks: &str) -> u32 {
    let rest = |mark: char| RESTS.iter().find(|(known, _)| *known == mark).map_or(0, |(_, rest)| *rest);
    marks.chars().map(rest).max().unwrap_or(0)
}

/// Faster speech has shorter pauses.
fn samples(milliseconds: u32, speed: f32) -> usize {
    (milliseconds as f32 / speed.clamp(0.5, 2.0) * RATE as f32 / 1000.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(lead: &str, sound: &str, trail: &str, ends: Option<Boundary>) -> Word {
        let [lead, sound, trail] = [lead, sound, trail].map(str::to_owned);
        Word { lead, sound, trail, ends, ..Word::default() }
    }

    #[test]
    fn rests_grow_with_what_ends() {
        let words = ["", ",", ")", "—", ";", ":", ".", "…"].map(|trail| word("", "a", trail, None));
        let rests = rests(&words, 1.0);
        assert!(rests.is_sorted_by(|less, more| less < more), "{rests:?}");
        let ends = [None, Some(Boundary::Clause), Some(Boundary::Sentence), Some(Boundary::Paragraph)];
        let pauses = ends.map(|ends| pause(&word("", "a", "", ends), 1.0));
        assert!(pauses.is_sorted_by(|less, more| less < more), "{pauses:?}");
        assert_eq!(pause(&word("", "a", ":", Some(Boundary::Clause)), 1.0), 180 * 24);
        assert_eq!(pause(&word("", "a", ".", None), 2.0) * 2, pause(&word("", "a", ".", None), 1.0));
    }

    #[test]
    fn a_mark_between_two_words_is_a_rest_after_the_first() {
        let words = [
            word("", "a", "", None),
            word("—", "", "", None),
            word("", "b", "", None),
            word("(", "c", "", None),
        ];
        assert_eq!(rests(&words, 1.0), [160 * 24, 0, 110 * 24, 0]);
    }
}
