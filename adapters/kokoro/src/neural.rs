//! How a word that no lexicon knows is probably said: a small network, trained on what lexicons say (see
//! `docs/pronunciation.md`).

use std::sync::{Mutex, PoisonError};

use inference::runtime::{OpenError, RunError, Runtime, Small, Tensor};
use pronunciation::{Accent, Guess};

/// ids i64 [words, 1 + letters] -> the likeliest chunk for each letter, i64 [words, letters]. An id is 0 behind the
/// end of a word, 1 to 26 for a letter, 27 for an apostrophe; the accent's stands before the letters.
const NETWORK: &[u8] = include_bytes!("../model/guess.onnx");

/// What a letter can stand for, one a line: none, one or more phonemes. The network answers with numbers of lines.
const CHUNKS: &str = include_str!("../model/guess.txt");

/// The network has seen no longer words; of those, each part is guessed by itself.
const LONGEST: usize = 32;

/// Words in one run. More would only pad more, for one long word among them.
const MOST_AT_ONCE: usize = 32;

const VOWELS: &str = "AIOQWYaiuæɑɒəɛɜɪɔʊʌᵊᵻ";

/// What the letters a to z stand for by themselves, for a word to which the network gives no sound at all ("hhh").
const ALONE: [&str; 26] = [
    "æ", "b", "k", "d", "ɛ", "f", "ɡ", "h", "ɪ", "ʤ", "k", "l", "m", "n", "ɑ", "p", "k", "ɹ", "s", "t", "ʌ",
    "v", "w", "ks", "i", "z",
];

/// The network, loaded.
pub(crate) struct Neural {
    network: Mutex<Small>,
    chunks: Vec<&'static str>,
}

impl Neural {
    /// Opens the network, in some milliseconds.
    ///
    /// # Errors
    /// [`OpenError::Refused`] when this ONNX Runtime cannot run it.
    pub(crate) fn open(runtime: &Runtime) -> Result<Self, OpenError> {
        let network = Mutex::new(Small::open(runtime, NETWORK)?);
        Ok(Self { network, chunks: CHUNKS.lines().collect() })
    }

    /// The phonemes of each part, as the network gives them: perhaps none, perhaps with two main stresses.
    fn read(&self, parts: &[&[u8]], accent: Accent) -> Result<Vec<String>, RunError> {
        let letters = parts.iter().map(|part| part.len()).max().unwrap_or(0);
        let rows = parts.iter().flat_map(|part| {
            let padding = std::iter::repeat_n(0, letters - part.len());
            std::iter::once(source(accent)).chain(part.iter().copied().map(id)).chain(padding)
        });
        let ids = Tensor::i64([parts.len() as i64, 1 + letters as i64], rows.collect());
        let outputs = self.network.lock().unwrap_or_else(PoisonError::into_inner).run(vec![("ids", ids)])?;
        let chosen = outputs.into_iter().next().and_then(Tensor::into_i64).unwrap_or_default();
        let rows = chosen.chunks(letters.max(1));
        Ok(parts.iter().zip(rows).map(|(part, row)| self.joined(row.iter().take(part.len()))).collect())
    }

    fn joined<'c>(&self, chosen: impl Iterator<Item = &'c i64>) -> String {
        chosen.filter_map(|&chunk| self.chunks.get(usize::try_from(chunk).ok()?).copied()).collect()
    }
}

impl Guess for Neural {
    /// Should the network fail, which is in the log then, the words are read letter by letter.
    fn guess(&self, words: &[&str], accent: Accent) -> Vec<String> {
        let parts: Vec<&[u8]> = words.iter().flat_map(|word| word.as_bytes().chunks(LONGEST)).collect();
        let mut sounds = parts.chunks(MOST_AT_ONCE).flat_map(|parts| {
            self.read(parts, accent).unwrap_or_else(|error| {
                tracing::warn!(%error, "words outside the lexicon are read letter by letter");
                vec![String::new(); parts.len()]
            })
        });
        words
            .iter()
            .map(|word| {
                let said: String = sounds.by_ref().take(word.len().div_ceil(LONGEST)).collect();
                stressed(&if said.is_empty() { alone(word) } else { said })
            })
            .collect()
    }
}

/// The id of an accent.
fn source(accent: Accent) -> i64 {
    match accent {
        Accent::American => 28,
        Accent::British => 29,
    }
}

