//! What there is to ask for.

use ::speech::{ErrorKind, Gender, SpeechError, VoiceStatus};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use wire::openai;

use crate::doors::Rooms;
use crate::doors::voices::{self, Named};
use crate::fault::Fault;
use crate::stack::Client;

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

/// `GET /v1/audio/voices`: every voice by the shortest name that finds it, then every alias, the client's own among them.
pub(super) async fn voices(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
) -> Json<openai::Voices> {
    let named = voices::named(&rooms.engine, &client.own.aliases);
    Json(openai::Voices { voices: named.into_iter().map(entry).collect() })
}

fn entry(Named { name, voice, alias_of }: Named) -> openai::Voice {
    let (status, reason) = match voice.status {
        VoiceStatus::Available => ("available", None),
        VoiceStatus::Unavailable { reason } => ("unavailable", Some(reason)),
    };
    openai::Voice {
        name: if alias_of.is_some() { name.clone() } else { voice.name },
        id: name,
        alias_of: alias_of.map(|target| target.to_string()),
        backend: voice.id.backend,
        language: voice.languages.into_iter().next(),
        gender: voice.gender.map(Gender::name),
        status,
        reason,
    }
}
