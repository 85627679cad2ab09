//! `/api/v1/voices`: everybody who can speak, at every backend, as one list.

use ::speech::{ErrorKind, SpeechError, VoiceId, VoiceStatus};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use catalog::{Change, Entry, Page, What};
use http::Uri;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Schema, Type};
use wire::Query;
use wire::soundboard::{
    CapabilitiesBody, ChangeBody, ChangesBody, EquivalentBody, EquivalentsBody, VoiceBody, VoicesBody,
};

use crate::doors::Rooms;
use crate::fault::Fault;
use crate::openapi::{Absent, Refused};
use crate::stack::Client;

/// The nearest voices that are told of each other backend.
const NEAREST: usize = 1;

/// Changes of a page, at most and unless it says otherwise.
const MOST_CHANGES: u64 = 500;
const USUAL_CHANGES: u64 = 100;

const NO_VOICE: Fault =
    Fault::NotThere { code: "unknown_voice", words: "There is no voice of that id or name." };

/// The parameters of a search, as the catalogue names them.
pub(super) struct Search;

impl IntoParams for Search {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = || Some(Schema::Object(Object::with_type(Type::String)));
        let parameter = |name: &str| {
            ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).schema(text()).build()
        };
        catalog::Query::parameters().map(parameter).collect()
    }
}

/// Searches the voices of all backends.
///
/// A voice must pass all filters; of several values of one, with commas in between, it must have any. `q` is free text, and
/// forgives typos.
#[utoipa::path(
    get,
    path = "/api/v1/voices",
    operation_id = "voices",
    tag = "voices",
    params(Search),
    responses((status = 200, description = "A page of voices.", body = VoicesBody), Refused),
)]
pub(super) async fn search(State(rooms): State<Rooms>, uri: Uri) -> Result<Json<VoicesBody>, Fault> {
    let query = catalog::Query::parse(Query::parse(uri.query()).pairs())?;
    Ok(Json(listed(&rooms.engine.index().search(&query))))
}

/// Shows a voice.
#[utoipa::path(
    get,
    path = "/api/v1/voices/{voice}",
    operation_id = "voice",
    tag = "voices",
    params(("voice" = String, Path, description = "`backend:voice`, or any other name that finds it.")),
    responses((status = 200, description = "The voice.", body = VoiceBody), Absent, Refused),
)]
pub(super) async fn one(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<VoiceBody>, Fault> {
    let id = known(&rooms, &client, name)?;
    rooms.engine.index().get(&id).map(|entry| Json(described(entry))).ok_or(NO_VOICE)
}

/// Lists the nearest voice of each other backend.
///
/// Language counts first, then gender, age, accent and style.
#[utoipa::path(
    get,
    path = "/api/v1/voices/{voice}/equivalents",
    operation_id = "equivalents",
    tag = "voices",
    params(("voice" = String, Path, description = "`backend:voice`, or any other name that finds it.")),
    responses((status = 200, description = "Who sounds like it.", body = EquivalentsBody), Absent, Refused),
)]
pub(super) async fn equivalents(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<EquivalentsBody>, Fault> {
    let id = known(&rooms, &client, name)?;
    let index = rooms.engine.index();
    let entry = index.get(&id).ok_or(NO_VOICE)?;
    let others = index.backends().filter(|backend| *backend != id.backend);
    let mut near: Vec<_> = others.flat_map(|backend| index.nearest(entry, Some(backend), NEAREST)).collect();
    near.sort_by(|one, other| other.score.total_cmp(&one.score));
    let equivalents = near.into_iter().map(|near| EquivalentBody {
        id: near.entry.voice.id.to_string(),
        score: near.score,
        reasons: near.reasons.into_iter().map(catalog::Reason::name).collect(),
    });
    Ok(Json(EquivalentsBody { equivalents: equivalents.collect() }))
}

/// Lists what voices have come, gone and been renamed, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/voices/changes",
    operation_id = "voice_changes",
    tag = "voices",
    params(
        ("before" = Option<i64>, Query, description = "Only those before that number: `next_before` of an earlier answer."),
        ("limit" = Option<u64>, Query, description = "1 to 500; 100 unless it says otherwise."),
    ),
    responses((status = 200, description = "What has changed.", body = ChangesBody), Refused),
)]
pub(super) async fn changes(State(rooms): State<Rooms>, uri: Uri) -> Result<Json<ChangesBody>, Fault> {
    let query = Query::parse(uri.query());
    query.only(&["before", "limit"]).map_err(SpeechError::from)?;
    let before = query.number("before", 0..=i64::MAX as u64, "a number of an earlier answer");
    let limit = query.number("limit", 1..=MOST_CHANGES, "a whole number from 1 to 500");
    let before = before.map_err(SpeechError::from)?.map(|before| before as i64);
    let limit = limit.map_err(SpeechError::from)?.unwrap_or(USUAL_CHANGES) as usize;
    let changes = rooms.engine.changes(before, limit).await?;
    let next_before = changes.last().filter(|_| changes.len() == limit).map(|change| change.number);
    Ok(Json(ChangesBody { changes: changes.into_iter().map(changed).collect(), next_before }))
}

