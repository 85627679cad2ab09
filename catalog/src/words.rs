//! The words that people and vendors use of voices: `config/catalog/words.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use speech::Gender;

use crate::labels::{Fact, LabelsError, keyed};
use crate::typos::MOST_LETTERS;
use crate::{Age, tags};

/// What the catalogue calls what others call otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// Say nothing of a voice.
    filler: BTreeSet<String>,
    /// Which label says what, whoever the vendor is.
    pub(crate) labels: BTreeMap<String, Fact>,
    gender: BTreeMap<Gender, Vec<String>>,
    age: BTreeMap<Age, Vec<String>>,
    accent: Vec<Accent>,
    /// By the code, the names.
    language: BTreeMap<String, Vec<String>>,
}

/// An accent, and where it is spoken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accent {
    name: String,
    locale: String,
    words: Vec<String>,
}

static WORDS: LazyLock<Result<Words, LabelsError>> = LazyLock::new(|| {
    LabelsError::read("words", include_str!("../../config/catalog/words.toml")).map(Words::ready)
});

/// The words that came with this program.
///
/// # Errors
/// None that a test would not have found.
pub(crate) fn words() -> Result<&'static Words, LabelsError> {
    WORDS.as_ref().map_err(Clone::clone)
}

/// A name in lower case, with one hyphen between words: `Middle_Aged` is `middle-aged`.
pub(crate) fn plain(name: &str) -> String {
    let words =
        name.split(|c: char| c.is_whitespace() || c == '_' || c == '-').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// What a text is searched by: its words in lower case, in the letters of ASCII, each as long as it may be.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = String> {
    let ascii = any_ascii::any_ascii(text).to_ascii_lowercase();
    let words = ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(MOST_LETTERS).collect()).collect::<Vec<String>>().into_iter()
}

impl Words {
    /// Makes everything plain that is looked up.
    fn ready(mut self) -> Self {
        self.labels = keyed(self.labels);
        let lists = self.gender.values_mut().chain(self.age.values_mut()).chain(self.language.values_mut());
        let words = lists.chain(self.accent.iter_mut().map(|accent| &mut accent.words)).flatten();
        words.for_each(|word| *word = plain(word));
        self
    }

    /// The gender of that name, or of a word for it.
    pub(crate) fn gender(&self, name: &str) -> Option<Gender> {
        let name = plain(name);
        let means = |gender: &Gender, words: &[String]| gender.name() == name || says(words, &name);
        self.gender.iter().find(|(gender, words)| means(gender, words)).map(|(gender, _)| *gender)
    }

    /// The age of that name, or of a word for it.
    pub(crate) fn age(&self, name: &str) -> Option<Age> {
        let name = plain(name);
        self.age.iter().find(|(age, words)| age.name() == name || says(words, &name)).map(|(age, _)| *age)
    }

    /// What an accent is called here; one that nobody knows keeps its name.
    pub(crate) fn accent(&self, name: &str) -> Option<String> {
        let name = plain(name);
        let known =
            self.accent.iter().find(|accent| plain(&accent.name) == name || says(&accent.words, &name));
        let spaced = || name.replace('-', " ");
        Some(known.map_or_else(spaced, |accent| accent.name.clone())).filter(|name| !name.is_empty())
    }

    /// Where an accent is spoken, if that is where this language is.
    pub(crate) fn locale_of(&self, accent: &str, language: &str) -> Option<&str> {
        let known = self.accent.iter().find(|known| known.name == accent)?;
        (tags::language(&known.locale) == language).then_some(&known.locale)
    }

    /// The usual accent of a place.
    pub(crate) fn accent_of(&self, locale: &str) -> Option<&str> {
        let known = self.accent.iter().find(|accent| tags::takes_in(&accent.locale, locale))?;
        Some(&known.name)
    }

    /// The code of the language of that name.
    pub(crate) fn language(&self, name: &str) -> Option<&str> {
        let name = plain(name);
        self.language.iter().find(|(_, names)| says(names, &name)).map(|(code, _)| code.as_str())
    }

    /// The codes of all languages that are known.
    pub(crate) fn languages(&self) -> impl Iterator<Item = &str> {
        self.language.keys().map(String::as_str)
    }

