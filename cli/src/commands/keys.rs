//! Makes, rotates and revokes API keys.

use billing::{Accounts, Budget, Key};
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
                let minted = security::mint(&compose::pepper(config)?);
                add(&store, client, minted, expiry.lifetime_ms(), global).await.map(drop)
            }
            KeysAction::List { client } => list(&store, client.as_deref(), global).await,
            KeysAction::Rotate { prefix, expiry, grace } => {
                let old = found(&store, prefix).await?;
                let minted = security::mint(&compose::pepper(config)?);
                rotate(&store, &old, minted, expiry.lifetime_ms(), grace.unwrap_or_default(), global).await
            }
            KeysAction::Revoke { prefix } => revoke(&store, prefix, global).await,
        }
    })
}

/// From here on the key opens; this is the only time that it is shown. Says since when.
async fn add(
    store: &Database,
    client: String,
    Minted { prefix, key, digest }: Minted,
    lifetime_ms: Option<i64>,
    global: &Global,
) -> Result<i64, Failure> {
    let now = SystemClock.unix_ms();
    let expires_unix_ms = lifetime_ms.map(|lifetime| now.saturating_add(lifetime));
    let stored = Key { prefix, client, digest, created_unix_ms: now, expires_unix_ms };
    if !store.add_key(stored.clone()).await.map_err(unread)? {
        return Err(SpeechError::internal("a random prefix came twice").into());
    }
    match global.json {
        true => print_json(&json!(NewKeyBody { known: stored.into(), key: key.expose_secret().to_owned() }))?,
        false => print(&format!("{}\n", key.expose_secret()))?,
    }
    Ok(now)
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
    if old.expires_unix_ms.is_some_and(|end| end <= SystemClock.unix_ms()) {
        return Err(refused("prefix", "The key has ended; make another instead of rotating it.".to_owned()));
    }
    let lifetime = lifetime_ms.or(old.expires_unix_ms.map(|end| end.saturating_sub(old.created_unix_ms)));
    let mut budgets = store.budgets(&old.client).await.map_err(unread)?;
    let inherited = budgets.iter().filter(|budget| budget.key.as_ref() == Some(&old.prefix)).cloned();
    let inherited: Vec<Budget> =
        inherited.map(|budget| Budget { key: Some(new.prefix.clone()), ..budget }).collect();
    if !inherited.is_empty() {
        // Before the key is there, so that it never opens anything beyond them.
        budgets.extend(inherited);
        store.set_budgets(&old.client, budgets).await.map_err(unread)?;
    }
    let now = add(store, old.client.clone(), new, lifetime, global).await?;
    store.expire_key(&old.prefix, now.saturating_add(grace_ms)).await.map_err(unread).map(drop)
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
