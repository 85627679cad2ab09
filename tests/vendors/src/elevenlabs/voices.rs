//! The voices: the premade ones as the vendor ships them, and a few hundred of a busy workspace.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::Json;
use axum::extract::{Path, Query};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::errors::Mistake;

/// Voices beside the premade ones.
const MORE: u64 = 320;

/// Id, name, gender, age, accent, description, use.
#[rustfmt::skip]
const PREMADE: [[&str; 7]; 28] = [
    ["21m00Tcm4TlvDq8ikWAM", "Rachel", "female", "young", "american", "calm", "narration"],
    ["9BWtsMINqrJLrRacOk9x", "Aria", "female", "middle_aged", "american", "husky", "informative_educational"],
    ["AZnzlk1XvdvUeBnXmlld", "Domi", "female", "young", "american", "strong", "narration"],
    ["CwhRBWXzGAHq8TQ4Fs17", "Roger", "male", "middle_aged", "american", "classy", "conversational"],
    ["EXAVITQu4vr4xnSDxMaL", "Sarah", "female", "young", "american", "professional", "entertainment_tv"],
    ["ErXwobaYiN019PkySvjV", "Antoni", "male", "young", "american", "well-rounded", "narration"],
    ["FGY2WhTYpPnrIDTdsKH5", "Laura", "female", "young", "american", "sassy", "social_media"],
    ["IKne3meq5aSn9XLyUdCD", "Charlie", "male", "young", "australian", "hyped", "conversational"],
    ["JBFqnCBsd6RMkjVDRZzb", "George", "male", "middle_aged", "british", "mature", "narrative_story"],
    ["MF3mGyEYCl7XYWbV9V6O", "Elli", "female", "young", "american", "emotional", "narration"],
    ["N2lVS1w4EtoT3dr4eOWO", "Callum", "male", "middle_aged", "american", "hoarse", "characters_animation"],
    ["SAz9YHcvj6GT2YYXdXww", "River", "neutral", "middle_aged", "american", "calm", "conversational"],
    ["TX3LPaxmHKxFdv7VOQHJ", "Liam", "male", "young", "american", "confident", "social_media"],
    ["TxGEqnHWrfWFTfGW9XjX", "Josh", "male", "young", "american", "deep", "narration"],
    ["VR6AewLTigWG4xSOukaG", "Arnold", "male", "middle_aged", "american", "crisp", "narration"],
    ["XB0fDUnXU5powFXDhCwa", "Charlotte", "female", "young", "swedish", "relaxed", "characters_animation"],
    ["Xb7hH8MSUJpSbSDYk0k2", "Alice", "female", "middle_aged", "british", "professional", "informative_educational"],
    ["XrExE9yKIg1WjnnlVkGX", "Matilda", "female", "middle_aged", "american", "upbeat", "informative_educational"],
    ["bIHbv24MWmeRgasZH58o", "Will", "male", "young", "american", "chill", "conversational"],
    ["cgSgspJ2msm6clMCkdW9", "Jessica", "female", "young", "american", "cute", "conversational"],
    ["cjVigY5qzO86Huf0OWal", "Eric", "male", "middle_aged", "american", "classy", "conversational"],
    ["iP95p4xoKVk53GoZ742B", "Chris", "male", "middle_aged", "american", "casual", "conversational"],
    ["nPczCjzI2devNBz1zQrb", "Brian", "male", "middle_aged", "american", "classy", "social_media"],
    ["onwK4e9ZLuTAKqWW03F9", "Daniel", "male", "middle_aged", "british", "formal", "informative_educational"],
    ["pFZP5JQG7iQjIQuC4Bku", "Lily", "female", "middle_aged", "british", "confident", "informative_educational"],
    ["pNInz6obpgDQGcFmaJgB", "Adam", "male", "middle_aged", "american", "dominant", "social_media"],
    ["pqHfZKP75CvOlQylNhV4", "Bill", "male", "old", "american", "crisp", "advertisement"],
    ["yoZ06aMxZJJ28mfd3POQ", "Sam", "male", "young", "american", "raspy", "narration"],
];

