//! From what vendors say to what the catalogue says, by the data of `config/catalog/`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use billing::Nanos;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use speech::{Capabilities, Gender, Model, Voice};

use crate::words::{Words, plain, words};
use crate::{Age, Entry, tags};

/// What is known of a kind of backend, as far as it was when this was built.
const BUILTIN: [&str; 5] = [
    include_str!("../../config/catalog/azure.toml"),
    include_str!("../../config/catalog/deepgram.toml"),
    include_str!("../../config/catalog/elevenlabs.toml"),
    include_str!("../../config/catalog/kokoro.toml"),
    include_str!("../../config/catalog/openai.toml"),
];

/// The mark of a model that nobody has listened to.
pub const UNHEARD: u8 = 50;

/// What a backend has to give, whichever of its voices speaks.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Its kind.
    pub kind: Arc<str>,
    /// Its models, the usual one first.
    pub models: Vec<Model>,
    /// What it can do.
    pub capabilities: Arc<Capabilities>,
    /// What 1,000 characters of ordinary text cost by its usual model; none where nobody has said.
    pub price_per_1k: Option<Nanos>,
}

/// The data that cannot be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the data of the catalogue ({file}) cannot be read: {reason}")]
pub struct LabelsError {
    file: String,
    reason: String,
}

/// What a label may say of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fact {
    Gender,
    Age,
    Accent,
    Locale,
    Style,
    UseCase,
}

/// What is known of one kind of backend: a file of `config/catalog/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    /// Where what is published is published, unless the voices say.
    #[cfg_attr(not(test), expect(dead_code, reason = "for who reads the data"))]
    source: Option<String>,
    /// Which of its labels says what.
    #[serde(default)]
    labels: BTreeMap<String, Fact>,
    /// By what is said, its words and ours; an empty one of ours says nothing.
    #[serde(default)]
    values: BTreeMap<Fact, BTreeMap<String, String>>,
    /// Marks of its models; of several that fit, the first.
    #[serde(default)]
    quality: Vec<Quality>,
    /// What is published of voices whose backend does not say it.
    #[serde(default)]
    voices: Vec<Facts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quality {
    /// A name that ends in `*` is every model that begins so.
    models: Vec<String>,
    /// 0 to 100.
    mark: u8,
    #[expect(dead_code, reason = "for who reads the data")]
    ground: String,
}

/// In our own words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Facts {
    names: Vec<String>,
    /// For who reads the data.
    source: Option<String>,
    gender: Option<Gender>,
    age: Option<Age>,
    accent: Option<String>,
    locale: Option<String>,
    languages: Vec<String>,
    styles: Vec<String>,
    use_cases: Vec<String>,
    /// The only models that speak with it; a name that ends in `*` is every model that begins so.
    models: Vec<String>,
}

/// What vendors' labels mean.
#[derive(Debug)]
pub struct Labels {
    words: &'static Words,
    kinds: BTreeMap<String, Kind>,
}

impl LabelsError {
    /// Reads a file.
    pub(crate) fn read<T: DeserializeOwned>(file: &str, toml: &str) -> Result<T, Self> {
        toml::from_str(toml).map_err(|error| Self { file: file.to_owned(), reason: error.to_string() })
    }
}

impl Labels {
    /// Those of `config/catalog/`.
    ///
    /// # Errors
    /// None that a test would not have found.
    pub fn builtin() -> Result<Self, LabelsError> {
        let kinds = BUILTIN.map(|toml| LabelsError::read::<Kind>("one file per kind", toml));
        let kinds = kinds.into_iter().collect::<Result<Vec<_>, _>>()?;
        let kinds = kinds.into_iter().map(|kind| (kind.kind.clone(), kind.ready())).collect();
        Ok(Self { words: words()?, kinds })
    }

    /// The voices that are published of a kind of backend: whom it has that cannot be asked for a list.
    pub fn published(&self, kind: &str) -> Vec<String> {
        let voices = self.kinds.get(kind).into_iter().flat_map(|kind| &kind.voices);
        let mut seen = BTreeSet::new();
        voices.flat_map(|facts| &facts.names).filter(|name| seen.insert(*name)).cloned().collect()
    }

