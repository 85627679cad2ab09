use serde::Serialize;

/// ElevenLabs' models that speak, and how many characters each takes at a time (its own pages, 2026).
pub const MODELS: [(&str, usize); 11] = [
    ("eleven_multilingual_v2", 10_000),
    ("eleven_flash_v2_5", 40_000),
    ("eleven_turbo_v2_5", 40_000),
    ("eleven_flash_v2", 30_000),
    ("eleven_turbo_v2", 30_000),
    ("eleven_v3", 5_000),
    ("eleven_v3_conversational", 5_000),
    ("eleven_v4", 10_000),
    ("eleven_v4_turbo", 10_000),
    ("eleven_multilingual_v1", 10_000),
    ("eleven_monolingual_v1", 10_000),
];

/// How many characters a model takes of which nobody says it.
pub const USUAL_CHARACTERS: usize = 10_000;

/// One model of `GET /v1/models`, which is a bare list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// The name that a request uses.
    pub model_id: String,
    /// For people.
    pub name: String,
    can_do_text_to_speech: bool,
    can_do_voice_conversion: bool,
    can_use_style: bool,
    can_use_speaker_boost: bool,
    serves_pro_voices: bool,
    token_cost_factor: f64,
    /// Who answers for it.
    pub description: String,
    requires_alpha_access: bool,
    max_characters_request_free_user: usize,
    max_characters_request_subscribed_user: usize,
    maximum_text_length_per_request: usize,
    /// What it speaks; empty where nobody says.
    pub languages: Vec<Language>,
    model_rates: Rates,
    concurrency_group: &'static str,
}

/// A language that a model speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Language {
    /// BCP 47.
    pub language_id: String,
    /// For people; the tag where no better is known.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Rates {
    character_cost_multiplier: f64,
}

impl Model {
    /// A model that takes so many characters at a time.
    pub fn new(
        model_id: String,
        name: String,
        description: String,
        most_characters: usize,
        languages: Vec<Language>,
    ) -> Self {
        Self {
            model_id,
            name,
            can_do_text_to_speech: true,
            can_do_voice_conversion: false,
            can_use_style: false,
            can_use_speaker_boost: false,
            serves_pro_voices: false,
            token_cost_factor: 1.0,
            description,
            requires_alpha_access: false,
            max_characters_request_free_user: most_characters,
            max_characters_request_subscribed_user: most_characters,
            maximum_text_length_per_request: most_characters,
            languages,
            model_rates: Rates { character_cost_multiplier: 1.0 },
            concurrency_group: "standard",
        }
    }
}
