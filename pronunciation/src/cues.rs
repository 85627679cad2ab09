//! What tells the senses of a homograph apart: the words around it, and their parts of speech.

use crate::known::Words;
use crate::stress::Emphasis;
use crate::tags::Tag;
use crate::written::Written;

/// Something to be seen around a word. Lists of words are in small letters, parted by spaces.
#[derive(Clone, Copy)]
pub(crate) enum Cue {
    /// The word before is one of these.
    Previous(&'static str),
    /// The word behind is one of these.
    Next(&'static str),
    /// One of these is among the four words before.
    After(&'static str),
    /// One of these is among the six words before or behind.
    Near(&'static str),
    /// One of these is anywhere in the sentence.
    Anywhere(&'static str),
    /// The nearest auxiliary before it, in the same phrase, takes the bare verb: "will you read", "to never read".
    AfterModal,
    /// The nearest auxiliary before it, in the same phrase, takes the participle: "have you ever read".
    AfterPerfect,
    /// The word before is a noun in the plural.
    AfterPlural,
    /// Another verb of the sentence is in the past.
    InThePast,
    /// The word itself was tagged as one of these.
    Is(&'static [Tag]),
    /// The word before was tagged as one of these.
    PreviousIs(&'static [Tag]),
    /// The word behind was tagged as one of these.
    NextIs(&'static [Tag]),
    /// It was written with an accent.
    Accented,
    /// It begins with a capital.
    Capital,
    /// It is the first word.
    First,
    /// A pause or the end comes behind it.
    Last,
    /// The cue is not there.
    Not(&'static Cue),
}

/// How a sense is said.
#[derive(Clone, Copy)]
pub(crate) enum Sense {
    /// As the lexicon says that part of speech.
    Tagged(Tag),
    /// Like another word.
    Like(&'static str),
    /// In phonemes: American, British.
    Sound(&'static str, &'static str),
}

/// All the cues must be there.
pub(crate) type Rule = (&'static [Cue], Sense);

const BARE: &str = "to will would can could should must may might shall cannot can't couldn't wouldn't won't shouldn't \
    mustn't don't doesn't didn't do does did please let let's lets help helped helps hear heard make made makes watch \
    watched i'll you'll he'll she'll we'll they'll i'd you'd we'd they'd gonna wanna gotta needn't dare";

const PERFECT: &str = "have has had having haven't hasn't hadn't i've you've we've they've who've could've should've \
    would've is are was were be been being am isn't aren't wasn't weren't it's i'm you're we're they're get gets got \
    getting he's she's that's";

/// A word in its sentence.
#[derive(Clone, Copy)]
pub(crate) struct Place<'s> {
    pub(crate) sentence: &'s [Written<'s>],
    pub(crate) tags: &'s [Tag],
    pub(crate) at: usize,
}

impl Place<'_> {
    /// The sound of the first sense whose cues are all there.
    pub(crate) fn sound(&self, rules: &[Rule], words: &Words) -> Option<String> {
        let (_, sense) = rules.iter().find(|(cues, _)| cues.iter().all(|cue| self.has(cue)))?;
        let word = self.word(self.at)?;
        let emphasis = Emphasis::of(word);
        match *sense {
            Sense::Tagged(tag) => words.sound(word, tag),
            Sense::Like(other) => Some(emphasis.on(&words.sound(other, Tag::Noun)?).into_owned()),
            Sense::Sound(american, british) => {
                let sound = if words.accent == crate::Accent::American { american } else { british };
                Some(emphasis.on(sound).into_owned())
            }
        }
    }

    fn has(&self, cue: &Cue) -> bool {
        let at = self.at;
        match *cue {
            Cue::Previous(list) => self.previous().is_some_and(|place| self.is_in(place, list)),
            Cue::Next(list) => self.is_in(at + 1, list),
            Cue::After(list) => (at.saturating_sub(4)..at).any(|place| self.is_in(place, list)),
            Cue::Near(list) => {
                (at.saturating_sub(6)..=at + 6).any(|place| place != at && self.is_in(place, list))
            }
            Cue::Anywhere(list) => {
                (0..self.sentence.len()).any(|place| place != at && self.is_in(place, list))
            }
            Cue::AfterModal => self.auxiliary().is_some_and(|place| self.is_in(place, BARE)),
            Cue::AfterPerfect => self.auxiliary().is_some_and(|place| self.is_in(place, PERFECT)),
            Cue::AfterPlural => self.previous().is_some_and(|place| {
                let plural =
                    |word: &str| word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("'s");
                self.tags[place] == Tag::Noun && self.word(place).is_some_and(plural)
            }),
            Cue::InThePast => {
                let past = |(place, tag): (usize, &Tag)| {
                    place != at && *tag == Tag::Past && !self.is_in(place, "did didn't")
                };
                self.tags.iter().enumerate().any(past)
            }
            Cue::Is(tags) => self.tags.get(at).is_some_and(|tag| tags.contains(tag)),
            Cue::PreviousIs(tags) => self.previous().is_some_and(|place| tags.contains(&self.tags[place])),
            Cue::NextIs(tags) => {
                self.tags.get(at + 1).is_some_and(|tag| tags.contains(tag)) && !self.pauses(at)
            }
            Cue::Accented => self.sentence.get(at).is_some_and(|written| written.accented),
            Cue::Capital => {
                self.word(at).is_some_and(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
            }
            Cue::First => at == 0,
            Cue::Last => self.pauses(at) || at + 1 == self.sentence.len(),
            Cue::Not(cue) => !self.has(cue),
        }
    }

    /// The word before, unless a pause is between.
    fn previous(&self) -> Option<usize> {
        self.at.checked_sub(1).filter(|place| !self.pauses(*place))
    }

    /// The nearest auxiliary to the left, over subjects and adverbs; or the one that opens a question.
    fn auxiliary(&self) -> Option<usize> {
        let is_auxiliary = |place: &usize| self.is_in(*place, BARE) || self.is_in(*place, PERFECT);
        let start = (0..self.at).rev().find(|place| self.pauses(*place)).map_or(0, |place| place + 1);
        let stops = [Tag::Determiner, Tag::Possessive, Tag::Preposition, Tag::Conjunction, Tag::Adjective];
        for place in (start.max(self.at.saturating_sub(4))..self.at).rev() {
            if is_auxiliary(&place) {
                return Some(place);
            }
            if self.word(place).is_some_and(|word| word.ends_with("'s")) {
                return None;
            }
            if stops.contains(&self.tags[place]) {
                let before_a_noun = place + 1 == self.at;
                return Some(start)
                    .filter(|start| !before_a_noun && start + 5 >= self.at)
                    .filter(is_auxiliary);
            }
        }
        None
    }

    fn pauses(&self, place: usize) -> bool {
        self.sentence.get(place).is_some_and(|written| written.pause.is_some())
    }

    fn is_in(&self, place: usize, list: &str) -> bool {
        self.word(place)
            .is_some_and(|word| list.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word)))
    }

    fn word(&self, place: usize) -> Option<&str> {
        self.sentence.get(place).map(|written| &*written.word)
    }
}
