//! What one word is made of, before anything is guessed.

use std::collections::HashMap;

use crate::endings::with_s;
use crate::functions::Following;
use crate::known::{Words, is_capitals};
use crate::parts::{humps, runs};
use crate::stress::balance;
use crate::tags::Tag;
use crate::written::umlauts;
use crate::{Accent, MOST_GUESSED};

/// How a word will get its sound.
pub(crate) enum Reading {
    /// By what follows it.
    Function,
    /// By its parts.
    Parts(Parts),
}

/// The parts of a word and what joins them.
#[derive(Default)]
pub(crate) struct Parts {
    parts: Vec<Sound>,
    /// The lighter parts of a compound give up their stress ("five-storied").
    compound: bool,
    /// The first part is one letter ("x-axis").
    first_is_a_letter: bool,
    /// A possessive or plural ending of a word that is guessed or spelled.
    ending: bool,
}

enum Sound {
    Known(String),
    /// To be guessed: a-z and apostrophes.
    Unknown(String),
}

impl Reading {
    pub(crate) fn sound(sound: String) -> Self {
        Self::Parts(Parts { parts: vec![Sound::Known(sound)], ..Parts::default() })
    }

    /// What has to be guessed.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &str> {
        let parts = match self {
            Self::Function => &[],
            Self::Parts(parts) => parts.parts.as_slice(),
        };
        parts.iter().filter_map(|part| match part {
            Sound::Known(_) => None,
            Sound::Unknown(letters) => Some(letters.as_str()),
        })
    }
}

impl Parts {
    /// The sound, once the unknown parts are guessed. Known parts are one word; a guessed one stands by itself.
    pub(crate) fn sound(self, guessed: &HashMap<String, String>, accent: Accent) -> String {
        let tight = self.compound && self.parts.iter().all(|part| matches!(part, Sound::Known(_)));
        let sounds = self.parts.into_iter().map(|part| match part {
            Sound::Known(sound) => sound,
            Sound::Unknown(letters) => guessed.get(&letters).cloned().unwrap_or_default(),
        });
        let mut sounds: Vec<String> = sounds.filter(|sound| !sound.is_empty()).collect();
        let mut sound = match tight {
            true => {
                balance(&mut sounds, self.first_is_a_letter);
                sounds.concat()
            }
            false => sounds.join(" "),
        };
        if self.ending && !sound.is_empty() {
            sound = with_s(&sound, accent);
        }
        sound
    }
}

/// A word that is read letter by letter; digits are named, and a plural or possessive ending is said.
pub(crate) fn letters(words: &Words, word: &str) -> Reading {
    let (letters, ending) = match word.strip_suffix("'s").or_else(|| word.strip_suffix("'S")) {
        Some(owner) => (owner, true),
        None => match word.strip_suffix('s') {
            Some(one) if is_capitals(one) => (one, true),
            _ => (word, false),
        },
    };
    // "U.S." is one name, "MP3" is two.
    let letters = letters.replace('.', "");
    let parts =
        runs(&letters).into_iter().filter_map(|run| digit_name(words, run).or_else(|| words.letters(run)));
    Reading::Parts(Parts { parts: parts.map(Sound::Known).collect(), ending, ..Parts::default() })
}

/// A word; `text` is how it was written before its accents were taken off.
pub(crate) fn word(words: &Words, text: &str, word: &str, tag: Tag) -> Reading {
    if let Some(short) = unstretched(words, word) {
        return match words.function(&short, tag, Default::default()) {
            Some(sound) if words.is_function(&short) => Reading::sound(sound),
            _ => self::word(words, &short, &short, tag),
        };
    }
    if words.is_function(word) {
        return Reading::Function;
    }
    if word.len() <= MOST_GUESSED {
        let known = words.sound(word, tag).or_else(|| words.sound(&umlauts(text)?, tag));
        let known = known.or_else(|| words.sound(&mixed(word)?, tag));
        if let Some(sound) = known.or_else(|| abbreviation(words, word)) {
            return Reading::sound(sound);
        }
    }
    let (stem, ending) = possessive(word);
    let runs = runs(stem);
    let compound = !runs.iter().any(|run| is_digit(run));
    let first_is_a_letter = runs.first().is_some_and(|first| first.len() == 1);
    Reading::Parts(Parts { parts: read_runs(words, &runs, tag), compound, first_is_a_letter, ending })
}

/// From right to left, the longest runs together that the lexicon knows, after misaki: "non-allergic" is "non-" and
/// "allergic".
fn read_runs(words: &Words, runs: &[&str], tag: Tag) -> Vec<Sound> {
    let mut right = runs.len();
    let mut reversed = Vec::new();
    while right > 0 {
        let from = right.saturating_sub(MOST_TOGETHER);
        let together = (from..right - 1).find_map(|left| {
            let text = runs[left..right].concat();
            let part = text.contains('-') && text.len() <= MOST_GUESSED;
            Some((left, words.lexicon.find(&text).filter(|_| part)?.said(tag)?))
        });
        if let Some((left, sound)) = together {
            reversed.push(Sound::Known(sound.to_owned()));
            right = left;
        } else {
            right -= 1;
            reversed.extend(read_run(words, runs[right], tag).into_iter().rev());
        }
    }
    reversed.reverse();
    reversed
}

