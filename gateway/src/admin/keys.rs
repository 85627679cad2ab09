//! `/api/v1/clients/{client}/keys`: what clients show to be known by.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use billing::Key;
use http::{StatusCode, header};
use secrecy::ExposeSecret as _;
use security::Minted;
use speech::SpeechError;
use wire::soundboard::{CreateKey, KeyBody, KeysBody, NewKeyBody, RotateKey};

use super::Office;
use super::known::{KnownClient, KnownKey};
use crate::doors::json;
use crate::fault::{Fault, unavailable};
use crate::openapi::{Absent, Refused};
use crate::stack::Request;

const DAY_MS: i64 = 86_400_000;

/// Makes a key.
///
/// The answer is the only one that ever holds the key.
#[utoipa::path(
    post,
    path = "/api/v1/clients/{client}/keys",
    operation_id = "create_key",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name.")),
    request_body = Option<CreateKey>,
    responses((status = 201, description = "The key, this once.", body = NewKeyBody), Absent, Refused),
)]
pub(super) async fn create(
    State(office): State<Office>,
    client: KnownClient,
    request: Request,
) -> Result<impl IntoResponse, Fault> {
    let client = client.remembered()?;
    let (parts, body) = request.into_parts();
    let body = json::read_if_any(&parts.headers, body, &office.config).await?;
    let CreateKey { expires_in_days } = CreateKey::from_json(&body).map_err(SpeechError::from)?;
    let (minted, now) = (security::mint(&office.pepper), office.clock.unix_ms());
    let expires_unix_ms = expires_in_days.map(|days| now.saturating_add(days.saturating_mul(DAY_MS)));
    let key = stored(&minted, client.id, now, expires_unix_ms);
    let is_new = office.accounts.add_key(key.clone()).await.map_err(unavailable)?;
    shown(key, &minted, is_new)
}

/// Lists a client's keys.
#[utoipa::path(
    get,
    path = "/api/v1/clients/{client}/keys",
    operation_id = "keys",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name.")),
    responses((status = 200, description = "Every key, by age; none of them in full.", body = KeysBody), Absent, Refused),
)]
pub(super) async fn all(
    State(office): State<Office>,
    KnownClient(client): KnownClient,
) -> Result<Json<KeysBody>, Fault> {
    let keys = office.accounts.keys(&client.id).await.map_err(unavailable)?;
    Ok(Json(KeysBody { keys: keys.into_iter().map(KeyBody::from).collect() }))
}

/// Puts a new key in the place of an old one.
///
/// The old one opens nothing any more once its grace is over. The new one lasts as long as the old one was made for, and the budgets of the old one are its
/// own, too, with nothing spent.
#[utoipa::path(
    post,
    path = "/api/v1/clients/{client}/keys/{key}/rotate",
    operation_id = "rotate_key",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name."), ("key" = String, Path, description = "Its public prefix.")),
    request_body = Option<RotateKey>,
    responses((status = 201, description = "The new key, this once.", body = NewKeyBody), Absent, Refused),
)]
pub(super) async fn rotate(
    State(office): State<Office>,
    KnownKey(client, old): KnownKey,
    request: Request,
) -> Result<impl IntoResponse, Fault> {
    let (parts, body) = request.into_parts();
    let body = json::read_if_any(&parts.headers, body, &office.config).await?;
    let RotateKey { grace_seconds } = RotateKey::from_json(&body).map_err(SpeechError::from)?;
    let (minted, now) = (security::mint(&office.pepper), office.clock.unix_ms());
    if old.expires_unix_ms.is_some_and(|end| end <= now) {
        let message = "The key has ended; make another instead of rotating it.";
        return Err(SpeechError::invalid_parameter("key", message).into());
    }
    let lifetime = old.expires_unix_ms.map(|end| end.saturating_sub(old.created_unix_ms));
    let key = stored(&minted, client.id, now, lifetime.map(|lifetime| now.saturating_add(lifetime)));
    let old_ends = now.saturating_add(grace_seconds.saturating_mul(1000));
    let rotated = office.accounts.rotate_key(&old.prefix, key.clone(), old_ends);
    shown(key, &minted, rotated.await.map_err(unavailable)?)
}

/// Ends a key.
///
/// It opens nothing any more. It stays in the list.
#[utoipa::path(
    delete,
    path = "/api/v1/clients/{client}/keys/{key}",
    operation_id = "revoke_key",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name."), ("key" = String, Path, description = "Its public prefix.")),
    responses((status = 204, description = "It opens nothing any more."), Absent, Refused),
)]
pub(super) async fn revoke(
    State(office): State<Office>,
    KnownKey(_, key): KnownKey,
) -> Result<StatusCode, Fault> {
    office.accounts.expire_key(&key.prefix, office.clock.unix_ms()).await.map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is stored of a new key.
fn stored(minted: &Minted, client: String, created_unix_ms: i64, expires_unix_ms: Option<i64>) -> Key {
    let Minted { prefix, digest, pepper, .. } = minted;
    Key {
        prefix: prefix.clone(),
        client,
        digest: *digest,
        pepper: Some(pepper.clone()),
        created_unix_ms,
        expires_unix_ms,
    }
}

/// The only answer that ever holds the key.
fn shown(stored: Key, minted: &Minted, is_new: bool) -> Result<impl IntoResponse + use<>, Fault> {
    if !is_new {
        return Err(SpeechError::internal("a random prefix came twice").into());
    }
    let body = NewKeyBody { known: stored.into(), key: minted.key.expose_secret().to_owned() };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)))
}
