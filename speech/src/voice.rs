//! Who speaks.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

/// `backend:voice`. A voice's own name may hold further colons.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VoiceId {
    /// The backend's configured name.
    pub backend: String,
    /// The voice by the backend's own name.
    pub voice: String,
}

impl VoiceId {
    /// Splits at the *first* colon; none without one, or when a side is empty.
    pub fn parse(id: &str) -> Option<Self> {
        let (backend, voice) = id.split_once(':')?;
        (!backend.is_empty() && !voice.is_empty())
            .then(|| Self { backend: backend.to_owned(), voice: voice.to_owned() })
    }
}

impl fmt::Display for VoiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.backend, self.voice)
    }
}

impl Serialize for VoiceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VoiceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::parse(&id).ok_or_else(|| serde::de::Error::custom("no voice id"))
    }
}

/// The gender that a listener would name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// A woman's voice.
    Female,
    /// A man's voice.
    Male,
    /// Neither, or a mix of both.
    Neutral,
}

impl Gender {
    /// In lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Neutral => "neutral",
        }
    }
}

/// Whether a voice can speak now.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum VoiceStatus {
    /// It can.
    Available,
    /// It cannot, and why.
    Unavailable {
        /// One sentence for the client.
        reason: String,
    },
}

/// One voice in the catalogue. What is not known is absent, never guessed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// Unique over all backends.
    pub id: VoiceId,
    /// For people.
    pub name: String,
    /// BCP 47 tags of what it speaks, its own language first.
    pub languages: Vec<String>,
    /// As a listener hears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// One sentence where there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What else its backend says of it, in the backend's own words: `accent`, `age`, `use_case`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where a sample of it can be heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
    /// The day after which it is announced to be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated_after: Option<Date>,
    /// Whether it can speak now.
    #[serde(flatten)]
    pub status: VoiceStatus,
}

impl Voice {
    /// A voice that can speak, of which nothing but its name is known.
    pub fn named(backend: &str, voice: &str) -> Self {
        Self {
            id: VoiceId { backend: backend.to_owned(), voice: voice.to_owned() },
            name: voice.to_owned(),
            languages: Vec::new(),
            gender: None,
            description: None,
            labels: BTreeMap::new(),
            preview_url: None,
            deprecated_after: None,
            status: VoiceStatus::Available,
        }
    }
}