/// One voice, as far as it is searched and sorted by.
struct Voice {
    id: String,
    name: String,
    category: &'static str,
    labels: [(&'static str, &'static str); 6],
    created: u64,
}

static VOICES: LazyLock<Vec<Voice>> = LazyLock::new(|| {
    let premade = PREMADE.iter().map(|&[id, name, gender, age, accent, description, used_for]| Voice {
        id: id.to_owned(),
        name: name.to_owned(),
        category: "premade",
        labels: labels(gender, age, accent, description, used_for, "en"),
        created: 1_672_531_200,
    });
    premade.chain((0..MORE).map(generated)).collect()
});

/// The workspace's own voices: named by what they are for, of every kind and language in turn.
fn generated(number: u64) -> Voice {
    const CATEGORIES: [&str; 4] = ["professional", "cloned", "generated", "high_quality"];
    const GENDERS: [&str; 3] = ["female", "male", "neutral"];
    const AGES: [&str; 3] = ["young", "middle_aged", "old"];
    const LANGUAGES: [(&str, &str); 10] = [
        ("en", "american"),
        ("en", "british"),
        ("de", "standard"),
        ("es", "mexican"),
        ("fr", "parisian"),
        ("hi", "standard"),
        ("it", "standard"),
        ("ja", "kanto"),
        ("pl", "standard"),
        ("pt", "brazilian"),
    ];
    const MANNERS: [&str; 7] = ["calm", "warm", "crisp", "deep", "bright", "raspy", "gentle"];
    const USES: [(&str, &str); 5] = [
        ("Narrator", "narrative_story"),
        ("Agent", "conversational"),
        ("Teacher", "informative_educational"),
        ("Announcer", "advertisement"),
        ("Character", "characters_animation"),
    ];
    let turn = number as usize;
    let manner = MANNERS[turn % MANNERS.len()];
    let (role, used_for) = USES[turn % USES.len()];
    let (language, accent) = LANGUAGES[turn / 3 % LANGUAGES.len()];
    let (gender, age) = (GENDERS[turn % GENDERS.len()], AGES[turn / 2 % AGES.len()]);
    Voice {
        id: id(number),
        name: format!("{}{} {role} {number:03}", manner[..1].to_uppercase(), &manner[1..]),
        category: CATEGORIES[turn / 5 % CATEGORIES.len()],
        labels: labels(gender, age, accent, manner, used_for, language),
        created: 1_700_000_000 + number * 86_400,
    }
}

/// Twenty letters and digits, always the same for the same number.
fn id(number: u64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = number;
    let digit = |_| {
        // Knuth's linear congruential generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(DIGITS[(state >> 33) as usize % DIGITS.len()])
    };
    (0..20).map(digit).collect()
}

fn labels(
    gender: &'static str,
    age: &'static str,
    accent: &'static str,
    description: &'static str,
    used_for: &'static str,
    language: &'static str,
) -> [(&'static str, &'static str); 6] {
    [
        ("gender", gender),
        ("age", age),
        ("accent", accent),
        ("descriptive", description),
        ("use_case", used_for),
        ("language", language),
    ]
}

