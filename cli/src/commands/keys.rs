//! Makes, rotates and revokes API keys.

use billing::{Accounts, Key};
use secrecy::ExposeSecret as _;
use security::Minted;
use serde_json::json;
use speech::{Clock as _, SpeechError};
use store::Database;
use wire::soundboard::{KeyBody, KeysBody, NewKeyBody};

use super::clients::{known, moment, opened, refused, remembered, unread};
use super::{block_on, columns, print, print_json};
use crate::args::{Global, Keys, KeysAction};
use crate::compose;
use crate::config::Config;
use crate::environment::SystemClock;
use crate::failure::Failure;

/// Does what is asked about keys.
pub(crate) fn run(keys: &Keys, config: &Config, global: &Global) -> Result<(), Failure> {
    block_on(async {
        let store = opened(config).await?;
        match &keys.action {
            KeysAction::Create { client, expiry } => {
                let client = remembered(known(&store, client).await?)?.id;
                let minted = security::mint(&compose::pepper(config, &store).await?);
                let key = stored(&minted, client, SystemClock.unix_ms(), expiry.lifetime_ms());
                let is_new = store.add_key(key.clone()).await.map_err(unread)?;
                show(key, &minted, is_new, global)
            }
            KeysAction::List { client } => list(&store, client.as_deref(), global).await,
            KeysAction::Rotate { prefix, expiry, grace } => {
                let old = found(&store, prefix).await?;
                let minted = security::mint(&compose::pepper(config, &store).await?);
                rotate(&store, &old, minted, expiry.lifetime_ms(), grace.unwrap_or_default(), global).await
            }
            KeysAction::Revoke { prefix } => revoke(&store, prefix, global).await,
        }
    })
}

/// What is stored of a new key.
fn stored(minted: &Minted, client: String, created_unix_ms: i64, lifetime_ms: Option<i64>) -> Key {
    let Minted { prefix, digest, pepper, .. } = minted;
    Key {
        prefix: prefix.clone(),
        client,
        digest: *digest,
        pepper: Some(pepper.clone()),
        created_unix_ms,
        expires_unix_ms: lifetime_ms.map(|lifetime| created_unix_ms.saturating_add(lifetime)),
    }
}

/// This is the only time that the key is shown.
fn show(stored: Key, minted: &Minted, is_new: bool, global: &Global) -> Result<(), Failure> {
    if !is_new {
        return Err(SpeechError::internal("a random prefix came twice").into());
    }
    let key = minted.key.expose_secret();
    match global.json {
        true => print_json(&json!(NewKeyBody { known: stored.into(), key: key.to_owned() })),
        false => print(&format!("{key}\n")),
    }
}

async fn list(store: &Database, client: Option<&str>, global: &Global) -> Result<(), Failure> {
    let clients = match client {
        Some(client) => vec![known(store, client).await?],
        None => store.clients().await.map_err(unread)?,
    };
    let mut keys = Vec::new();
    for client in clients {
        let name = client.name.unwrap_or_else(|| client.id.clone());
        let of_client = store.keys(&client.id).await.map_err(unread)?;
        keys.extend(of_client.into_iter().map(|key| (name.clone(), key)));
    }
    if global.json {
        let keys = keys.into_iter().map(|(_, key)| KeyBody::from(key)).collect();
        return print_json(&json!(KeysBody { keys }));
    }
    let now = SystemClock.unix_ms();
    let head = ["KEY", "CLIENT", "SINCE", "UNTIL"].map(str::to_owned);
    let rows = keys.into_iter().map(|(client, key)| {
        let until = match key.expires_unix_ms {
            None => "-".to_owned(),
            Some(end) if end <= now => format!("{} (ended)", moment(end)),
            Some(end) => moment(end),
        };
        [key.prefix, client, moment(key.created_unix_ms), until]
    });
    print(&columns(std::iter::once(head).chain(rows)))
}

/// As `POST /api/v1/clients/{client}/keys/{key}/rotate`: the new key lasts as long as the old one was made for, and the
/// old one's budgets are its own, too, with nothing spent.
async fn rotate(
    store: &Database,
    old: &Key,
    new: Minted,
    lifetime_ms: Option<i64>,
    grace_ms: i64,
    global: &Global,
) -> Result<(), Failure> {
    let now = SystemClock.unix_ms();
    if old.expires_unix_ms.is_some_and(|end| end <= now) {
        return Err(refused("prefix", "The key has ended; make another instead of rotating it.".to_owned()));
    }
    let lifetime = lifetime_ms.or(old.expires_unix_ms.map(|end| end.saturating_sub(old.created_unix_ms)));
    let key = stored(&new, old.client.clone(), now, lifetime);
    let rotated = store.rotate_key(&old.prefix, key.clone(), now.saturating_add(grace_ms));
    show(key, &new, rotated.await.map_err(unread)?, global)
}

async fn revoke(store: &Database, prefix: &str, global: &Global) -> Result<(), Failure> {
    let key = found(store, prefix).await?;
    store.expire_key(&key.prefix, SystemClock.unix_ms()).await.map_err(unread)?;
    match global.json {
        true => print_json(&json!({ "revoked": key.prefix })),
        false => print(&format!("{} opens nothing any more\n", key.prefix)),
    }
}

/// The key of that prefix; the whole key will do.
async fn found(store: &Database, prefix: &str) -> Result<Key, Failure> {
    let prefix = security::prefix_of(prefix.as_bytes()).unwrap_or(prefix);
    store.key(prefix).await.map_err(unread)?.ok_or_else(|| {
        refused(
            "prefix",
            "There is no key of that prefix; 'voice-soundboard keys list' shows those that there are."
                .to_owned(),
        )
    })
}
