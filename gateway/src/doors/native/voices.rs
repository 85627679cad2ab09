//! `/api/v1/voices`: everybody who can speak, at every backend, as one list.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::speech::{ErrorKind, SpeechError, VoiceId, VoiceStatus};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use catalog::{Change, Entry, Page, What};
use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
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

/// What a path cannot hold as it is, beside what [`CONTROLS`] are.
const IN_PATHS: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'/').add(b'<').add(b'>').add(b'?');

/// The parameters of a search, as the catalogue names them.
pub(super) struct Search;

impl IntoParams for Search {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        catalog::Query::parameters().map(described_as_sent).collect()
    }
}

/// Several values are one text, with commas in between.
fn described_as_sent(parameter: catalog::Parameter) -> Parameter {
    let catalog::Parameter { name, says, choices, takes_several } = parameter;
    let value = ObjectBuilder::new()
        .schema_type(if name == "limit" { Type::Integer } else { Type::String })
        .enum_values((!choices.is_empty()).then_some(choices))
        .build();
    let builder = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).description(Some(says));
    let builder = match takes_several {
        true => builder
            .schema(Some(ArrayBuilder::new().items(value).build()))
            .style(Some(ParameterStyle::Form))
            .explode(Some(false)),
        false => builder.schema(Some(value)),
    };
    builder.build()
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
pub(super) async fn search(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
    uri: Uri,
) -> Result<Json<VoicesBody>, Fault> {
    let query = catalog::Query::parse(Query::parse(uri.query()).pairs())?;
    let aliases = rooms.engine.aliases(&client.own.aliases);
    Ok(Json(listed(&rooms.engine.index().search(&query), &aliases)))
}

/// Shows a voice, also one that can be spoken with and is in no list.
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
    uri: Uri,
) -> Result<Json<VoiceBody>, Fault> {
    let name = sent(name)?;
    asks_for_no_more(&uri)?;
    let entry = known(&rooms, &client, &name)?;
    let id = &entry.voice.id;
    let aliases = rooms.engine.aliases(&client.own.aliases);
    let alias_of = aliases.get(&name).map(VoiceId::to_string);
    let names = aliases.iter().filter(|(_, target)| *target == id).map(|(name, _)| name.clone()).collect();
    Ok(Json(VoiceBody { alias_of, ..described(&entry, names) }))
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
    uri: Uri,
) -> Result<Json<EquivalentsBody>, Fault> {
    asks_for_no_more(&uri)?;
    let entry = known(&rooms, &client, &sent(name)?)?;
    let index = rooms.engine.index();
    let others = index.backends().filter(|backend| *backend != entry.voice.id.backend);
    let mut near: Vec<_> = others.flat_map(|backend| index.nearest(&entry, Some(backend), NEAREST)).collect();
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

/// Whoever asks for a part of what there is must not take all for that part.
pub(super) fn asks_for_no_more(uri: &Uri) -> Result<(), SpeechError> {
    Query::parse(uri.query()).only(&[]).map_err(SpeechError::from)
}

/// The name in a path.
pub(super) fn sent(name: Result<Path<String>, PathRejection>) -> Result<String, Fault> {
    let no_text =
        || SpeechError::new(ErrorKind::UnknownVoice, "The path names no voice in UTF-8.").about("voice");
    name.map(|Path(name)| name).map_err(|_| Fault::NoVoice(Arc::new(no_text())))
}

/// The voice of any name that a request of that client may use; by its id also one that cannot speak now.
pub(super) fn known(rooms: &Rooms, client: &Client, name: &str) -> Result<Entry, Fault> {
    let found = rooms.engine.resolve(&client.own.aliases, None, name);
    let refused = match found {
        Ok(id) => match rooms.engine.entry(&id) {
            Some(entry) => return Ok(entry),
            None => {
                SpeechError::new(ErrorKind::UnknownVoice, "Nothing is known of that voice.").about("voice")
            }
        },
        Err(refused) => refused,
    };
    let index = rooms.engine.index();
    let listed = VoiceId::parse(name).and_then(|id| index.get(&id).cloned());
    listed.ok_or_else(|| match refused.kind() {
        ErrorKind::UnknownVoice => Fault::NoVoice(Arc::new(refused)),
        _ => refused.into(),
    })
}

/// Nobody is asked to speak a language that there is not.
pub(super) fn known_language(tag: Option<&str>) -> Result<(), SpeechError> {
    catalog::Query::parse(tag.map(|tag| ("language", tag))).map(drop)
}

/// The answer's body, for whom these are other names of voices.
pub fn listed(page: &Page<'_>, aliases: &BTreeMap<String, VoiceId>) -> VoicesBody {
    let mut names: BTreeMap<&VoiceId, Vec<String>> = BTreeMap::new();
    aliases.iter().for_each(|(name, target)| names.entry(target).or_default().push(name.clone()));
    let voices = page.voices.iter();
    VoicesBody {
        voices: voices
            .map(|entry| described(entry, names.remove(&entry.voice.id).unwrap_or_default()))
            .collect(),
        total: page.total,
        facets: page.facets.clone(),
        next_cursor: page.next_cursor.clone(),
    }
}

fn described(entry: &Entry, aliases: Vec<String>) -> VoiceBody {
    let (voice, able) = (&entry.voice, &entry.capabilities);
    let (status, reason) = match &voice.status {
        VoiceStatus::Available => ("available", None),
        VoiceStatus::Unavailable { reason } => ("unavailable", Some(reason.clone())),
    };
    VoiceBody {
        id: voice.id.to_string(),
        alias_of: None,
        aliases,
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
        preview: format!("/api/v1/voices/{}/preview", utf8_percent_encode(&voice.id.to_string(), IN_PATHS)),
        preview_url: voice.preview_url.clone(),
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