/// The id of a letter; whatever is none counts as an apostrophe.
fn id(letter: u8) -> i64 {
    if letter.is_ascii_lowercase() { i64::from(letter - b'a') + 1 } else { 27 }
}

/// Every letter by itself, and an "uh" where there is none.
fn alone(word: &str) -> String {
    let sounds: String = word
        .bytes()
        .filter_map(|letter| ALONE.get(usize::from(letter.checked_sub(b'a')?)))
        .copied()
        .collect();
    if sounds.is_empty() { "ə".to_owned() } else { sounds }
}

/// The same sounds with one main stress, if there is a vowel to bear it: each letter was asked by itself, and two may
/// have claimed it, or none.
fn stressed(said: &str) -> String {
    match said.matches('ˈ').count() {
        1 => said.to_owned(),
        0 if said.contains('ˌ') => said.replacen('ˌ', "ˈ", 1),
        0 => {
            let strong = |c: char| is_vowel(c) && !matches!(c, 'ə' | 'ᵊ' | 'ᵻ');
            let Some(at) = said.find(strong).or_else(|| said.find(is_vowel)) else { return said.to_owned() };
            let (before, after) = said.split_at(at);
            format!("{before}ˈ{after}")
        }
        more => said.replacen('ˈ', "ˌ", more - 1),
    }
}

fn is_vowel(symbol: char) -> bool {
    VOWELS.contains(symbol)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use inference::models::{Manifest, ModelStore, default_cache_dir};
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary::is_phoneme;

    static NEURAL: LazyLock<Neural> = LazyLock::new(|| {
        let cache = default_cache_dir(|name| std::env::var_os(name)).unwrap();
        let library = ModelStore::open(Manifest::builtin().unwrap(), cache).path("onnxruntime");
        let library = library.expect("run `cargo xtask test`, which fetches the models");
        Neural::open(&Runtime::load(&library).unwrap()).unwrap()
    });

    const ACCENTS: [Accent; 2] = [Accent::American, Accent::British];

    #[test]
    fn chunks_are_phonemes_of_the_model() {
        assert_eq!(NEURAL.chunks[0], "");
        assert!(NEURAL.chunks[1..].iter().all(|chunk| !chunk.is_empty() && chunk.chars().all(is_phoneme)));
    }

    #[test]
    fn regular_words_are_said_by_the_rules_of_their_accent() {
        let said = |accent| NEURAL.guess(&["blick", "vornation", "glarter"], accent);
        assert_eq!(said(Accent::American), ["blˈɪk", "vɔɹnˈAʃən", "ɡlˈɑɹTəɹ"]);
        assert_eq!(said(Accent::British), ["blˈɪk", "vɔːnˈAʃᵊn", "ɡlˈɑːtə"]);
    }

    #[test]
    fn a_main_stress_is_given_and_taken() {
        assert_eq!(stressed("kˈɑtˈɑ"), "kˌɑtˈɑ");
        assert_eq!(stressed("kətˌɑ"), "kətˈɑ");
        assert_eq!(stressed("kətɑ"), "kətˈɑ");
        assert_eq!(stressed("kᵊl"), "kˈᵊl");
        assert_eq!(stressed("pst"), "pst");
    }

    #[test]
    fn what_the_network_has_no_sound_for_is_read_letter_by_letter() {
        assert_eq!((alone("hax"), alone("'")), ("hæks".to_owned(), "ə".to_owned()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_string_of_letters_has_an_answer_the_same_alone_as_among_others(
            words in prop::collection::vec("[a-z']{1,64}|[a-z]{1,9}", 1..40),
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            for accent in ACCENTS {
                let together = NEURAL.guess(&words, accent);
                prop_assert_eq!(&together, &NEURAL.guess(&words, accent));
                prop_assert_eq!(together.len(), words.len());
                for (word, said) in words.iter().zip(&together) {
                    prop_assert_eq!(said, &NEURAL.guess(&[word], accent)[0], "{}", word);
                    prop_assert!(!said.is_empty() && said.chars().all(is_phoneme), "{}: {}", word, said);
                    prop_assert_eq!(said.matches('ˈ').count(), usize::from(said.contains(is_vowel)), "{}", word);
                }
            }
        }
    }
}
