//! All voices, as they are searched.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use fixedbitset::FixedBitSet;
use speech::{VoiceId, VoiceStatus};

use crate::fields::Field;
use crate::near::Traits;
use crate::texts::Texts;
use crate::{Entry, tags};

/// All entries, ready to be searched. It never changes: a new one takes its place.
#[derive(Debug)]
pub struct Index {
    /// By their ids.
    pub(crate) entries: Vec<Entry>,
    places: HashMap<VoiceId, usize>,
    /// By the field, as in [`Field::ALL`].
    fields: Vec<Values>,
    /// Whose own language a tag is.
    pub(crate) own: Values,
    pub(crate) available: FixedBitSet,
    pub(crate) texts: Texts,
    /// Every name, folded, in the order of the alphabet, and which of them each voice has.
    pub(crate) names: (Vec<String>, Vec<usize>),
    pub(crate) traits: Traits,
}

/// The values of a field, in the order of the alphabet.
#[derive(Debug, Default)]
pub(crate) struct Values(Vec<Value>);

/// A value, and who has it.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) folded: String,
    pub(crate) shown: String,
    pub(crate) voices: FixedBitSet,
}

impl Index {
    /// Of these voices; of two with one id, the last counts. It takes some 15 µs a voice, so that of many it is made where
    /// nobody waits for it.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.reverse();
        entries.sort_by(|one, other| one.voice.id.cmp(&other.voice.id));
        entries.dedup_by(|one, other| one.voice.id == other.voice.id);
        let of = |field: Field| Values::new(field, &entries, |entry| field.values(entry));
        let available = |entry: &Entry| entry.voice.status == VoiceStatus::Available;
        let available: FixedBitSet =
            (0..).zip(&entries).filter(|(_, entry)| available(entry)).map(|(place, _)| place).collect();
        let fields: Vec<Values> = Field::ALL.map(of).into();
        let languages = fields[Field::Language as usize].languages();
        Self {
            own: Values::new(Field::Language, &entries, own_tag),
            texts: Texts::new(&entries),
            names: names(&entries),
            traits: Traits::new(&entries, &available, &languages),
            places: entries.iter().map(|entry| entry.voice.id.clone()).zip(0..).collect(),
            available,
            fields,
            entries,
        }
    }

    /// Every voice, by its id.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The voice of that id.
    pub fn get(&self, id: &VoiceId) -> Option<&Entry> {
        self.place(id).map(|place| &self.entries[place])
    }

    /// The names of all backends that have voices.
    pub fn backends(&self) -> impl Iterator<Item = &str> {
        self.values(Field::Backend).all().map(|value| value.shown.as_str())
    }

    pub(crate) fn place(&self, id: &VoiceId) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(crate) fn values(&self, field: Field) -> &Values {
        &self.fields[field as usize]
    }

    /// Nobody.
    pub(crate) fn nobody(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.entries.len())
    }

    /// Who has what a filter asks for.
    pub(crate) fn having(&self, field: Field, wanted: &str) -> FixedBitSet {
        self.values(field).having(field, wanted, self.nobody())
    }
}

impl Values {
    fn new<'e>(field: Field, entries: &'e [Entry], values: impl Fn(&'e Entry) -> Vec<Cow<'e, str>>) -> Self {
        let mut all = BTreeMap::new();
        for (place, entry) in entries.iter().enumerate() {
            for value in values(entry) {
                let known = all.entry(field.folded(&value));
                let (_, voices) =
                    known.or_insert_with(|| (value.into_owned(), FixedBitSet::with_capacity(entries.len())));
                voices.insert(place);
            }
        }
        Self(all.into_iter().map(|(folded, (shown, voices))| Value { folded, shown, voices }).collect())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Value> {
        self.0.iter()
    }

    /// Adds who has what a filter asks for. Tags of a range stand beside each other, as do equal values.
    pub(crate) fn having(&self, field: Field, wanted: &str, mut voices: FixedBitSet) -> FixedBitSet {
        let from = self.0.partition_point(|value| value.folded.as_str() < wanted);
        let beginning = self.0[from..].iter().take_while(|value| value.folded.starts_with(wanted));
        let taken = beginning.filter(|value| field.takes_in(wanted, &value.folded));
        taken.for_each(|value| voices.union_with(&value.voices));
        voices
    }

    /// By language, who speaks it, wherever.
    pub(crate) fn languages(&self) -> Vec<(&str, FixedBitSet)> {
        let mut languages: Vec<(&str, FixedBitSet)> = Vec::new();
        for value in &self.0 {
            let language = tags::language(&value.folded);
            match languages.last_mut() {
                Some((known, voices)) if *known == language => voices.union_with(&value.voices),
                _ => languages.push((language, value.voices.clone())),
            }
        }
        languages
    }
}

/// The tag of its own language, with the region where that is known.
fn own_tag(entry: &Entry) -> Vec<Cow<'_, str>> {
    let own = entry.locale.as_ref().or(entry.voice.languages.first());
    own.map(|tag| tag.as_str().into()).into_iter().collect()
}

/// Every name, folded, in order; and for each voice the place of its own.
fn names(entries: &[Entry]) -> (Vec<String>, Vec<usize>) {
    let folded: Vec<String> = entries.iter().map(|entry| fold(&entry.voice.name)).collect();
    let mut names = folded.clone();
    names.sort_unstable();
    names.dedup();
    let places = folded.iter().map(|name| names.partition_point(|known| known < name)).collect();
    (names, places)
}

/// A name as it is sorted: `Élodie` stands by `Elodie`.
fn fold(name: &str) -> String {
    any_ascii::any_ascii(name).to_lowercase()
}
