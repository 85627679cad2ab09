//! Clients, what they prefer, their keys and their budgets.

mod forget;

use billing::{Accounts, Amendment, Budget, Client, Key, LedgerError, Preferences};
use serde_json::json;
use speech::BoxFuture;
use sqlx::AnyConnection;

use crate::dialect::Dialect;
use crate::ledger::budgets;
use crate::{Database, StoreError};

impl Accounts for Database {
    fn create(&self, client: Client, budgets: Vec<Budget>) -> BoxFuture<Result<bool, LedgerError>> {
        let dialect = self.dialect;
        self.writing(move |connection| {
            Box::pin(async move {
                let id = client.id.clone();
                let is_new = add(connection, client).await?;
                if is_new {
                    give(connection, dialect, id, &budgets).await?;
                }
                Ok(is_new)
            })
        })
    }

    fn ensure(&self, client: Client) -> BoxFuture<Result<bool, LedgerError>> {
        self.writing(move |connection| {
            Box::pin(async move {
                Ok(add(connection, client.clone()).await? || prefers(connection, client).await?)
            })
        })
    }

    fn clients(&self) -> BoxFuture<Result<Vec<Client>, LedgerError>> {
        let every = sqlx::query_as(
            "SELECT id, name, created, preferences FROM clients ORDER BY name IS NULL, name, id",
        );
        self.reading(|connection| {
            Box::pin(async move { every.fetch_all(connection).await?.into_iter().map(client).collect() })
        })
    }

    fn client(&self, id_or_name: &str) -> BoxFuture<Result<Option<Client>, LedgerError>> {
        let known = sqlx::query_as(
            "SELECT id, name, created, preferences FROM clients WHERE id = $1 OR name = $1
             ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1",
        );
        let known = known.bind(id_or_name.to_owned());
        self.reading(|connection| {
            Box::pin(async move { known.fetch_optional(connection).await?.map(client).transpose() })
        })
    }

    fn amend(&self, client: &str, by: Amendment) -> BoxFuture<Result<bool, LedgerError>> {
        let client = client.to_owned();
        self.writing(move |connection| Box::pin(amend(connection, client, by)))
    }

    fn budgets(&self, client: &str) -> BoxFuture<Result<Vec<Budget>, LedgerError>> {
        let (dialect, client) = (self.dialect, client.to_owned());
        self.reading(move |connection| {
            Box::pin(async move {
                let mut budgets = budgets(connection, dialect, [client.as_str()]).await?;
                Ok(budgets.remove(&client).unwrap_or_default())
            })
        })
    }

    fn set_budgets(&self, client: &str, budgets: Vec<Budget>) -> BoxFuture<Result<(), LedgerError>> {
        let (dialect, client) = (self.dialect, client.to_owned());
        self.writing(move |connection| {
            Box::pin(async move {
                let none = sqlx::query("DELETE FROM budgets WHERE client = $1").bind(client.clone());
                none.execute(&mut *connection).await?;
                give(connection, dialect, client, &budgets).await
            })
        })
    }

    fn add_key(&self, key: Key) -> BoxFuture<Result<bool, LedgerError>> {
        self.writing(|connection| Box::pin(add_key(connection, key)))
    }

    fn rotate_key(&self, old: &str, new: Key, old_ends_unix_ms: i64) -> BoxFuture<Result<bool, LedgerError>> {
        let (old, prefix) = (old.to_owned(), new.prefix.clone());
        self.writing(move |connection| {
            Box::pin(async move {
                if !add_key(&mut *connection, new).await? {
                    return Ok(false);
                }
                let inherited = sqlx::query(
                    "INSERT INTO budgets (client, number, key, measure, most, period, action)
                     SELECT client, number + (SELECT 1 + max(number) FROM budgets AS every WHERE every.client = its.client),
                            $2, measure, most, period, action
                     FROM budgets AS its WHERE key = $1",
                );
                inherited.bind(old.clone()).bind(prefix).execute(&mut *connection).await?;
                expire_key(connection, old, old_ends_unix_ms).await
            })
        })
    }

    fn key(&self, prefix: &str) -> BoxFuture<Result<Option<Key>, LedgerError>> {
        let known = sqlx::query_as(
            "SELECT prefix, client, digest, created, expires, pepper FROM keys WHERE prefix = $1",
        );
        let known = known.bind(prefix.to_owned());
        self.reading(|connection| {
            Box::pin(async move { known.fetch_optional(connection).await?.map(key).transpose() })
        })
    }

    fn keys(&self, client: &str) -> BoxFuture<Result<Vec<Key>, LedgerError>> {
        let its = sqlx::query_as(
            "SELECT prefix, client, digest, created, expires, pepper FROM keys WHERE client = $1
             ORDER BY created, prefix",
        );
        let its = its.bind(client.to_owned());
        self.reading(|connection| {
            Box::pin(async move { its.fetch_all(connection).await?.into_iter().map(key).collect() })
        })
    }

    fn expire_key(&self, prefix: &str, at_unix_ms: i64) -> BoxFuture<Result<bool, LedgerError>> {
        let prefix = prefix.to_owned();
        self.writing(move |connection| Box::pin(expire_key(connection, prefix, at_unix_ms)))
    }

    fn forget(&self, client: &str) -> BoxFuture<Result<bool, LedgerError>> {
        let (database, client) = (self.clone(), client.to_owned());
        Box::pin(async move { Ok(database.forget_all_of(client).await?) })
    }
}