/// The voice in a path, by any name that a request of that client may use.
pub(super) fn known(
    rooms: &Rooms,
    client: &Client,
    name: Result<Path<String>, PathRejection>,
) -> Result<VoiceId, Fault> {
    let Path(name) = name.map_err(|_| NO_VOICE)?;
    rooms.engine.resolve(&client.own.aliases, None, &name).map_err(|error| match error.kind() {
        ErrorKind::UnknownVoice => NO_VOICE,
        _ => error.into(),
    })
}

/// Nobody is asked to speak a language that there is not.
pub(super) fn known_language(tag: Option<&str>) -> Result<(), SpeechError> {
    catalog::Query::parse(tag.map(|tag| ("language", tag))).map(drop)
}

/// The answer's body.
pub fn listed(page: &Page<'_>) -> VoicesBody {
    VoicesBody {
        voices: page.voices.iter().map(|entry| described(entry)).collect(),
        total: page.total,
        facets: page.facets.clone(),
        next_cursor: page.next_cursor.clone(),
    }
}

fn described(entry: &Entry) -> VoiceBody {
    let (voice, able) = (&entry.voice, &entry.capabilities);
    let (status, reason) = match &voice.status {
        VoiceStatus::Available => ("available", None),
        VoiceStatus::Unavailable { reason } => ("unavailable", Some(reason.clone())),
    };
    VoiceBody {
        id: voice.id.to_string(),
        name: voice.name.clone(),
        backend: voice.id.backend.clone(),
        kind: entry.kind.to_string(),
        languages: voice.languages.clone(),
        locale: entry.locale.clone(),
        accent: entry.accent.clone(),
        gender: voice.gender.map(::speech::Gender::name),
        age: entry.age.map(catalog::Age::name),
        styles: entry.styles.clone(),
        use_cases: entry.use_cases.clone(),
        description: voice.description.clone(),
        labels: voice.labels.clone(),
        models: entry.models.clone(),
        capabilities: CapabilitiesBody {
            ssml: able.ssml,
            timings: able.timings,
            visemes: able.visemes,
            cloning: able.cloning,
            emotion: able.emotion,
            streaming: able.streaming,
            formats: able.formats.iter().map(|codec| codec.name()).collect(),
            sample_rates: able.sample_rates.clone(),
        },
        price_per_1k_nanos: entry.price_per_1k.map(|price| price.get()),
        price_per_1k_usd: entry.price_per_1k.map(|price| price.to_string()),
        quality: entry.quality,
        status,
        reason,
        deprecated_after: voice.deprecated_after.map(|day| day.to_string()),
    }
}

fn changed(Change { number, at_unix_ms, voice, what }: Change) -> ChangeBody {
    let (change, name, from) = match what {
        What::Added { name } => ("added", name, None),
        What::Removed { name } => ("removed", name, None),
        What::Renamed { from, to } => ("renamed", to, Some(from)),
    };
    ChangeBody { number, at_unix_ms, voice: voice.to_string(), change, name, from }
}
