//! What is said of voices, word by word.

use std::collections::{BTreeMap, BTreeSet};

use crate::typos::typos;
use crate::words::{Words, tokens, words};
use crate::{Entry, tags};

/// What a word counts, by where it is said of a voice.
mod weight {
    pub(super) const NAME: u8 = 12;
    pub(super) const ID: u8 = 10;
    pub(super) const FACT: u8 = 8;
    pub(super) const OWN_LANGUAGE: u8 = 7;
    pub(super) const LANGUAGE: u8 = 4;
    pub(super) const LABEL: u8 = 3;
    pub(super) const DESCRIPTION: u8 = 2;
    pub(super) const BACKEND: u8 = 2;
}

/// What a word counts, by how well it is met: as it stands, by its beginning, with one typo, with two.
const EXACT: u32 = 4;
const BEGINNING: u32 = 3;
const ONE_TYPO: u32 = 2;
const TWO_TYPOS: u32 = 1;

/// Words of a search beyond which the rest is not read.
const MOST_WORDS: usize = 16;

/// The letters of a beginning, at least.
const BEGINS: usize = 2;

/// Where each word is said, and how much it counts there.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// In the order of the alphabet.
    said: Vec<Said>,
    /// Words that are taken as they stand.
    meaningful: BTreeSet<String>,
}

#[derive(Debug)]
struct Said {
    word: String,
    letters: u64,
    /// The voices by their places, and what the word counts with each.
    voices: Vec<(u32, u8)>,
}

/// What is said of one voice: each word once, with the most that it counts.
pub(crate) fn said_of(entry: &Entry, words: Option<&Words>) -> BTreeMap<String, u8> {
    let mut said: BTreeMap<String, u8> = BTreeMap::new();
    let mut say = |text: &str, weight: u8| {
        for word in tokens(text) {
            let known = said.entry(word).or_default();
            *known = weight.max(*known);
        }
    };
    let voice = &entry.voice;
    say(&voice.name, weight::NAME);
    say(&voice.id.voice, weight::ID);
    say(&voice.id.backend, weight::BACKEND);
    say(&entry.kind, weight::BACKEND);
    voice.description.iter().for_each(|description| say(description, weight::DESCRIPTION));
    voice.labels.values().for_each(|value| say(value, weight::LABEL));
    entry.models.iter().for_each(|model| say(model, weight::BACKEND));
    let facts = entry.styles.iter().chain(&entry.use_cases).chain(&entry.accent).chain(&entry.locale);
    facts.for_each(|fact| say(fact, weight::FACT));
    entry.voice.gender.iter().for_each(|gender| say(gender.name(), weight::FACT));
    entry.age.iter().for_each(|age| say(age.name(), weight::FACT));
    let Some(words) = words else { return said };
    let synonyms = entry
        .voice
        .gender
        .map(|gender| words.for_gender(gender))
        .into_iter()
        .chain(entry.age.map(|age| words.for_age(age)))
        .chain(entry.accent.as_deref().map(|accent| words.for_accent(accent)));
    synonyms.flatten().for_each(|word| say(word, weight::FACT));
    for (place, tag) in voice.languages.iter().enumerate() {
        let weight = if place == 0 { weight::OWN_LANGUAGE } else { weight::LANGUAGE };
        words.for_language(tags::language(tag)).iter().for_each(|name| say(name, weight));
    }
    said
}

impl Texts {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let words = words().ok();
        let mut said: BTreeMap<String, Vec<(u32, u8)>> = BTreeMap::new();
        for (place, entry) in (0..).zip(entries) {
            for (word, weight) in said_of(entry, words) {
                said.entry(word).or_default().push((place, weight));
            }
        }
        let said =
            said.into_iter().map(|(word, voices)| Said { letters: letters(&word), word, voices }).collect();
        Self { said, meaningful: words.map(Words::meaningful).unwrap_or_default() }
    }

    /// What each voice scores for that word; 0 where nothing is said of it that meets it.
    pub(crate) fn scores(&self, word: &str, voices: usize) -> Vec<u32> {
        let mut scores = vec![0; voices];
        for (said, strength) in self.meeting(word) {
            for (place, weight) in &said.voices {
                let score = &mut scores[*place as usize];
                *score = (strength * u32::from(*weight)).max(*score);
            }
        }
        scores
    }

    /// What meets a word, and how well. A word that means something is taken as it stands; another may be the beginning of
    /// a longer one; and where there is neither, it is misspelt.
    fn meeting(&self, word: &str) -> Vec<(&Said, u32)> {
        let from = self.said.partition_point(|said| said.word.as_str() < word);
        let beginning = self.said[from..].iter().take_while(|said| said.word.starts_with(word));
        let strength = |said: &&Said| if said.word == word { EXACT } else { BEGINNING };
        let met: Vec<_> = beginning.map(|said| (said, strength(&said))).collect();
        if self.meaningful.contains(word) || word.len() < BEGINS {
            return met.into_iter().filter(|(said, _)| said.word == word).collect();
        }
        if met.is_empty() { self.misspelt(word) } else { met }
    }

    fn misspelt(&self, word: &str) -> Vec<(&Said, u32)> {
        let (most, wanted) = (forgiven(word), letters(word));
        // Whoever changes a letter loses one and gains another.
        let may_be = |said: &&Said| most > 0 && (said.letters ^ wanted).count_ones() as usize <= 2 * most;
        let found = self.said.iter().filter(may_be).filter_map(|said| {
            let strength = if typos(&said.word, word, most)? == 1 { ONE_TYPO } else { TWO_TYPOS };
            Some((said, strength))
        });
        found.collect()
    }
}

/// The words of a search that say something; all of them where none does.
pub(crate) fn asked(text: &str) -> Vec<String> {
    let all: Vec<String> = tokens(text).collect();
    let is_filler = |word: &String| words().is_ok_and(|words| words.is_filler(word));
    let telling: Vec<String> = all.iter().filter(|word| !is_filler(word)).cloned().collect();
    let mut asked = if telling.is_empty() { all } else { telling };
    asked.truncate(MOST_WORDS);
    asked
}

/// How many letters of a word may be wrong.
fn forgiven(word: &str) -> usize {
    match word.len() {
        ..4 => 0,
        4..8 => 1,
        8.. => 2,
    }
}

/// Which letters and digits a word has, a bit for each.
fn letters(word: &str) -> u64 {
    word.bytes().map(|byte| 1_u64 << (byte.to_ascii_lowercase() % 64)).fold(0, |all, letter| all | letter)
}