    /// Whether there is such a language.
    pub(crate) fn is_language(&self, code: &str) -> bool {
        self.language.contains_key(code)
    }

    /// Words for a gender.
    pub(crate) fn for_gender(&self, gender: Gender) -> &[String] {
        self.gender.get(&gender).map_or(&[], Vec::as_slice)
    }

    /// Words for an age.
    pub(crate) fn for_age(&self, age: Age) -> &[String] {
        self.age.get(&age).map_or(&[], Vec::as_slice)
    }

    /// Words for an accent.
    pub(crate) fn for_accent(&self, name: &str) -> &[String] {
        self.accent.iter().find(|accent| accent.name == name).map_or(&[], |accent| &accent.words)
    }

    /// Names of a language.
    pub(crate) fn for_language(&self, code: &str) -> &[String] {
        self.language.get(code).map_or(&[], Vec::as_slice)
    }

    /// Whether a word says nothing of a voice.
    pub(crate) fn is_filler(&self, word: &str) -> bool {
        self.filler.contains(word)
    }

    /// Every single word that means something of its own, so that nobody takes it for a part of another: a `man` is not
    /// the beginning of `mandarin`.
    pub(crate) fn meaningful(&self) -> BTreeSet<String> {
        let genders = self.gender.iter().flat_map(|(gender, words)| named(gender.name(), words));
        let ages = self.age.iter().flat_map(|(age, words)| named(age.name(), words));
        let accents = self.accent.iter().flat_map(|accent| named(&accent.name, &accent.words));
        let languages = self.language.values().flatten().map(String::as_str);
        let names = genders.chain(ages).chain(accents).chain(languages);
        names.flat_map(tokens).filter(|word| !self.is_filler(word)).collect()
    }
}

fn named<'w>(name: &'w str, words: &'w [String]) -> impl Iterator<Item = &'w str> {
    std::iter::once(name).chain(words.iter().map(String::as_str))
}

fn says(words: &[String], name: &str) -> bool {
    words.iter().any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_what_the_catalogue_calls_otherwise() {
        let words = words().unwrap();
        assert_eq!(words.gender("Woman"), Some(Gender::Female));
        assert_eq!(words.gender("non-binary"), Some(Gender::Neutral));
        assert_eq!(words.age("middle_aged"), Some(Age::MiddleAged));
        assert_eq!(words.age("Young Adult"), Some(Age::Young));
        assert_eq!(words.age("ancient"), None);
        assert_eq!(words.accent("US-Southern").as_deref(), Some("southern american"));
        assert_eq!(words.accent("Martian_Low").as_deref(), Some("martian low"));
        assert_eq!(words.accent(" "), None);
        assert_eq!(words.language("German"), Some("de"));
    }

    #[test]
    fn an_accent_and_a_place_say_each_other_within_a_language() {
        let words = words().unwrap();
        assert_eq!(words.locale_of("scottish", "en"), Some("en-GB"));
        assert_eq!(words.locale_of("swedish", "en"), None);
        assert_eq!(words.accent_of("en-GB"), Some("british"));
        assert_eq!(words.accent_of("en"), None);
    }

    #[test]
    fn every_name_is_written_as_it_is_read_and_means_one_thing() {
        let words = words().unwrap();
        for accent in &words.accent {
            assert_eq!(words.accent(&accent.name).as_ref(), Some(&accent.name));
            assert_eq!(tags::canonical(&accent.locale).as_ref(), Some(&accent.locale));
            for word in &accent.words {
                assert_eq!(words.accent(word).as_ref(), Some(&accent.name), "{word}");
            }
        }
        for gender in words.gender.keys() {
            assert!(words.for_gender(*gender).iter().all(|word| words.gender(word) == Some(*gender)));
        }
        assert_eq!(words.age.len(), Age::ALL.len());
        for age in Age::ALL {
            assert!(words.for_age(age).iter().all(|word| words.age(word) == Some(age)));
        }
        assert!(words.language.len() > 180);
        for code in words.languages() {
            assert_eq!(tags::canonical(code).as_deref(), Some(code));
            assert!(words.for_language(code).iter().all(|name| words.language(name) == Some(code)), "{code}");
        }
        assert!(words.meaningful().contains("man") && !words.meaningful().contains("accent"));
    }
}
