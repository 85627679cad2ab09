//! What there is to ask for.

use std::collections::BTreeMap;

use ::speech::{ErrorKind, Gender, SpeechError, Voice, VoiceStatus};
use axum::Json;
use axum::extract::{Path, State};
use wire::openai;

use crate::doors::Rooms;
use crate::fault::Fault;

/// `GET /v1/models`.
pub(in crate::doors) async fn models(State(rooms): State<Rooms>) -> Json<openai::List<openai::Model>> {
    Json(offered(&rooms).into())
}

/// `GET /v1/models/{id}`.
pub(super) async fn model(
    State(rooms): State<Rooms>,
    Path(id): Path<String>,
) -> Result<Json<openai::Model>, Fault> {
    let models = offered(&rooms);
    let known: Vec<String> = models.iter().map(|model| model.id.clone()).collect();
    models.into_iter().find(|model| model.id == id).map(Json).ok_or_else(|| {
        SpeechError::new(ErrorKind::UnknownModel, "There is no model of that name.")
            .about("model")
            .allowing(known)
            .into()
    })
}

/// Offered since this gateway started: nobody knows when a model was "created".
fn offered(rooms: &Rooms) -> Vec<openai::Model> {
    let models = rooms.engine.models().into_iter();
    models.map(|model| openai::Model::new(model.id, rooms.since, model.backend)).collect()
}

/// `GET /v1/audio/voices`: every voice by the shortest name that finds it, then every alias.
pub(super) async fn voices(State(rooms): State<Rooms>) -> Json<openai::Voices> {
    let voices = rooms.engine.voices();
    let mut namesakes = BTreeMap::new();
    for voice in &voices {
        *namesakes.entry(voice.id.voice.as_str()).or_insert(0) += 1;
    }
    let own = voices.iter().map(|voice| {
        let unique = namesakes.get(voice.id.voice.as_str()) == Some(&1);
        entry(if unique { voice.id.voice.clone() } else { voice.id.to_string() }, voice)
    });
    let aliases = rooms.engine.aliases();
    let aliases = aliases.into_iter().filter_map(|(alias, target)| {
        let voice = voices.iter().find(|voice| voice.id == target)?;
        let alias_of = Some(target.to_string());
        Some(openai::Voice { name: alias.clone(), alias_of, ..entry(alias, voice) })
    });
    Json(openai::Voices { voices: own.chain(aliases).collect() })
}

fn entry(id: String, voice: &Voice) -> openai::Voice {
    let (status, reason) = match &voice.status {
        VoiceStatus::Available => ("available", None),
        VoiceStatus::Unavailable { reason } => ("unavailable", Some(reason.clone())),
    };
    openai::Voice {
        id,
        name: voice.name.clone(),
        alias_of: None,
        backend: voice.id.backend.clone(),
        language: voice.languages.first().cloned(),
        gender: voice.gender.map(|gender| match gender {
            Gender::Female => "female",
            Gender::Male => "male",
            Gender::Neutral => "neutral",
        }),
        status,
        reason,
    }
}
