//! `GET /cognitiveservices/voices/list`: who can speak.

use std::collections::BTreeMap;

use ::speech::{Gender, VoiceStatus};
use axum::Json;
use axum::extract::State;
use catalog::Entry;
use wire::azure::VoiceInfo;

use crate::doors::Rooms;

/// Azure's own kind of backend.
const AZURE: &str = "azure";

/// What is spoken by a voice of which nobody says it (ISO 639-2).
const UNDETERMINED: &str = "und";

/// Every voice that can speak now, whichever backend has it.
pub(super) async fn list(State(rooms): State<Rooms>) -> Json<Vec<VoiceInfo>> {
    let index = rooms.engine.index();
    let mut namesakes = BTreeMap::new();
    for entry in index.entries() {
        *namesakes.entry(entry.voice.id.voice.as_str()).or_insert(0) += 1;
    }
    let speaking = index.entries().iter().filter(|entry| entry.voice.status == VoiceStatus::Available);
    let described = speaking.map(|entry| {
        let is_only = namesakes.get(entry.voice.id.voice.as_str()) == Some(&1);
        described(entry, is_only)
    });
    Json(described.collect())
}

/// A voice of Azure's own keeps the name that its users have in their programs, if it is nobody else's here, and what Azure
/// says of it. Elsewhere a style is not what `mstts:express-as` means by it.
fn described(entry: &Entry, is_only: bool) -> VoiceInfo {
    let voice = &entry.voice;
    let is_azures = &*entry.kind == AZURE;
    let said = |label: &str| voice.labels.get(label).filter(|_| is_azures).cloned();
    let list = |label: &str| {
        let words = said(label).unwrap_or_default();
        words.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let usual_status = if voice.deprecated_after.is_some() { "Deprecated" } else { "GA" };
    let short_name = if is_azures && is_only { voice.id.voice.clone() } else { voice.id.to_string() };
    let locale = entry.locale.clone().or_else(|| voice.languages.first().cloned());
    let locale = locale.unwrap_or_else(|| UNDETERMINED.to_owned());
    VoiceInfo {
        name: short_name.clone(),
        display_name: voice.name.clone(),
        local_name: voice.name.clone(),
        short_name,
        gender: match voice.gender {
            Some(Gender::Female) => "Female",
            Some(Gender::Male) => "Male",
            Some(Gender::Neutral) | None => "Neutral",
        },
        secondary_locale_list: voice.languages.iter().filter(|tag| **tag != locale).cloned().collect(),
        locale_name: locale.clone(),
        locale,
        style_list: list("StyleList"),
        role_play_list: list("RolePlayList"),
        sample_rate_hertz: said("SampleRateHertz").unwrap_or_else(|| "24000".to_owned()),
        voice_type: said("VoiceType").unwrap_or_else(|| "Neural".to_owned()),
        status: said("Status").unwrap_or_else(|| usual_status.to_owned()),
    }
}
