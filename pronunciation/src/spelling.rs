//! Words that nothing is known of: letter by letter, as most languages that are written in Latin letters read them.

use any_ascii::any_ascii;

use crate::{Accent, Guess};

/// Letters and what they stand for; the longer is first.
#[rustfmt::skip]
const LETTERS: [(&str, &str); 35] = [
    ("sch", "ʃ"), ("tch", "ʧ"), ("sh", "ʃ"), ("ch", "ʧ"), ("th", "θ"), ("ph", "f"), ("ng", "ŋ"), ("ck", "k"),
    ("qu", "kw"),
    ("a", "ɑ"), ("b", "b"), ("c", "k"), ("d", "d"), ("e", "ɛ"), ("f", "f"), ("g", "ɡ"), ("h", "h"), ("i", "i"),
    ("j", "ʤ"), ("k", "k"), ("l", "l"), ("m", "m"), ("n", "n"), ("o", "o"), ("p", "p"), ("q", "k"), ("r", "ɹ"),
    ("s", "s"), ("t", "t"), ("u", "u"), ("v", "v"), ("w", "w"), ("x", "ks"), ("y", "i"), ("z", "z"),
];

/// What a word's letters stand for, of any script; empty where it has none. Not good enough to be heard, but to be seen.
///
/// ```
/// assert_eq!(pronunciation::by_letters("Schöne"), "ʃonɛ");
/// assert_eq!(pronunciation::by_letters("Москва"), "moskvɑ");
/// ```
pub fn by_letters(word: &str) -> String {
    let letters = any_ascii(word).to_ascii_lowercase();
    let mut rest = letters.as_str();
    let mut sound = String::with_capacity(rest.len());
    while let Some(first) = rest.chars().next() {
        let known = LETTERS.iter().find(|(letters, _)| rest.starts_with(letters));
        let length = known.map_or(first.len_utf8(), |(letters, _)| letters.len());
        sound.push_str(known.map_or("", |(_, sound)| sound));
        rest = rest.get(length..).unwrap_or_default();
    }
    sound
}

/// Guesses by the letters.
pub struct ByLetters;

impl Guess for ByLetters {
    fn guess(&self, words: &[&str], _: Accent) -> Vec<String> {
        words.iter().map(|word| by_letters(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_a_sound_in_the_models_symbols() {
        for letter in 'a'..='z' {
            let sound = by_letters(&letter.to_string());
            assert!(!sound.is_empty() && sound.chars().all(crate::symbols::is_symbol), "{letter}");
        }
        assert_eq!(by_letters("…7"), "");
        assert!(!by_letters("東京").is_empty());
    }
}
