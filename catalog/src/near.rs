//! Who sounds most like whom.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fixedbitset::FixedBitSet;
use serde::Serialize;
use speech::Gender;

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

/// What voices are compared by.
#[derive(Debug, Default)]
pub(crate) struct Traits {
    all: Vec<Trait>,
    /// Numbers of languages, accents and styles.
    numbers: BTreeMap<String, u32>,
    /// Those who can speak a language now: by the language, and by their backends.
    speaking: BTreeMap<String, BTreeMap<String, Crowds>>,
}

/// Voices that differ in their styles alone, by their places: to find the nearest of many voices is to look at a few.
type Crowds = BTreeMap<Likeness, Vec<usize>>;

/// Of one voice.
#[derive(Clone, Debug, Default)]
struct Trait {
    likeness: Likeness,
    styles: Box<[u32]>,
}

/// All but the styles. 0 is a number that nothing has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    own_language: u32,
    gender: Option<Gender>,
    age: Option<Age>,
    accent: u32,
}

impl Traits {
    /// Of these voices, of whom these can speak now. Each speaks the languages that it is listed under.
    pub(crate) fn new(entries: &[Entry], available: &FixedBitSet, languages: &[(&str, FixedBitSet)]) -> Self {
        let mut traits = Self::default();
        for entry in entries {
            let own = own_language(entry).map(str::to_owned);
            for value in own.iter().chain(&entry.accent).chain(&entry.styles) {
                let next = traits.numbers.len() as u32 + 1;
                traits.numbers.entry(value.clone()).or_insert(next);
            }
            traits.all.push(traits.of(entry));
        }
        for (language, voices) in languages {
            let mut backends: BTreeMap<String, Crowds> = BTreeMap::new();
            for place in voices.intersection(available) {
                let backend = &entries[place].voice.id.backend;
                let crowds = match backends.get_mut(backend) {
                    Some(crowds) => crowds,
                    None => backends.entry(backend.clone()).or_default(),
                };
                crowds.entry(traits.all[place].likeness).or_default().push(place);
            }
            traits.speaking.insert((*language).to_owned(), backends);
        }
        traits
    }

    fn of(&self, entry: &Entry) -> Trait {
        // A value that nobody has is like nobody's, and still known.
        let number = |value: &str| self.numbers.get(value).copied().unwrap_or(u32::MAX);
        Trait {
            likeness: Likeness {
                own_language: own_language(entry).map(number).unwrap_or_default(),
                gender: entry.voice.gender,
                age: entry.age,
                accent: entry.accent.as_deref().map(number).unwrap_or_default(),
            },
            styles: entry.styles.iter().map(|style| number(style)).collect(),
        }
    }

    /// Those who may be near, nearest crowds first, with what they score without their styles: of one backend, or of all but
    /// that of the voice.
    fn crowds(&self, entry: &Entry, like: &Likeness, backend: Option<&str>) -> Vec<(u32, &[usize])> {
        let speaking = own_language(entry).and_then(|own| self.speaking.get(own));
        let is_asked = |name: &str| backend.map_or(name != entry.voice.id.backend, |backend| name == backend);
        let backends = speaking.into_iter().flatten().filter(|(name, _)| is_asked(name));
        let crowds = backends.flat_map(|(_, crowds)| crowds);
        let mut scored: Vec<_> =
            crowds.map(|(likeness, places)| (like.score(likeness), places.as_slice())).collect();
        scored.sort_unstable_by_key(|(score, _)| Reverse(*score));
        scored
    }
}

impl Likeness {
    /// How alike they are but for their styles, in millionths.
    fn score(&self, other: &Self) -> u32 {
        // Who speaks the language beside its own speaks it half as well.
        let language = if self.own_language == other.own_language { LANGUAGE } else { LANGUAGE / 2 };
        language
            + alike(GENDER, self.gender, other.gender)
            + alike(AGE, self.age, other.age)
            + alike(ACCENT, known(self.accent), known(other.accent))
    }
}

impl Trait {
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
        let (one, another) = (&self.likeness, &other.likeness);
        let reasons = [
            Some(Reason::Language),
            same(Reason::Gender, one.gender.is_some() && one.gender == another.gender),
            same(Reason::Age, one.age.is_some() && one.age == another.age),
            same(Reason::Accent, one.accent > 0 && one.accent == another.accent),
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
        let like = self.traits.of(entry);
        // The same voice comes before any other, whatever is known of it.
        let same = self.same_voice(entry, backend);
        let mut near: Vec<(u32, usize)> = same.iter().map(|place| (0, *place)).collect();
        let itself = self.place(&entry.voice.id);
        let is_other = |place: &usize| Some(*place) != itself && !same.contains(place);
        for (score, places) in self.traits.crowds(entry, &like.likeness, backend) {
            nearest_of(&mut near, most);
            let furthest = near.last().filter(|_| near.len() == most);
            if furthest.is_some_and(|(distance, _)| 1 + ALL - score - STYLE > *distance) {
                break;
            }
            let distance = |place: usize| 1 + ALL - score - like.styles_like(&self.traits.all[place]);
            near.extend(places.iter().copied().filter(is_other).map(|place| (distance(place), place)));
        }
        nearest_of(&mut near, most);
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

/// Keeps the nearest, in order.
fn nearest_of(near: &mut Vec<(u32, usize)>, most: usize) {
    if near.len() > most {
        near.select_nth_unstable(most);
        near.truncate(most);
    }
    near.sort_unstable();
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
