//! Function words, whose sound depends on what follows: "the end", "the start", "what for?".

use std::borrow::Cow;

use crate::known::{Words, is_capitals};
use crate::stress::{Emphasis, is_consonant, is_vowel};
use crate::tags::Tag;

/// What comes after a word.
#[derive(Clone, Copy, Default)]
pub(crate) struct Following {
    /// Whether the next sound is a vowel; `None` at a pause.
    vowel: Option<bool>,
    /// The next word is "to".
    to: bool,
}

impl Following {
    /// What the word before this one is followed by.
    pub(crate) fn before(self, word: &str, sound: &str) -> Self {
        let vowel = sound.chars().find(|c| is_vowel(*c) || is_consonant(*c)).map(is_vowel);
        Self { vowel: vowel.or(self.vowel), to: matches!(word, "to" | "To" | "TO") }
    }
}

impl Words {
    /// Whether a word's sound depends on what follows.
    pub(crate) fn is_function(&self, word: &str) -> bool {
        if word.len() > 8 {
            return false;
        }
        let small = word.to_ascii_lowercase();
        matches!(&*small, "a" | "an" | "am" | "i" | "in" | "the" | "to" | "used" | "vs")
            || self.lexicon.get(&small).is_some_and(|entry| entry.before_pause().is_some())
    }

    /// The sound of a function word.
    pub(crate) fn function(&self, word: &str, tag: Tag, following: Following) -> Option<String> {
        let name = matches!(tag, Tag::Noun | Tag::Name);
        let small = word.to_ascii_lowercase();
        let entry = self.lexicon.find(word).or_else(|| self.lexicon.find(&small));
        let sound: Cow<'_, str> = match &*small {
            "a" if tag == Tag::Determiner => "ɐ".into(),
            "a" => "ˈA".into(),
            "an" | "am" | "in" | "to" if name && word.len() == 2 && is_capitals(word) => {
                self.letters(word)?.into()
            }
            "an" => "ɐn".into(),
            "am" if following.vowel.is_none() || word != "am" => entry?.said(tag)?.into(),
            "am" => "ɐm".into(),
            "i" if tag == Tag::Pronoun => "ˌI".into(),
            "by" if tag == Tag::Adverb => "bˈI".into(),
            "in" if following.vowel.is_none() || tag != Tag::Preposition => "ˈɪn".into(),
            "in" => "ɪn".into(),
            "the" if following.vowel == Some(true) => "ði".into(),
            "the" => "ðə".into(),
            "to" => match following.vowel {
                None => entry?.said(tag)?.into(),
                Some(true) => "tʊ".into(),
                Some(false) => "tə".into(),
            },
            "used" if following.to && matches!(tag, Tag::Past | Tag::Adjective) => {
                entry?.said(Tag::Past)?.into()
            }
            "used" => entry?.said(Tag::Other)?.into(),
            "vs" if tag == Tag::Preposition => self.sound("versus", Tag::Noun)?.into(),
            _ => {
                let entry = entry?;
                let paused = entry.before_pause().filter(|_| following.vowel.is_none());
                Emphasis::of(word).on(paused.or_else(|| entry.said(tag))?).into_owned().into()
            }
        };
        Some(sound.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Accent;

    fn said(word: &str, tag: Tag, next: &str) -> String {
        let words = Words::new(Accent::American);
        assert!(words.is_function(word), "{word}");
        let following = Following::default();
        let following = if next.is_empty() { following } else { following.before(next, next) };
        words.function(word, tag, following).unwrap()
    }

    #[test]
    fn the_next_sound_decides() {
        assert_eq!(said("the", Tag::Determiner, "ˈæpᵊl"), "ði");
        assert_eq!(said("the", Tag::Determiner, "hˈWs"), "ðə");
        assert_eq!(said("to", Tag::To, "ˈit"), "tʊ");
        assert_eq!(said("to", Tag::To, ""), "tu");
        assert_eq!(said("in", Tag::Preposition, "hˈWs"), "ɪn");
        assert_eq!(said("in", Tag::Preposition, ""), "ˈɪn");
        assert_eq!(said("a", Tag::Determiner, "kˈæt"), "ɐ");
        assert_eq!(said("these", Tag::Determiner, ""), "ðˈiz");
        assert_eq!(said("These", Tag::Determiner, "kˈæts"), "ðˌiz");
        assert_eq!(said("used", Tag::Past, "to"), "jˈust");
        assert_eq!(said("used", Tag::Past, "ɪt"), "jˈuzd");
    }
}
