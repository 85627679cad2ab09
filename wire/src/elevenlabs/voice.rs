use std::collections::BTreeMap;

use serde::Serialize;

use super::DefaultSettings;

/// A voice. ElevenLabs' client for JavaScript insists on the shapes: labels are strings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Voice {
    /// The name that a request uses.
    pub voice_id: String,
    /// For people.
    pub name: String,
    category: &'static str,
    /// What is known of it: `gender`, `language`, `accent`, ... and our own `backend` and `alias_of`.
    pub labels: BTreeMap<String, String>,
    /// A sentence, where there is something to say.
    pub description: Option<String>,
    /// Where a sample of it can be heard.
    pub preview_url: Option<String>,
    available_for_tiers: [&'static str; 0],
    settings: DefaultSettings,
    /// The models that speak with it.
    pub high_quality_base_model_ids: Vec<String>,
    /// What it speaks, its own language first.
    pub verified_languages: Vec<VerifiedLanguage>,
    is_owner: bool,
    is_legacy: bool,
    is_mixed: bool,
}

/// A language that a voice speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifiedLanguage {
    /// ISO 639-1: `en`.
    pub language: String,
    /// The model that speaks it.
    pub model_id: String,
    accent: Option<String>,
    /// BCP 47: `en-US`.
    pub locale: Option<String>,
    preview_url: Option<String>,
}

impl Voice {
    /// What every voice of ours is called: one that comes with the service.
    pub const CATEGORY: &'static str = "premade";

    /// A voice of that name, of which nothing else is known.
    pub fn named(voice_id: impl Into<String>) -> Self {
        let voice_id = voice_id.into();
        Self {
            name: voice_id.clone(),
            voice_id,
            category: Self::CATEGORY,
            labels: BTreeMap::new(),
            description: None,
            preview_url: None,
            available_for_tiers: [],
            settings: DefaultSettings::default(),
            high_quality_base_model_ids: Vec::new(),
            verified_languages: Vec::new(),
            is_owner: false,
            is_legacy: false,
            is_mixed: false,
        }
    }
}

impl VerifiedLanguage {
    /// What a BCP 47 tag names.
    pub fn of(tag: &str, model_id: impl Into<String>) -> Self {
        let (language, region) = tag.split_once('-').unwrap_or((tag, ""));
        Self {
            language: language.to_owned(),
            model_id: model_id.into(),
            accent: None,
            locale: (!region.is_empty()).then(|| tag.to_owned()),
            preview_url: None,
        }
    }
}

/// The body of `GET /v1/voices`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Voices {
    /// Every voice.
    pub voices: Vec<Voice>,
}

/// The body of `GET /v2/voices`: all four keys are always there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VoicePage {
    /// The voices of the page.
    pub voices: Vec<Voice>,
    /// Whether there is another page.
    pub has_more: bool,
    /// How many voices all pages together have.
    pub total_count: usize,
    /// What the next page is asked for with.
    pub next_page_token: Option<String>,
}
