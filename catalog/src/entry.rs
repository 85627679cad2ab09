//! What is known of a voice.

use std::sync::Arc;

use billing::Nanos;
use serde::{Deserialize, Serialize};
use speech::{Capabilities, Voice};

/// How old a listener would say that the speaker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// A child.
    Child,
    /// A young grown-up.
    Young,
    /// Between young and old.
    MiddleAged,
    /// Old.
    Old,
}

impl Age {
    /// Every one, youngest first.
    pub const ALL: [Self; 4] = [Self::Child, Self::Young, Self::MiddleAged, Self::Old];

    /// As it is searched for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Young => "young",
            Self::MiddleAged => "middle-aged",
            Self::Old => "old",
        }
    }
}

/// One voice in the catalogue, in the same words whoever its vendor is. What is not known is absent, never guessed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// As its backend describes it, all its labels included, whatever has been made of them below. Its gender and languages
    /// are those that `config/catalog/` knows where its backend says nothing.
    #[serde(flatten)]
    pub voice: Arc<Voice>,
    /// The kind of its backend.
    pub kind: Arc<str>,
    /// BCP 47 language and region of its own language: `en-GB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// In lower case: `british`, `southern american`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// How old it sounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// How it sounds, in lower case: `conversational`, `warm`.
    pub styles: Vec<String>,
    /// What it is made for, in lower case: `narration`, `customer-service`.
    pub use_cases: Vec<String>,
    /// The models that speak with it, the usual one first.
    pub models: Vec<String>,
    /// What its backend can do.
    pub capabilities: Arc<Capabilities>,
    /// What 1,000 characters of ordinary text cost by its usual model, in nano-dollars; absent where nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_per_1k: Option<Nanos>,
    /// The catalogue's own mark for how good its usual model sounds, 0 to 100; 50 where nobody has listened.
    pub quality: u8,
}
