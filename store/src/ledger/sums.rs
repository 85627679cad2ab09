//! Requests in sums: what budgets count, and what reports tell.

use std::collections::BTreeMap;

use billing::{Outcome, Settlement, hour_of};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::batch::key_of;
use super::json::{self, integer};
use crate::StoreError;
use crate::dialect::Dialect;

/// What is to be added to the sums.
#[derive(Default)]
pub(super) struct Sums {
    spent: BTreeMap<Scope, Spent>,
    usage: BTreeMap<Grain, Usage>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Scope {
    client: String,
    key: String,
    hour: i64,
}

#[derive(Clone, Copy, Default, Serialize)]
struct Spent {
    charge: i64,
    characters: i64,
    audio_ms: i64,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Grain {
    hour: i64,
    client: String,
    key: String,
    backend: String,
    voice: String,
    language: String,
    door: &'static str,
    model: String,
    tags: String,
}

#[derive(Clone, Copy, Default, Serialize)]
struct Usage {
    requests: i64,
    characters: i64,
    audio_ms: i64,
    errors: i64,
    cache_hits: i64,
    vendor_cost: i64,
    charge: i64,
}

impl Sums {
    /// Counts a settlement, or with -1 takes it back.
    pub(super) fn add(&mut self, settlement: &Settlement, times: i64) -> Result<(), StoreError> {
        let row = &settlement.row;
        let (client, key, hour) = (row.payer.client.to_string(), key_of(&row.payer), hour_of(row.at_unix_ms));
        let amounts = settlement.amounts();
        // A client's own sums are under the empty key, whatever key it asked with.
        for key in std::iter::once("").chain(Some(key).filter(|key| !key.is_empty())) {
            let scope = Scope { client: client.clone(), key: key.to_owned(), hour };
            let spent = self.spent.entry(scope).or_default();
            spent.charge += times * amounts.charge.get();
            spent.characters += times * integer(amounts.characters);
            spent.audio_ms += times * integer(amounts.audio_ms);
        }
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let grain = Grain {
            hour,
            client,
            key: key.to_owned(),
            backend: name(&row.backend),
            voice: name(&row.voice),
            language: name(&row.language),
            door: row.door.name(),
            model: name(&row.model),
            tags: json::text(&*row.tags)?,
        };
        let usage = self.usage.entry(grain).or_default();
        usage.requests += times;
        usage.characters += times * integer(row.characters.unwrap_or_default());
        usage.audio_ms += times * integer(row.audio_ms);
        usage.errors += times * i64::from(matches!(row.outcome, Outcome::Failed(_)));
        usage.cache_hits += times * i64::from(row.cache_hit);
        usage.vendor_cost += times * settlement.vendor_cost().get();
        usage.charge += times * settlement.charge.nanos.get();
        Ok(())
    }

    /// Adds all of it.
    pub(super) async fn write(
        self,
        connection: &mut AnyConnection,
        dialect: Dialect,
    ) -> Result<(), StoreError> {
        self.write_spent(connection, dialect).await?;
        self.write_usage(connection, dialect).await
    }

    async fn write_spent(&self, connection: &mut AnyConnection, dialect: Dialect) -> Result<(), StoreError> {
        #[derive(Serialize)]
        struct Row<'s> {
            #[serde(flatten)]
            scope: &'s Scope,
            #[serde(flatten)]
            spent: Spent,
        }
        let rows: Vec<Row<'_>> =
            self.spent.iter().map(|(scope, spent)| Row { scope, spent: *spent }).collect();
        let statement = dialect.sql(
            "INSERT INTO spent (client, key, hour, charge, characters, audio_ms)
             SELECT value->>'client', value->>'key', CAST(value->>'hour' AS BIGINT),
                    CAST(value->>'charge' AS BIGINT), CAST(value->>'characters' AS BIGINT),
                    CAST(value->>'audio_ms' AS BIGINT)
             FROM {each} WHERE TRUE
             ON CONFLICT (client, key, hour) DO UPDATE SET charge = spent.charge + excluded.charge,
                 characters = spent.characters + excluded.characters, audio_ms = spent.audio_ms + excluded.audio_ms",
        );
        sqlx::query(statement).bind(json::array(&rows)?).execute(connection).await?;
        Ok(())
    }

    async fn write_usage(&self, connection: &mut AnyConnection, dialect: Dialect) -> Result<(), StoreError> {
        #[derive(Serialize)]
        struct Row<'s> {
            id: String,
            #[serde(flatten)]
            grain: &'s Grain,
            #[serde(flatten)]
            usage: Usage,
        }
        let rows =
            self.usage.iter().map(|(grain, usage)| Ok(Row { id: digest(grain)?, grain, usage: *usage }));
        let rows: Vec<Row<'_>> = rows.collect::<Result<_, StoreError>>()?;
        let statement = dialect.sql(
            "INSERT INTO usage_hours (hour, grain, client, key, backend, voice, language, door, model, tags,
                                      requests, characters, audio_ms, errors, cache_hits, vendor_cost, charge)
             SELECT CAST(value->>'hour' AS BIGINT), value->>'id', value->>'client', value->>'key',
                    value->>'backend', value->>'voice', value->>'language', value->>'door', value->>'model',
                    value->>'tags', CAST(value->>'requests' AS BIGINT), CAST(value->>'characters' AS BIGINT),
                    CAST(value->>'audio_ms' AS BIGINT), CAST(value->>'errors' AS BIGINT),
                    CAST(value->>'cache_hits' AS BIGINT), CAST(value->>'vendor_cost' AS BIGINT),
                    CAST(value->>'charge' AS BIGINT)
             FROM {each} WHERE TRUE
             ON CONFLICT (hour, grain) DO UPDATE SET requests = usage_hours.requests + excluded.requests,
                 characters = usage_hours.characters + excluded.characters,
                 audio_ms = usage_hours.audio_ms + excluded.audio_ms,
                 errors = usage_hours.errors + excluded.errors,
                 cache_hits = usage_hours.cache_hits + excluded.cache_hits,
                 vendor_cost = usage_hours.vendor_cost + excluded.vendor_cost,
                 charge = usage_hours.charge + excluded.charge",
        );
        sqlx::query(statement).bind(json::array(&rows)?).execute(connection).await?;
        Ok(())
    }
}

/// Names a grain in few bytes, however long its tags are.
fn digest(grain: &Grain) -> Result<String, StoreError> {
    let digest = Sha256::digest(json::text(grain)?);
    Ok(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}