/// The most runs and hyphens that one word of the lexicon has.
const MOST_TOGETHER: usize = 5;

/// A run: a digit, the lexicon's word, words in one ("GitHub"), or a guess. Signs have no sound.
fn read_run(words: &Words, run: &str, tag: Tag) -> Vec<Sound> {
    if let Some(name) = digit_name(words, run) {
        return vec![Sound::Known(name)];
    }
    let known = |part: &str| match words.is_function(part) {
        true => words.function(part, function_tag(part, tag), Following::default()),
        false => words.sound(part, tag),
    };
    if run.len() <= MOST_GUESSED {
        if let Some(sound) = known(run) {
            return vec![Sound::Known(sound)];
        }
        let humps = humps(run);
        let sounds: Vec<Option<String>> = humps.iter().map(|hump| known(hump)).collect();
        let spelled = humps.iter().any(|hump| hump.len() > 1 && is_capitals(hump));
        if humps.len() > 1 && (spelled || sounds.iter().all(Option::is_some)) {
            let read = |(sound, hump): (Option<String>, &&str)| match sound {
                Some(sound) => Sound::Known(sound),
                None => Sound::Unknown(hump.to_ascii_lowercase()),
            };
            return sounds.into_iter().zip(&humps).map(read).collect();
        }
    }
    // "www", "txt": nothing in it could be spoken.
    let unspeakable =
        run.len() < 7 && !run.to_ascii_lowercase().contains(['a', 'e', 'i', 'o', 'u', 'y', '\'']);
    if let Some(spelled) = words.letters(run).filter(|_| unspeakable) {
        return vec![Sound::Known(spelled)];
    }
    let small = run.to_ascii_lowercase();
    let letters = small.trim_matches('\'').as_bytes();
    let guesses = letters.chunks(MOST_GUESSED).filter(|some| some.iter().any(u8::is_ascii_alphabetic));
    guesses.map(|some| Sound::Unknown(String::from_utf8_lossy(some).into_owned())).collect()
}

/// Inside a compound a function word is what it mostly is ("out-of-the-way").
fn function_tag(word: &str, tag: Tag) -> Tag {
    match word {
        "a" | "the" => Tag::Determiner,
        "in" | "by" => Tag::Preposition,
        _ => tag,
    }
}

/// "nooooo" is "no", "sooon" is "soon": a letter that stands three times in a row stands twice, if that is a word, or
/// once.
fn unstretched(words: &Words, word: &str) -> Option<String> {
    let bytes = word.as_bytes();
    let is_long = |three: &[u8]| three[0].is_ascii_alphabetic() && three.iter().all(|byte| *byte == three[0]);
    let is_initials = is_capitals(word) && word.len() < 5;
    if !bytes.windows(3).any(is_long) || is_initials {
        return None;
    }
    // Capitals would be spelled.
    let word = if is_capitals(word) { word.to_ascii_lowercase() } else { word.to_owned() };
    let keeping = |most: usize| {
        let mut kept: Vec<char> = Vec::with_capacity(word.len());
        for letter in word.chars() {
            let run = kept.iter().rev().take_while(|kept| **kept == letter).count();
            if run < most || !letter.is_ascii_alphabetic() {
                kept.push(letter);
            }
        }
        kept.into_iter().collect::<String>()
    };
    let twice = keeping(2);
    let is_known = words.is_function(&twice) || words.sound(&twice, Tag::Noun).is_some();
    Some(if is_known { twice } else { keeping(1) })
}

/// A word with capitals inside, in small letters: "YouTube", "eBay".
fn mixed(word: &str) -> Option<String> {
    let inside = word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    (inside && !is_capitals(word)).then(|| word.to_ascii_lowercase())
}

/// "U.S.A", "p.m": letters between full stops.
fn abbreviation(words: &Words, word: &str) -> Option<String> {
    let dotted = word.contains('.')
        && word.split('.').all(|part| part.len() < 3 && !part.contains(|c: char| !c.is_ascii_alphabetic()));
    if dotted { words.letters(word) } else { None }
}

/// An unknown owner and whether it has an ending.
fn possessive(word: &str) -> (&str, bool) {
    match word.strip_suffix("'s").or_else(|| word.strip_suffix("'S")) {
        Some(owner) => (owner, true),
        None => (word, false),
    }
}

fn is_digit(run: &str) -> bool {
    run.len() == 1 && run.bytes().all(|byte| byte.is_ascii_digit())
}

fn digit_name(words: &Words, run: &str) -> Option<String> {
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let digit = run.chars().next().filter(|_| is_digit(run))?;
    words.sound(names[digit.to_digit(10)? as usize], Tag::Number)
}
