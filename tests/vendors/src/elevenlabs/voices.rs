//! The lists of voices.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::errors::Mistake;
use crate::roster::Voice;
use crate::sim::Sim;

fn described(voice: &Voice) -> Value {
    let labels: HashMap<_, _> = voice.labels.into_iter().collect();
    json!({
        "voice_id": voice.id,
        "name": voice.name,
        "samples": null,
        "category": voice.category,
        "fine_tuning": {"is_allowed_to_fine_tune": false, "state": {}, "language": labels["language"]},
        "labels": labels,
        "description": format!("A {} voice for {}.", labels["descriptive"], labels["use_case"]),
        "preview_url": format!("https://storage.example.com/previews/{}.mp3", voice.id),
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
        "is_owner": voice.category != "premade",
        "is_legacy": false,
        "is_mixed": false,
        "favorited_at_unix": null,
        "created_at_unix": voice.created,
        "is_bookmarked": false,
    })
}

pub(crate) async fn all(State(sim): State<Arc<Sim>>) -> Json<Value> {
    Json(json!({"voices": sim.roster.now().iter().map(described).collect::<Vec<_>>()}))
}

pub(crate) async fn one(
    State(sim): State<Arc<Sim>>,
    Path(voice_id): Path<String>,
) -> Result<Json<Value>, Mistake> {
    let voices = sim.roster.now();
    let voice = voices.iter().find(|voice| voice.id == voice_id);
    Ok(Json(described(voice.ok_or_else(|| Mistake::no_voice(&voice_id))?)))
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
pub(crate) async fn page(
    State(sim): State<Arc<Sim>>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Mistake> {
    let given = |name: &str| query.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let page_size: usize = given("page_size").unwrap_or("10").parse().unwrap_or_default();
    if !(1..=100).contains(&page_size) {
        let message = "Input should be greater than 0 and less than or equal to 100";
        return Err(Mistake::invalid(&["query", "page_size"], "range", message));
    }
    let all = sim.roster.now();
    let mut voices: Vec<&Voice> = all
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
        Some(token) => {
            let last = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
            let last = voices.iter().position(|voice| voice.id.as_bytes() == last);
            let unknown = || Mistake::bad("invalid_page_token", "next_page_token", "No such page.".into());
            last.ok_or_else(unknown)? + 1
        }
    };
    let page = &voices[start..voices.len().min(start + page_size)];
    let has_more = start + page.len() < voices.len();
    let next = page.last().filter(|_| has_more).map(|last| BASE64_URL_SAFE_NO_PAD.encode(&last.id));
    Ok(Json(json!({
        "voices": page.iter().map(|voice| described(voice)).collect::<Vec<_>>(),
        "has_more": has_more,
        "total_count": voices.len(),
        "next_page_token": next,
    })))
}