    /// A voice in the catalogue's words. What its backend says comes before what is published of it elsewhere.
    pub fn entry(&self, voice: Voice, of: &Offer) -> Entry {
        let kind = self.kinds.get(&*of.kind);
        let mut facts = self.said(&voice, kind);
        kind.into_iter().flat_map(|kind| kind.published(&voice)).for_each(|published| facts.add(published));
        let usual = of.models.first();
        let languages = if voice.languages.is_empty() { facts.languages } else { voice.languages.clone() };
        // A voice of which nobody says more speaks what its model does.
        let of_model = || usual.map(|model| model.languages.clone()).unwrap_or_default();
        let languages = if languages.is_empty() { of_model() } else { languages };
        let own = languages.first().map(String::as_str).unwrap_or_default();
        let accent = facts.accent;
        let by_accent = || self.words.locale_of(accent.as_deref()?, tags::language(own)).map(str::to_owned);
        let locale =
            facts.locale.or_else(|| tags::has_region(own).then(|| own.to_owned())).or_else(by_accent);
        let by_locale = || self.words.accent_of(locale.as_deref()?).map(str::to_owned);
        Entry {
            kind: Arc::clone(&of.kind),
            accent: accent.or_else(by_locale),
            locale,
            age: facts.age,
            styles: facts.styles,
            use_cases: facts.use_cases,
            models: speaking(&facts.models, &of.models),
            capabilities: Arc::clone(&of.capabilities),
            price_per_1k: of.price_per_1k,
            quality: kind.zip(usual).and_then(|(kind, model)| kind.mark(&model.id)).unwrap_or(UNHEARD),
            voice: Arc::new(Voice { gender: voice.gender.or(facts.gender), languages, ..voice }),
        }
    }

    /// What a voice's labels say.
    fn said(&self, voice: &Voice, kind: Option<&Kind>) -> Facts {
        let mut facts = Facts::default();
        for (label, value) in &voice.labels {
            let Some(fact) = self.fact(label, kind) else { continue };
            for value in value.split([',', ';']) {
                let value = kind.and_then(|kind| kind.ours(fact, value)).unwrap_or(value);
                match fact {
                    Fact::Gender => facts.gender = facts.gender.or_else(|| self.words.gender(value)),
                    Fact::Age => facts.age = facts.age.or_else(|| self.words.age(value)),
                    Fact::Accent => facts.accent = facts.accent.or_else(|| self.words.accent(value)),
                    Fact::Locale => facts.locale = facts.locale.or_else(|| tags::canonical(value)),
                    Fact::Style => insert(&mut facts.styles, plain(value)),
                    Fact::UseCase => insert(&mut facts.use_cases, plain(value)),
                }
            }
        }
        facts
    }

    fn fact(&self, label: &str, kind: Option<&Kind>) -> Option<Fact> {
        let label = key(label);
        kind.and_then(|kind| kind.labels.get(&label)).or_else(|| self.words.labels.get(&label)).copied()
    }
}

impl Kind {
    /// Makes a key of everything that is looked up.
    fn ready(self) -> Self {
        let values = self.values.into_iter().map(|(fact, values)| (fact, keyed(values)));
        Self { values: values.collect(), labels: keyed(self.labels), ..self }
    }

    /// What is published of a voice, by groups that it is in.
    fn published<'k>(&'k self, voice: &Voice) -> impl Iterator<Item = &'k Facts> {
        let name = voice.id.voice.clone();
        self.voices.iter().filter(move |facts| facts.names.contains(&name))
    }

    /// Our word for one of theirs.
    fn ours(&self, fact: Fact, value: &str) -> Option<&str> {
        self.values.get(&fact)?.get(&key(value)).map(String::as_str)
    }

    fn mark(&self, model: &str) -> Option<u8> {
        let fits = |quality: &&Quality| quality.models.iter().any(|pattern| is_meant(pattern, model));
        self.quality.iter().find(fits).map(|quality| quality.mark)
    }
}

/// Whether a pattern means that model: itself, or where it ends in `*` how the model begins.
fn is_meant(pattern: &str, model: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => model.starts_with(beginning),
        None => pattern == model,
    }
}

/// Those of the models that speak with a voice of which that is published; all, where nothing is.
fn speaking(published: &[String], models: &[Model]) -> Vec<String> {
    let meant = |id: &str| published.is_empty() || published.iter().any(|pattern| is_meant(pattern, id));
    models.iter().map(|model| model.id.clone()).filter(|id| meant(id)).collect()
}

impl Facts {
    /// Takes what is not known yet.
    fn add(&mut self, other: &Self) {
        self.gender = self.gender.or(other.gender);
        self.age = self.age.or(other.age);
        self.accent = self.accent.take().or_else(|| other.accent.clone());
        self.locale = self.locale.take().or_else(|| other.locale.clone());
        for (own, others) in [
            (&mut self.languages, &other.languages),
            (&mut self.styles, &other.styles),
            (&mut self.use_cases, &other.use_cases),
            (&mut self.models, &other.models),
        ] {
            if own.is_empty() {
                own.clone_from(others);
            }
        }
    }
}

/// Labels and values are told apart by their letters and digits: `StyleList`, `style_list`.
fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The same by their keys.
pub(crate) fn keyed<V>(named: BTreeMap<String, V>) -> BTreeMap<String, V> {
    named.into_iter().map(|(name, value)| (key(&name), value)).collect()
}

fn insert(values: &mut Vec<String>, value: String) {
    if !value.is_empty() && !values.contains(&value) {
        values.push(value);
    }
}

#[cfg(test)]
mod tests;