impl Voice {
    fn json(&self) -> Value {
        let labels: HashMap<_, _> = self.labels.into_iter().collect();
        json!({
            "voice_id": self.id,
            "name": self.name,
            "samples": null,
            "category": self.category,
            "fine_tuning": {"is_allowed_to_fine_tune": false, "state": {}, "language": labels["language"]},
            "labels": labels,
            "description": format!("A {} voice for {}.", labels["descriptive"], labels["use_case"]),
            "preview_url": format!("https://storage.example.com/previews/{}.mp3", self.id),
            "available_for_tiers": [],
            "settings": null,
            "sharing": null,
            "high_quality_base_model_ids": ["eleven_v3", "eleven_multilingual_v2", "eleven_flash_v2_5"],
            "verified_languages": [{
                "language": labels["language"],
                "model_id": "eleven_multilingual_v2",
                "accent": labels["accent"],
                "locale": null,
                "preview_url": null,
            }],
            "collection_ids": null,
            "safety_control": null,
            "voice_verification": {
                "requires_verification": false,
                "is_verified": false,
                "verification_failures": [],
                "verification_attempts_count": 0,
                "language": null,
                "verification_attempts": null,
            },
            "permission_on_resource": "admin",
            "is_owner": self.category != "premade",
            "is_legacy": false,
            "is_mixed": false,
            "favorited_at_unix": null,
            "created_at_unix": self.created,
            "is_bookmarked": false,
        })
    }

    fn mentions(&self, words: &str) -> bool {
        let words = words.to_lowercase();
        let labels = self.labels.iter().map(|(_, value)| *value);
        labels.chain([self.name.as_str(), self.category]).any(|text| text.to_lowercase().contains(&words))
    }
}

/// Whether there is such a voice.
pub(crate) fn exists(voice_id: &str) -> bool {
    VOICES.iter().any(|voice| voice.id == voice_id)
}

pub(crate) async fn all() -> Json<Value> {
    Json(json!({"voices": VOICES.iter().map(Voice::json).collect::<Vec<_>>()}))
}

pub(crate) async fn one(Path(voice_id): Path<String>) -> Result<Json<Value>, Mistake> {
    let voice =
        VOICES.iter().find(|voice| voice.id == voice_id).ok_or_else(|| Mistake::no_voice(&voice_id))?;
    Ok(Json(voice.json()))
}

pub(crate) async fn default_settings() -> Json<Value> {
    Json(json!({
        "stability": 0.5,
        "use_speaker_boost": true,
        "similarity_boost": 0.75,
        "style": 0.0,
        "speed": 1.0,
    }))
}

/// A page of the voices that a search and a category leave, in the order that was asked for. The token of the
/// next page names the last voice of this one.
pub(crate) async fn page(Query(query): Query<HashMap<String, String>>) -> Result<Json<Value>, Mistake> {
    let given = |name: &str| query.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let page_size: usize = given("page_size").unwrap_or("10").parse().unwrap_or_default();
    if !(1..=100).contains(&page_size) {
        let message = "Input should be greater than 0 and less than or equal to 100";
        return Err(Mistake::invalid(&["query", "page_size"], "range", message));
    }
    let mut voices: Vec<&Voice> = VOICES
        .iter()
        .filter(|voice| given("search").is_none_or(|words| voice.mentions(words)))
        .filter(|voice| given("category").is_none_or(|category| voice.category == category))
        .collect();
    match given("sort") {
        Some("name") => voices.sort_by(|a, b| a.name.cmp(&b.name)),
        Some("created_at_unix") => voices.sort_by_key(|voice| voice.created),
        _ => {}
    }
    if given("sort_direction") == Some("desc") {
        voices.reverse();
    }
    let start = match given("next_page_token") {
        None => 0,
        Some(token) => voices
            .iter()
            .position(|voice| BASE64_URL_SAFE_NO_PAD.encode(&voice.id) == token)
            .map(|last| last + 1)
            .ok_or_else(|| Mistake::bad("invalid_page_token", "next_page_token", "No such page.".into()))?,
    };
    let page = &voices[start..voices.len().min(start + page_size)];
    let has_more = start + page.len() < voices.len();
    let next = page.last().filter(|_| has_more).map(|last| BASE64_URL_SAFE_NO_PAD.encode(&last.id));
    Ok(Json(json!({
        "voices": page.iter().map(|voice| voice.json()).collect::<Vec<_>>(),
        "has_more": has_more,
        "total_count": voices.len(),
        "next_page_token": next,
    })))
}
