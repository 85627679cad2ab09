//! The same sentence, said by us and by misaki.

use std::sync::Arc;

use misaki_rs::{G2P, Language};
use pronunciation::{Accent, Guess, How, Pronouncer, Said};

/// A word that misaki knows, and how both say it.
pub(crate) struct Compared {
    pub(crate) text: String,
    pub(crate) ours: String,
    pub(crate) misaki: String,
}

pub(crate) struct Comparison {
    pronouncer: Pronouncer,
    misaki: G2P,
}

/// A model that always guesses the same.
struct Always;

impl Guess for Always {
    fn guess(&self, words: &[&str], _: Accent) -> Vec<String> {
        words.iter().map(|_| "ɡˈɛs".to_owned()).collect()
    }
}

impl Comparison {
    /// Neither side has misaki's silver lexicon.
    pub(crate) fn new(accent: Accent) -> Self {
        let language = if accent == Accent::American { Language::EnglishUS } else { Language::EnglishGB };
        let mut misaki = G2P::new(language);
        misaki.lexicon.silvers.clear();
        Self { pronouncer: Pronouncer::new(accent, Arc::new(Always)), misaki }
    }

    pub(crate) fn of(&self, line: &str) -> Vec<Compared> {
        let texts: Vec<&str> = line.split_whitespace().collect();
        let said: Vec<Said<'_>> = texts.iter().map(|text| Said { text, how: How::Word }).collect();
        let ours = self.pronouncer.sounds(&said);
        let theirs = self.misaki(&texts.join(" "));
        assert_eq!(theirs.len(), texts.len());
        let words = texts.into_iter().zip(ours).zip(theirs);
        words
            .filter_map(|((text, ours), misaki)| {
                Some(Compared { text: text.to_owned(), ours, misaki: misaki? })
            })
            .collect()
    }

    /// What misaki says for each of the texts between spaces, if they are words that it knows.
    fn misaki(&self, line: &str) -> Vec<Option<String>> {
        // Without a fallback it has no error to give.
        let tokens = self.misaki.g2p(line).map(|(_, tokens)| tokens).unwrap_or_default();
        let mut words = Vec::new();
        let mut sound = Some(String::new());
        for token in tokens {
            let is_word = token.text.chars().any(char::is_alphanumeric);
            let plain = token.text.chars().all(|c| c.is_alphabetic() || "'’-".contains(c));
            let said = token.phonemes.filter(|said| !said.contains('❓'));
            sound = match (sound, said) {
                (sound, _) if !is_word => sound,
                (Some(sound), Some(said)) if plain && sound.is_empty() => Some(said.trim().to_owned()),
                _ => None,
            };
            if !token.whitespace.is_empty() {
                words.push(sound.take().filter(|sound| !sound.is_empty()));
                sound = Some(String::new());
            }
        }
        words.push(sound.filter(|sound| !sound.is_empty()));
        words
    }
}
