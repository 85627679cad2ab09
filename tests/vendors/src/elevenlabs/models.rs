//! The models, and what each of them takes.

use axum::Json;
use serde_json::{Value, json};

pub(crate) struct Model {
    pub(crate) id: &'static str,
    name: &'static str,
    /// The longest text of a request, in characters.
    pub(crate) longest: usize,
    /// Credits for a character.
    pub(crate) cost: f64,
    languages: &'static [&'static str],
    pub(crate) speaks: bool,
    /// Whether it speaks dialogues, and nothing over `stream-input`.
    pub(crate) dialogue: bool,
}

const ENGLISH: &[&str] = &["en"];
const FIRST: &[&str] = &["en", "de", "pl", "es", "it", "fr", "pt", "hi"];
const TWENTY_NINE: &[&str] = &[
    "en", "ja", "zh", "de", "hi", "fr", "ko", "pt", "it", "es", "id", "nl", "tr", "fil", "pl", "sv", "bg",
    "ro", "ar", "cs", "el", "fi", "hr", "ms", "sk", "da", "ta", "uk", "ru",
];
const THIRTY_TWO: &[&str] = &[
    "en", "ja", "zh", "de", "hi", "fr", "ko", "pt", "it", "es", "id", "nl", "tr", "fil", "pl", "sv", "bg",
    "ro", "ar", "cs", "el", "fi", "hr", "ms", "sk", "da", "ta", "uk", "ru", "hu", "no", "vi",
];

#[rustfmt::skip]
const MODELS: [Model; 11] = [
    model("eleven_v4", "Eleven v4", 10_000, 0.8, THIRTY_TWO, true, true),
    model("eleven_v4_turbo", "Eleven v4 Turbo", 10_000, 0.4, THIRTY_TWO, true, true),
    model("eleven_v3", "Eleven v3", 5_000, 1.0, THIRTY_TWO, true, true),
    model("eleven_multilingual_v2", "Eleven Multilingual v2", 10_000, 1.0, TWENTY_NINE, true, false),
    model("eleven_flash_v2_5", "Eleven Flash v2.5", 40_000, 0.5, THIRTY_TWO, true, false),
    model("eleven_turbo_v2_5", "Eleven Turbo v2.5", 40_000, 0.5, THIRTY_TWO, true, false),
    model("eleven_flash_v2", "Eleven Flash v2", 30_000, 0.5, ENGLISH, true, false),
    model("eleven_turbo_v2", "Eleven Turbo v2", 30_000, 0.5, ENGLISH, true, false),
    model("eleven_multilingual_v1", "Eleven Multilingual v1", 10_000, 1.0, FIRST, true, false),
    model("eleven_monolingual_v1", "Eleven English v1", 10_000, 1.0, ENGLISH, true, false),
    model("eleven_multilingual_sts_v2", "Eleven Multilingual v2 (speech to speech)", 10_000, 1.0, TWENTY_NINE, false, false),
];

const fn model(
    id: &'static str,
    name: &'static str,
    longest: usize,
    cost: f64,
    languages: &'static [&'static str],
    speaks: bool,
    dialogue: bool,
) -> Model {
    Model { id, name, longest, cost, languages, speaks, dialogue }
}

/// A model that speaks.
pub(crate) fn find(id: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.id == id && model.speaks)
}

pub(crate) async fn all() -> Json<Value> {
    Json(MODELS.iter().map(Model::json).collect())
}

impl Model {
    fn json(&self) -> Value {
        let languages: Vec<Value> =
            self.languages.iter().map(|id| json!({"language_id": id, "name": id.to_uppercase()})).collect();
        json!({
            "model_id": self.id,
            "name": self.name,
            "can_be_finetuned": false,
            "can_do_text_to_speech": self.speaks,
            "can_do_voice_conversion": !self.speaks,
            "can_use_style": true,
            "can_use_speaker_boost": true,
            "serves_pro_voices": false,
            "token_cost_factor": self.cost,
            "description": format!("{} speaks {} languages.", self.name, self.languages.len()),
            "requires_alpha_access": false,
            "max_characters_request_free_user": self.longest.min(2_500),
            "max_characters_request_subscribed_user": self.longest,
            "maximum_text_length_per_request": self.longest,
            "languages": languages,
            "model_rates": {"character_cost_multiplier": self.cost},
            "concurrency_group": if self.cost < 1.0 { "turbo" } else { "standard" },
        })
    }
}
