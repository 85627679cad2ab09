//! Voices, as `/api/v1/voices` and what lies below it tell of them; and how a request would be routed.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// `GET /api/v1/voices`: a page of those that were searched for.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VoicesBody {
    /// Those of this page, the best first.
    pub voices: Vec<VoiceBody>,
    /// How many there are on all pages.
    pub total: usize,
    /// By filter and value, how many there would be with that value; of accents, styles and use cases, those 100 that most voices have.
    pub facets: BTreeMap<&'static str, BTreeMap<String, usize>>,
    /// Asks for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A voice, in the same words whoever its vendor is. What is not known is left out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct VoiceBody {
    /// `backend:voice`.
    pub id: String,
    /// The same, where it was asked for by another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<String>,
    /// The other names by which whoever asks may ask for it.
    pub aliases: Vec<String>,
    /// For people.
    pub name: String,
    /// The backend, by its configured name.
    pub backend: String,
    /// What kind of backend it is.
    pub kind: String,
    /// BCP 47 tags of what it speaks, its own language first.
    pub languages: Vec<String>,
    /// Language and region of its own language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// In lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// `female`, `male` or `neutral`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<&'static str>,
    /// `child`, `young`, `middle-aged` or `old`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<&'static str>,
    /// How it sounds.
    pub styles: Vec<String>,
    /// What it is made for.
    pub use_cases: Vec<String>,
    /// One sentence where there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The path under which it is heard here, which costs what its words cost.
    pub preview: String,
    /// Where its vendor has a sample of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_url: Option<String>,
    /// What else its backend says of it, in the backend's own words.
    pub labels: BTreeMap<String, String>,
    /// The models that speak with it, the usual one first.
    pub models: Vec<String>,
    /// What its backend can do.
    pub capabilities: CapabilitiesBody,
    /// What 1,000 characters of ordinary text cost by its usual model, in billionths of a dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_per_1k_nanos: Option<i64>,
    /// The same in dollars, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_per_1k_usd: Option<String>,
    /// How good its usual model sounds, 0 to 100; 50 where nobody has listened.
    pub quality: u8,
    /// `available` or `unavailable`.
    pub status: &'static str,
    /// Why it cannot speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The day after which it is announced to be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated_after: Option<String>,
}

/// What a backend can do beside speaking plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CapabilitiesBody {
    /// It reads SSML itself.
    pub ssml: bool,
    /// It tells the times of its words, as measured.
    pub timings: bool,
    /// It tells the shapes of the mouth.
    pub visemes: bool,
    /// It makes voices of recordings.
    pub cloning: bool,
    /// It can be told how to feel.
    pub emotion: bool,
    /// Its audio comes while it is being spoken.
    pub streaming: bool,
    /// What it can be asked for without anybody converting it.
    pub formats: Vec<&'static str>,
    /// Samples a second of what it makes by itself, best first.
    pub sample_rates: Vec<u32>,
}

/// `GET /api/v1/voices/{voice}/equivalents`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EquivalentsBody {
    /// The nearest of each other backend, nearest first.
    pub equivalents: Vec<EquivalentBody>,
}

/// A voice that sounds like another.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EquivalentBody {
    /// `backend:voice`.
    pub id: String,
    /// How alike they are, 0 to 1.
    pub score: f32,
    /// In what: `voice`, `language`, `gender`, `age`, `accent`, `style`.
    pub reasons: Vec<&'static str>,
}

/// `GET /api/v1/voices/changes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangesBody {
    /// The newest first.
    pub changes: Vec<ChangeBody>,
    /// Asks for those before; null where there are none.
    pub next_before: Option<i64>,
}

/// What became of a voice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeBody {
    /// In the order in which they were seen.
    pub number: i64,
    /// When, Unix milliseconds.
    pub at_unix_ms: i64,
    /// Which voice, as `backend:voice`.
    pub voice: String,
    /// `added`, `removed` or `renamed`.
    pub change: &'static str,
    /// What it is called, or was, once it is gone.
    pub name: String,
    /// What it was called before it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// `GET /api/v1/routes/explain`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RouteBody {
    /// By which policy.
    pub policy: &'static str,
    /// What would happen when a backend fails.
    pub fallback: &'static str,
    /// Who may speak, the first to be asked first; by the policy `weighted`, whoever is asked first most often.
    pub candidates: Vec<CandidateBody>,
    /// Who may not, and what kept them out.
    pub rejected: Vec<RejectedBody>,
    /// Who would be asked first; null where nobody is left, and where it is drawn by lot.
    pub chosen: Option<String>,
}

/// One who may speak.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CandidateBody {
    /// `backend:voice`.
    pub id: String,
    /// By which model.
    pub model: String,
    /// Why, as `x-soundboard-reason` would say.
    pub reason: &'static str,
    /// How near it is to the voice that was asked for; 1 is that voice.
    pub score: f32,
    /// How often this is the one who is asked first, 0 to 1, where that is drawn by lot: by the policy `weighted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f32>,
    /// What it may come to at most, in billionths of a dollar.
    pub most_nanos: i64,
    /// The same in dollars, for people.
    pub most_usd: String,
    /// Whether it is on this machine.
    pub local: bool,
    /// Whether it has failed so often that it is left alone for now.
    pub resting: bool,
    /// How soon it has lately begun to speak, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_audio_ms: Option<u64>,
    /// How many requests it speaks now.
    pub in_flight: usize,
}

/// One who may not speak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectedBody {
    /// `backend:voice`.
    pub id: String,
    /// What kept it out: `availability`, `language`, `local`, `model`, `price` or `budget`.
    pub filter: &'static str,
    /// One sentence.
    pub reason: String,
}
