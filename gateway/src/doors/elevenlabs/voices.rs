//! The voices.

use std::collections::BTreeMap;

use ::speech::{Aliases, Gender, SpeechError, VoiceStatus};
use axum::extract::State;
use axum::{Extension, Json};
use engine::Engine;
use http::Uri;
use wire::Query;
use wire::elevenlabs::{DefaultSettings, VerifiedLanguage, Voice, VoicePage, VoiceSearch, Voices};

use super::named::VoiceName;
use crate::doors::Rooms;
use crate::doors::voices::{self, Named};
use crate::fault::Fault;
use crate::stack::Client;

/// `GET /v1/voices`: every voice that can speak, by the shortest name that finds it, then every other name of one.
pub(super) async fn all(State(rooms): State<Rooms>, Extension(client): Extension<Client>) -> Json<Voices> {
    Json(Voices { voices: speaking(&rooms.engine, &client.own.aliases) })
}

/// `GET /v2/voices`.
pub(super) async fn search(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
    uri: Uri,
) -> Result<Json<VoicePage>, Fault> {
    let search = VoiceSearch::read(Query::parse(uri.query())).map_err(SpeechError::from)?;
    Ok(Json(search.page(speaking(&rooms.engine, &client.own.aliases)).map_err(SpeechError::from)?))
}

/// `GET /v1/voices/{voice_id}`: by any name that a request may use.
pub(super) async fn one(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
    VoiceName(name): VoiceName,
) -> Result<Json<Voice>, Fault> {
    let id = rooms.engine.resolve(&client.own.aliases, None, &name)?;
    let models = main_models(&rooms.engine);
    let found = rooms.engine.voices().into_iter().find(|voice| voice.id == id);
    // A mix of voices is in no list.
    let voice = found.unwrap_or_else(|| ::speech::Voice::named(&id.backend, &id.voice));
    let alias_of = (name != id.voice && name != id.to_string()).then_some(id);
    Ok(Json(described(Named { name, voice, alias_of }, &models)))
}

/// `GET /v1/voices/{voice_id}/settings`: no voice has any of its own.
pub(super) async fn settings(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
    VoiceName(name): VoiceName,
) -> Result<Json<DefaultSettings>, Fault> {
    rooms.engine.resolve(&client.own.aliases, None, &name)?;
    Ok(default_settings().await)
}

/// `GET /v1/voices/settings/default`.
pub(super) async fn default_settings() -> Json<DefaultSettings> {
    Json(DefaultSettings::default())
}

fn speaking(engine: &Engine, own: &Aliases) -> Vec<Voice> {
    let models = main_models(engine);
    let named = voices::named(engine, own).into_iter();
    let speaking = named.filter(|named| named.voice.status == VoiceStatus::Available);
    speaking.map(|named| described(named, &models)).collect()
}

/// The model of each backend that speaks when none is asked for.
fn main_models(engine: &Engine) -> BTreeMap<String, String> {
    let mut models = BTreeMap::new();
    for name in engine.models() {
        models.entry(name.backend).or_insert(name.model.id);
    }
    models
}

fn described(Named { name, voice, alias_of }: Named, models: &BTreeMap<String, String>) -> Voice {
    let mut labels = voice.labels;
    let mut label = |key: &str, value: String| _ = labels.insert(key.to_owned(), value);
    label("backend", voice.id.backend.clone());
    if let Some(gender) = voice.gender.map(Gender::name) {
        label("gender", gender.to_owned());
    }
    if let Some(tag) = voice.languages.first() {
        label("language", tag.clone());
    }
    if let Some(target) = &alias_of {
        label("alias_of", target.to_string());
    }
    let model = models.get(&voice.id.backend);
    let verified = model
        .into_iter()
        .flat_map(|model| voice.languages.iter().map(move |tag| VerifiedLanguage::of(tag, model.clone())));
    let mut entry = Voice::named(name);
    entry.name = match alias_of {
        Some(_) => format!("{} ({})", voice.name, entry.voice_id),
        None => voice.name,
    };
    entry.labels = labels;
    entry.description = voice.description;
    entry.preview_url = voice.preview_url;
    entry.high_quality_base_model_ids = model.cloned().into_iter().collect();
    entry.verified_languages = verified.collect();
    entry
}
