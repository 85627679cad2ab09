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
use crate::stack::Request;

const DAY_MS: i64 = 86_400_000;

/// `POST /api/v1/clients/{client}/keys`: the answer is the only one that ever holds the key.
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
    add(&office, client.id, minted, now, expires_unix_ms).await
}

/// `GET /api/v1/clients/{client}/keys`.
pub(super) async fn all(
    State(office): State<Office>,
    KnownClient(client): KnownClient,
) -> Result<Json<KeysBody>, Fault> {
    let keys = office.accounts.keys(&client.id).await.map_err(unavailable)?;
    Ok(Json(KeysBody { keys: keys.into_iter().map(KeyBody::from).collect() }))
}

/// `POST /api/v1/clients/{client}/keys/{key}/rotate`: a new key in the place of the old one, which opens nothing any more
/// once its grace is over. The new one lasts as long as the old one was made for, and the budgets of the old one are its
/// own, too, with nothing spent.
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
    // Before the key is there, so that it never opens anything beyond them.
    inherit_budgets(&office, &client.id, &old.prefix, &minted.prefix).await?;
    let end = lifetime.map(|lifetime| now.saturating_add(lifetime));
    let answer = add(&office, client.id, minted, now, end).await?;
    let grace_ms = grace_seconds.saturating_mul(1000);
    office.accounts.expire_key(&old.prefix, now.saturating_add(grace_ms)).await.map_err(unavailable)?;
    Ok(answer)
}

/// `DELETE /api/v1/clients/{client}/keys/{key}`: it opens nothing any more. It stays in the list.
pub(super) async fn revoke(
    State(office): State<Office>,
    KnownKey(_, key): KnownKey,
) -> Result<StatusCode, Fault> {
    office.accounts.expire_key(&key.prefix, office.clock.unix_ms()).await.map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn add(
    office: &Office,
    client: String,
    Minted { prefix, key, digest }: Minted,
    created_unix_ms: i64,
    expires_unix_ms: Option<i64>,
) -> Result<impl IntoResponse + use<>, Fault> {
    let stored = Key { prefix, client, digest, created_unix_ms, expires_unix_ms };
    if !office.accounts.add_key(stored.clone()).await.map_err(unavailable)? {
        return Err(SpeechError::internal("a random prefix came twice").into());
    }
    let body = NewKeyBody { known: stored.into(), key: key.expose_secret().to_owned() };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)))
}

async fn inherit_budgets(office: &Office, client: &str, old: &str, new: &str) -> Result<(), Fault> {
    let mut budgets = office.accounts.budgets(client).await.map_err(unavailable)?;
    let mut inherited: Vec<_> =
        budgets.iter().filter(|budget| budget.key.as_deref() == Some(old)).cloned().collect();
    if inherited.is_empty() {
        return Ok(());
    }
    inherited.iter_mut().for_each(|budget| budget.key = Some(new.to_owned()));
    budgets.append(&mut inherited);
    office.accounts.set_budgets(client, budgets).await.map_err(unavailable)
}
