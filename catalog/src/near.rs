//! Who sounds most like whom.

use std::collections::BTreeMap;

use serde::Serialize;
use speech::Gender;

use crate::fields::Field;
use crate::{Age, Entry, Index, tags};

/// What each likeness weighs, in millionths; together a million. Each weighs more than all that come after it, so that they count in this order.
/// Of what is not known of one of the two, half counts: it speaks neither for them nor against them.
const LANGUAGE: u32 = 540_000;
const GENDER: u32 = 240_000;
const AGE: u32 = 120_000;
const ACCENT: u32 = 60_000;
const STYLE: u32 = 40_000;

/// Everything.
const ALL: u32 = 1_000_000;

/// A voice that sounds like another.
#[derive(Clone, Debug)]
pub struct Near<'i> {
    /// Which one.
    pub entry: &'i Entry,
    /// How alike they are, 0 to 1.
    pub score: f32,
    /// In what, most weighty first.
    pub reasons: Vec<Reason>,
}

/// In what two voices are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// It is the same voice, at another backend of its kind.
    Voice,
    /// Both speak the one's own language.
    Language,
    /// Gender.
    Gender,
    /// Age.
    Age,
    /// Accent.
    Accent,
    /// One style or more.
    Style,
}

impl Reason {
    /// In lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Language => "language",
            Self::Gender => "gender",
            Self::Age => "age",
            Self::Accent => "accent",
            Self::Style => "style",
        }
    }
}

/// What voices are compared by, small enough to compare one with all others.
#[derive(Debug, Default)]
pub(crate) struct Traits {
    all: Vec<Trait>,
    /// Numbers of languages, accents and styles.
    numbers: BTreeMap<String, u32>,
}

/// Of one voice. 0 is a number that nothing has.
#[derive(Clone, Debug, Default)]
struct Trait {
    own_language: u32,
    gender: Option<Gender>,
    age: Option<Age>,
    accent: u32,
    styles: Box<[u32]>,
}

impl Traits {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let mut traits = Self::default();
        for entry in entries {
            let own = own_language(entry).map(str::to_owned);
            for value in own.iter().chain(&entry.accent).chain(&entry.styles) {
                let next = traits.numbers.len() as u32 + 1;
                traits.numbers.entry(value.clone()).or_insert(next);
            }
            traits.all.push(traits.of(entry));
        }
        traits
    }

    fn of(&self, entry: &Entry) -> Trait {
        // A value that nobody has is like nobody's, and still known.
        let number = |value: &str| self.numbers.get(value).copied().unwrap_or(u32::MAX);
        Trait {
            own_language: own_language(entry).map(number).unwrap_or_default(),
            gender: entry.voice.gender,
            age: entry.age,
            accent: entry.accent.as_deref().map(number).unwrap_or_default(),
            styles: entry.styles.iter().map(|style| number(style)).collect(),
        }
    }
}

impl Trait {
    /// How alike they are, in millionths.
    fn score(&self, other: &Self) -> u32 {
        // Who speaks the language beside its own speaks it half as well.
        let language = if self.own_language == other.own_language { LANGUAGE } else { LANGUAGE / 2 };
        language
            + alike(GENDER, self.gender, other.gender)
            + alike(AGE, self.age, other.age)
            + alike(ACCENT, known(self.accent), known(other.accent))
            + self.styles_like(other)
    }

    /// How many styles they share, of those that they have (Dice's coefficient).
    fn styles_like(&self, other: &Self) -> u32 {
        match (self.styles.len(), other.styles.len()) {
            (0, _) | (_, 0) => STYLE / 2,
            (own, others) => STYLE * 2 * self.shared_styles(other) as u32 / (own + others) as u32,
        }
    }

    fn shared_styles(&self, other: &Self) -> usize {
        self.styles.iter().filter(|style| other.styles.contains(style)).count()
    }

    fn reasons(&self, other: &Self) -> Vec<Reason> {
        let same = |reason: Reason, is_same: bool| is_same.then_some(reason);
        let reasons = [
            Some(Reason::Language),
            same(Reason::Gender, self.gender.is_some() && self.gender == other.gender),
            same(Reason::Age, self.age.is_some() && self.age == other.age),
            same(Reason::Accent, self.accent > 0 && self.accent == other.accent),
            same(Reason::Style, self.shared_styles(other) > 0),
        ];
        reasons.into_iter().flatten().collect()
    }
}

impl Index {
    /// The voices nearest to one, at most so many, nearest first; of equals, by their ids. Those of one backend, or of all
    /// but its own. Only voices that can speak now, and that speak its own language: of a voice whose language nobody knows,
    /// only the same voice at another backend of its kind is near.
    pub fn nearest(&self, entry: &Entry, backend: Option<&str>, most: usize) -> Vec<Near<'_>> {
        let mut candidates = self.available.clone();
        let own = own_language(entry);
        let speaking = own.map_or_else(|| self.nobody(), |own| self.having(Field::Language, own));
        candidates.intersect_with(&speaking);
        match backend {
            Some(backend) => candidates.intersect_with(&self.having(Field::Backend, backend)),
            None => candidates.difference_with(&self.having(Field::Backend, &entry.voice.id.backend)),
        }
        if let Some(place) = self.place(&entry.voice.id) {
            candidates.remove(place);
        }
        let same = self.same_voice(entry, backend);
        same.iter().for_each(|place| candidates.remove(*place));
        let like = self.traits.of(entry);
        let score = |place: usize| like.score(&self.traits.all[place]);
        // The same voice comes before any other, whatever is known of it.
        let same = same.into_iter().map(|place| (0, place));
        let mut near: Vec<(u32, usize)> =
            same.chain(candidates.ones().map(|place| (1 + ALL - score(place), place))).collect();
        if near.len() > most {
            near.select_nth_unstable(most);
            near.truncate(most);
        }
        near.sort_unstable();
        let near = near.into_iter().map(|(distance, place)| Near {
            entry: &self.entries[place],
            score: (ALL - distance.saturating_sub(1)) as f32 / ALL as f32,
            reasons: match distance {
                0 => vec![Reason::Voice],
                _ => like.reasons(&self.traits.all[place]),
            },
        });
        near.collect()
    }

    /// The same voice at other backends of its kind.
    fn same_voice(&self, entry: &Entry, backend: Option<&str>) -> Vec<usize> {
        let backends = self.backends().filter(|name| *name != entry.voice.id.backend);
        let asked = backends.filter(|name| backend.is_none_or(|backend| backend == *name));
        let ids = asked
            .map(|name| speech::VoiceId { backend: name.to_owned(), voice: entry.voice.id.voice.clone() });
        let places = ids.filter_map(|id| self.place(&id));
        places
            .filter(|place| self.entries[*place].kind == entry.kind && self.available.contains(*place))
            .collect()
    }
}

/// What a voice speaks by itself.
fn own_language(entry: &Entry) -> Option<&str> {
    entry.voice.languages.first().or(entry.locale.as_ref()).map(|tag| tags::language(tag))
}

fn known(number: u32) -> Option<u32> {
    (number > 0).then_some(number)
}

/// A weight, where both are the same; half of it where one is not known.
fn alike<T: PartialEq>(weight: u32, one: Option<T>, other: Option<T>) -> u32 {
    match (one, other) {
        (Some(one), Some(other)) if one == other => weight,
        (Some(_), Some(_)) => 0,
        _ => weight / 2,
    }
}

#[cfg(test)]
mod tests;
