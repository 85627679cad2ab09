//! English, from spoken words to the phonemes that Kokoro was trained on.
//!
//! Kokoro heard misaki's phonemes, so what misaki's gold lexicon knows is said as misaki says it, word by word: letter
//! case, endings, function words before vowels and pauses, parts of speech. Beyond that come homographs by their
//! neighbours, names with accents, compounds, and a [`Guess`] (a model that the caller brings) for all the rest: every
//! word has a sound.
//!
//! ```
//! use std::sync::Arc;
//! use pronunciation::{Accent, Guess, How, Pronouncer, Said};
//!
//! struct Spelled;
//! impl Guess for Spelled {
//!     fn guess(&self, words: &[&str], _: Accent) -> Vec<String> {
//!         words.iter().map(|word| format!("ˈ{word}")).collect()
//!     }
//! }
//!
//! let pronouncer = Pronouncer::new(Accent::American, Arc::new(Spelled));
//! let sentence = ["I", "read", "it", "yesterday."].map(|text| Said { text, how: How::Word });
//! assert_eq!(pronouncer.sounds(&sentence).join(" "), "ˌI ɹˈɛd ɪt jˈɛstəɹdˌA");
//! ```
//!
//! Phonemes are IPA, with `A I O Q W Y` for the diphthongs of "day, my, go (US), go (GB), now, boy", `T` for the
//! American tap, `ᵊ` and `ᵻ` for the weak vowels of "little" and "boxes", `ʧ` and `ʤ` for "church" and "judge". Each of
//! them has the shape of a mouth: [`visemes`].

mod cues;
mod endings;
mod features;
mod functions;
mod homographs;
mod ipa;
mod known;
mod lexicon;
mod parts;
mod reading;
mod respelling;
mod spelling;
mod stress;
mod symbols;
mod tagger;
mod tags;
mod visemes;
mod written;

use std::collections::HashMap;
use std::sync::Arc;

pub use endings::with_s;
pub use ipa::{NotEnglish, from_ipa};
pub use spelling::{ByLetters, by_letters};
pub use visemes::{shapes, usual_shapes, visemes};

use cues::Place;
use functions::Following;
use known::Words;
use reading::Reading;
use symbols::spoken;
use tags::Tag;
use written::Written;

/// A way of speaking English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Accent {
    /// General American.
    American,
    /// Southern British.
    British,
}

/// How a text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As a word: "laser", "NASA".
    Word,
    /// Letter by letter: "GPU"; a plural or possessive ending is said as one: "GPUs", "GPU's".
    Letters,
    /// The text already is phonemes, such as [`from_ipa`] gives.
    Phonemes,
}

/// A word of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'t> {
    /// The word. Punctuation around it is not said, but it is heard: "in" is strong in "the room I am in,".
    pub text: &'t str,
    /// How it is to be read.
    pub how: How,
}

/// Sounds for words outside the lexicon.
pub trait Guess: Send + Sync {
    /// One sound a word, never empty. The words are 1 to 64 bytes of a-z and apostrophes.
    fn guess(&self, words: &[&str], accent: Accent) -> Vec<String>;
}

/// The most letters that are guessed at once.
const MOST_GUESSED: usize = 64;

/// Says words in one accent. Made in no time: the lexicon is used where it lies in the program.
#[derive(Clone)]
pub struct Pronouncer {
    words: Words,
    guess: Arc<dyn Guess>,
}

impl Pronouncer {
    /// Speaks with that accent, and guesses with that model.
    pub fn new(accent: Accent, guess: Arc<dyn Guess>) -> Self {
        Self { words: Words::new(accent), guess }
    }

    /// The sounds of a sentence's words, in order: one a word, never empty, in symbols of the model. A space in a sound
    /// parts words that were written as one ("Foo-Bar"). A text without a letter or a digit is an "uh".
    pub fn sounds(&self, sentence: &[Said<'_>]) -> Vec<String> {
        let written: Vec<Written<'_>> = sentence.iter().map(|said| Written::new(said.text)).collect();
        let tags = tags_of(&written);
        let readings: Vec<Reading> = (0..sentence.len())
            .map(|at| self.read(sentence[at], Place { sentence: &written, tags: &tags, at }))
            .collect();
        let guessed = self.guessed(readings.iter().flat_map(Reading::unknown));
        let mut following = Following::default();
        let mut sounds = Vec::with_capacity(sentence.len());
        for ((reading, written), tag) in readings.into_iter().zip(&written).zip(&tags).rev() {
            if written.pause.is_some() {
                following = Following::default();
            }
            let sound = match reading {
                Reading::Function => self.words.function(&written.word, *tag, following),
                Reading::Parts(parts) => Some(parts.sound(&guessed, self.words.accent)),
            };
            let sound = sound.unwrap_or_default();
            following = following.before(&written.word, &sound);
            sounds.push(spoken(&sound));
        }
        sounds.reverse();
        sounds
    }

    /// The sound of a respelling as dictionaries and newspapers print them: "koo-ber-NET-eez", "nuh-WEN". Hyphens or
    /// spaces part the syllables; the one in capitals is stressed, else the first. A syllable that follows none of the
    /// customs is said like a word.
    pub fn respelled(&self, respelling: &str) -> String {
        respelling::sound(respelling, self)
    }

    fn read(&self, said: Said<'_>, place: Place<'_>) -> Reading {
        let (word, tag) = (&*place.sentence[place.at].word, place.tags[place.at]);
        match said.how {
            How::Phonemes => Reading::sound(said.text.to_owned()),
            How::Letters => reading::letters(&self.words, word),
            How::Word => match homographs::sound(&self.words, place) {
                Some(sound) => Reading::sound(sound),
                None => reading::word(&self.words, said.text, word, tag),
            },
        }
    }

    /// The guessed sounds of words, each asked for once.
    fn guessed<'w>(&self, unknown: impl Iterator<Item = &'w str>) -> HashMap<String, String> {
        let mut words: Vec<&str> = unknown.collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return HashMap::new();
        }
        let sounds = self.guess.guess(&words, self.words.accent);
        words.into_iter().map(str::to_owned).zip(sounds).collect()
    }
}

/// The parts of speech of a sentence's words.
fn tags_of(written: &[Written<'_>]) -> Vec<Tag> {
    let mut sentence: Vec<&str> = Vec::with_capacity(written.len() * 2);
    let mut places = Vec::with_capacity(written.len());
    for word in written {
        places.push(sentence.len());
        sentence.push(&word.word);
        sentence.extend(word.pause.and_then(mark));
    }
    let tags = tagger::tags(&sentence);
    places.into_iter().map(|place| tags[place]).collect()
}

/// A mark as the tagger's teacher saw it.
fn mark(pause: char) -> Option<&'static str> {
    [".", ",", "!", "?", ":", ";", "—", "…"].into_iter().find(|mark| mark.starts_with(pause))
}
