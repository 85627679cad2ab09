//! What voices are filtered and counted by.

use std::borrow::Cow;

use speech::{Capabilities, Codec, Gender, SpeechError, VoiceStatus};

use crate::words::{plain, words};
use crate::{Age, Entry, tags};

/// A property of voices with values by which they are filtered and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Field {
    Gender,
    Language,
    Locale,
    Accent,
    Age,
    Style,
    UseCase,
    Backend,
    Model,
    Capability,
    Format,
    SampleRate,
    Status,
}

/// A capability by its name.
type Ability = (&'static str, fn(&Capabilities) -> bool);

const ABILITIES: [Ability; 6] = [
    ("ssml", |can| can.ssml),
    ("timings", |can| can.timings),
    ("visemes", |can| can.visemes),
    ("cloning", |can| can.cloning),
    ("emotion", |can| can.emotion),
    ("streaming", |can| can.streaming),
];

/// Who can speak now, and who cannot.
const STATUSES: [&str; 2] = ["available", "unavailable"];

impl Field {
    /// Every one.
    pub(crate) const ALL: [Self; 13] = [
        Self::Gender,
        Self::Language,
        Self::Locale,
        Self::Accent,
        Self::Age,
        Self::Style,
        Self::UseCase,
        Self::Backend,
        Self::Model,
        Self::Capability,
        Self::Format,
        Self::SampleRate,
        Self::Status,
    ];

    /// As queries and facets name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gender => "gender",
            Self::Language => "language",
            Self::Locale => "locale",
            Self::Accent => "accent",
            Self::Age => "age",
            Self::Style => "style",
            Self::UseCase => "use_case",
            Self::Backend => "backend",
            Self::Model => "model",
            Self::Capability => "capability",
            Self::Format => "format",
            Self::SampleRate => "sample_rate",
            Self::Status => "status",
        }
    }

    /// The values that a voice has, as they are shown. Of its languages, its locale is one.
    pub(crate) fn values(self, entry: &Entry) -> Vec<Cow<'_, str>> {
        fn all(values: &[String]) -> Vec<Cow<'_, str>> {
            values.iter().map(|value| value.as_str().into()).collect()
        }
        fn one(value: Option<&str>) -> Vec<Cow<'_, str>> {
            value.into_iter().map(Cow::from).collect()
        }
        let can = &entry.capabilities;
        match self {
            Self::Gender => one(entry.voice.gender.map(Gender::name)),
            Self::Language => {
                let tags = entry.voice.languages.iter().chain(&entry.locale);
                tags.map(|tag| tag.as_str().into()).collect()
            }
            Self::Locale => one(entry.locale.as_deref()),
            Self::Accent => one(entry.accent.as_deref()),
            Self::Age => one(entry.age.map(Age::name)),
            // What one vendor calls a style, another calls a use: a conversational voice is both.
            Self::Style => all(&entry.styles).into_iter().chain(all(&entry.use_cases)).collect(),
            Self::UseCase => all(&entry.use_cases),
            Self::Backend => one(Some(&entry.voice.id.backend)),
            Self::Model => all(&entry.models),
            Self::Capability => {
                ABILITIES.iter().filter(|(_, has)| has(can)).map(|(name, _)| (*name).into()).collect()
            }
            Self::Format => can.formats.iter().map(|codec| codec.name().into()).collect(),
            Self::SampleRate => can.sample_rates.iter().map(|rate| rate.to_string().into()).collect(),
            Self::Status => one(Some(match entry.voice.status {
                VoiceStatus::Available => STATUSES[0],
                VoiceStatus::Unavailable { .. } => STATUSES[1],
            })),
        }
    }

    /// A value as it is compared.
    pub(crate) fn folded(self, value: &str) -> String {
        match self {
            Self::Backend | Self::Model => value.to_owned(),
            Self::Style | Self::UseCase => plain(value),
            _ => value.to_lowercase(),
        }
    }

    /// Whether one value, folded, is what another asks for.
    pub(crate) fn takes_in(self, wanted: &str, value: &str) -> bool {
        match self {
            Self::Language | Self::Locale => tags::takes_in(wanted, value),
            _ => wanted == value,
        }
    }

    /// What a filter asks for, folded.
    ///
    /// # Errors
    /// [`InvalidParameter`](speech::ErrorKind::InvalidParameter) where no voice can have it, with what it can have.
    pub(crate) fn read(self, value: &str) -> Result<String, SpeechError> {
        match self {
            Self::Age => self.one_of(&plain(value)),
            Self::Gender | Self::Capability | Self::Format | Self::Status => self.one_of(value),
            Self::Language | Self::Locale => self.tag(value),
            Self::SampleRate => match value.parse::<u32>() {
                Ok(rate) if rate > 0 => Ok(rate.to_string()),
                _ => Err(SpeechError::invalid_parameter(
                    self.name(),
                    "A sample rate is a whole number of samples a second, such as 24000.",
                )),
            },
            Self::Accent => {
                let known = words().ok().and_then(|words| words.accent(value));
                Ok(self.folded(&known.unwrap_or_else(|| value.to_owned())))
            }
            Self::Style | Self::UseCase | Self::Backend | Self::Model => Ok(self.folded(value)),
        }
    }

    /// All values that a voice can have; none where there is no end to them.
    pub(crate) fn choices(self) -> Vec<&'static str> {
        match self {
            Self::Gender => [Gender::Female, Gender::Male, Gender::Neutral].map(Gender::name).into(),
            Self::Age => Age::ALL.map(Age::name).into(),
            Self::Capability => ABILITIES.map(|(name, _)| name).into(),
            Self::Format => Codec::ALL.map(Codec::name).into(),
            Self::Status => STATUSES.into(),
            _ => Vec::new(),
        }
    }

    /// Whether its values are words of the vendors, or of those who made the voices: there may be as many as voices.
    pub(crate) fn is_free(self) -> bool {
        matches!(self, Self::Accent | Self::Style | Self::UseCase)
    }

    fn one_of(self, value: &str) -> Result<String, SpeechError> {
        let all = self.choices();
        let value = value.to_lowercase();
        if all.contains(&value.as_str()) { Ok(value) } else { Err(self.no_such(&value).allowing(all)) }
    }

    fn tag(self, value: &str) -> Result<String, SpeechError> {
        let words = words().map_err(SpeechError::internal)?;
        let tag = tags::canonical(value).filter(|tag| words.is_language(tags::language(tag)));
        let tag = tag.or_else(|| words.language(value).map(str::to_owned));
        tag.map(|tag| tag.to_lowercase()).ok_or_else(|| self.no_such(value).allowing(words.languages()))
    }

    fn no_such(self, value: &str) -> SpeechError {
        let shown: String = value.chars().take(64).collect();
        let name = self.name().replace('_', " ");
        SpeechError::invalid_parameter(self.name(), format!("There is no {name} {shown:?}."))
    }
}