/// Adds a client; not one whose id or name means somebody already.
async fn add(connection: &mut AnyConnection, client: Client) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "INSERT INTO clients (id, name, created, preferences) SELECT $1, $2, $3, $4
         WHERE NOT EXISTS (SELECT 1 FROM clients WHERE id IN ($1, $2) OR name IN ($1, $2))",
    );
    let added = added.bind(client.id).bind(client.name).bind(client.created_unix_ms);
    let added = added.bind(json!(client.preferences).to_string());
    Ok(added.execute(connection).await?.rows_affected() > 0)
}

/// Has a client that there is prefer that; false where there is none of its id.
async fn prefers(connection: &mut AnyConnection, client: Client) -> Result<bool, StoreError> {
    let preferred = sqlx::query(
        "UPDATE clients SET preferences = CASE WHEN name IS NULL THEN preferences ELSE $2 END WHERE id = $1",
    );
    let preferred = preferred.bind(client.id).bind(json!(client.preferences).to_string());
    Ok(preferred.execute(connection).await?.rows_affected() > 0)
}

/// Nobody else writes between what is read here and what is written.
async fn amend(connection: &mut AnyConnection, client: String, by: Amendment) -> Result<bool, StoreError> {
    let known = sqlx::query_scalar("SELECT preferences FROM clients WHERE id = $1 AND name IS NOT NULL");
    let known = known.bind(client.clone());
    let Some(before) = known.fetch_optional(&mut *connection).await? else { return Ok(false) };
    let after = json!(preferences(before)?.amended(by)).to_string();
    let amended = sqlx::query("UPDATE clients SET preferences = $2 WHERE id = $1").bind(client).bind(after);
    amended.execute(connection).await?;
    Ok(true)
}

/// Gives a client budgets beside those that it has none of.
async fn give(
    connection: &mut AnyConnection,
    dialect: Dialect,
    client: String,
    budgets: &[Budget],
) -> Result<(), StoreError> {
    let budgets: Vec<_> = budgets.iter().enumerate().map(|(at, budget)| json!([at, budget])).collect();
    let given = sqlx::query(dialect.sql(
        "INSERT INTO budgets (client, number, key, measure, most, period, action)
         SELECT $2, CAST(value->>0 AS BIGINT), coalesce(value->1->>'key', ''), value->1->>'measure',
                CAST(value->1->>'limit' AS BIGINT), value->1->>'window', value->1->>'action'
         FROM {each}",
    ));
    given.bind(json!(budgets).to_string()).bind(client).execute(connection).await?;
    Ok(())
}

async fn add_key(connection: &mut AnyConnection, key: Key) -> Result<bool, StoreError> {
    let added = sqlx::query(
        "INSERT INTO keys (prefix, client, digest, created, expires, pepper) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (prefix) DO NOTHING",
    );
    let added = added.bind(key.prefix).bind(key.client).bind(key.digest.to_vec()).bind(key.created_unix_ms);
    let added = added.bind(key.expires_unix_ms).bind(key.pepper);
    Ok(added.execute(connection).await?.rows_affected() > 0)
}

/// What was revoked does not come back.
async fn expire_key(
    connection: &mut AnyConnection,
    prefix: String,
    at_unix_ms: i64,
) -> Result<bool, StoreError> {
    let expired = sqlx::query(
        "UPDATE keys SET expires = CASE WHEN expires < $2 THEN expires ELSE $2 END WHERE prefix = $1",
    );
    Ok(expired.bind(prefix).bind(at_unix_ms).execute(connection).await?.rows_affected() > 0)
}

impl Database {
    /// Whether the keys that open something now can be known with the pepper of that fingerprint. Of keys that were
    /// made before fingerprints were kept nobody can say.
    ///
    /// # Errors
    /// [`StoreError::OtherPepper`].
    pub async fn check_pepper(&self, fingerprint: &str, now_unix_ms: i64) -> Result<(), StoreError> {
        let others = sqlx::query_scalar(
            "SELECT count(*) FROM keys WHERE pepper <> $1 AND (expires IS NULL OR expires > $2)",
        );
        let others = others.bind(fingerprint.to_owned()).bind(now_unix_ms);
        let keys = self.read(|connection| Box::pin(async move { Ok(others.fetch_one(connection).await?) }));
        match keys.await? {
            0 => Ok(()),
            keys => Err(StoreError::OtherPepper { location: self.location.clone(), keys }),
        }
    }
}

type ClientRow = (String, Option<String>, i64, String);

fn client((id, name, created_unix_ms, text): ClientRow) -> Result<Client, StoreError> {
    Ok(Client { id, name, created_unix_ms, preferences: preferences(text)? })
}

fn preferences(text: String) -> Result<Preferences, StoreError> {
    Ok(serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))?)
}

type KeyRow = (String, String, Vec<u8>, i64, Option<i64>, Option<String>);

fn key(
    (prefix, client, digest, created_unix_ms, expires_unix_ms, pepper): KeyRow,
) -> Result<Key, StoreError> {
    let digest = digest.try_into().map_err(|_| sqlx::Error::Decode("a digest has 32 bytes".into()))?;
    Ok(Key { prefix, client, digest, pepper, created_unix_ms, expires_unix_ms })
}
