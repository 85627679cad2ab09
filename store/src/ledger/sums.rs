//! Requests in sums: what budgets count, and what reports tell.

use std::borrow::Cow;
use std::collections::BTreeMap;

use billing::{Outcome, Settlement, hour_of};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::batch::key_of;
use super::json::{self, integer};
use super::writes::Writes;
use crate::StoreError;

/// What is to be added to the sums.
#[derive(Default)]
pub(crate) struct Sums {
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
    door: Cow<'static, str>,
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
    vendor_cost_estimated: i64,
    charge: i64,
    charge_estimated: i64,
}

/// `TABLE.COLUMN` and `excluded.COLUMN` together, in both dialects. A sum that would not fit stays at the end of the
/// range: what has ended is always written, whatever a vendor claims to have counted.
macro_rules! add {
    ($table:literal: $first:literal $(, $column:literal)*) => {
        concat!(add!(@one $table, $first) $(, ", ", add!(@one $table, $column))*)
    };
    (@one $table:literal, $column:literal) => {
        concat!(
            $column, " = CASE
                WHEN excluded.", $column, " > 0 AND ", $table, ".", $column, " > 9223372036854775807 - excluded.", $column,
                " THEN 9223372036854775807
                WHEN excluded.", $column, " < 0 AND ", $table, ".", $column, " < -9223372036854775807 - excluded.", $column,
                " THEN -9223372036854775807
                ELSE ", $table, ".", $column, " + excluded.", $column, " END"
        )
    };
}

impl Sums {
    /// Counts a settlement, or with -1 takes it back.
    pub(super) fn add(&mut self, settlement: &Settlement, times: i64) -> Result<(), StoreError> {
        let row = &settlement.row;
        let (client, key, hour) = (row.payer.client.to_string(), key_of(&row.payer), hour_of(row.at_unix_ms));
        let amounts = settlement.amounts();
        let count = |sum: &mut i64, amount: i64| *sum = sum.saturating_add(amount.saturating_mul(times));
        // A client's own sums are under the empty key, whatever key it asked with.
        for key in std::iter::once("").chain(Some(key).filter(|key| !key.is_empty())) {
            let scope = Scope { client: client.clone(), key: key.to_owned(), hour };
            let spent = self.spent.entry(scope).or_default();
            count(&mut spent.charge, amounts.charge.get());
            count(&mut spent.characters, integer(amounts.characters));
            count(&mut spent.audio_ms, integer(amounts.audio_ms));
        }
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let grain = Grain {
            hour,
            client,
            key: key.to_owned(),
            backend: name(&row.backend),
            voice: name(&row.voice),
            language: name(&row.language),
            door: row.door.name().into(),
            model: name(&row.model),
            tags: json::text(&*row.tags)?,
        };
        let usage = self.usage.entry(grain).or_default();
        count(&mut usage.requests, 1);
        count(&mut usage.characters, integer(row.characters.unwrap_or_default()));
        count(&mut usage.audio_ms, integer(row.audio_ms));
        count(&mut usage.errors, i64::from(matches!(row.outcome, Outcome::Failed(_))));
        count(&mut usage.cache_hits, i64::from(row.cache_hit));
        count(&mut usage.vendor_cost, settlement.vendor_cost().get());
        count(&mut usage.vendor_cost_estimated, settlement.vendor_cost_estimated().get());
        count(&mut usage.charge, settlement.charge.nanos.get());
        count(&mut usage.charge_estimated, settlement.charge_estimated().get());
        Ok(())
    }

    /// Counts a row of `usage_hours` as if it had no tags.
    pub(crate) fn add_without_tags(&mut self, row: &AnyRow) -> Result<(), StoreError> {
        let name = |column| row.try_get::<String, _>(column);
        let number = |column| row.try_get::<i64, _>(column);
        let grain = Grain {
            hour: number("hour")?,
            client: name("client")?,
            key: name("key")?,
            backend: name("backend")?,
            voice: name("voice")?,
            language: name("language")?,
            door: name("door")?.into(),
            model: name("model")?,
            tags: "{}".to_owned(),
        };
        let usage = self.usage.entry(grain).or_default();
        for (sum, column) in [
            (&mut usage.requests, "requests"),
            (&mut usage.characters, "characters"),
            (&mut usage.audio_ms, "audio_ms"),
            (&mut usage.errors, "errors"),
            (&mut usage.cache_hits, "cache_hits"),
            (&mut usage.vendor_cost, "vendor_cost"),
            (&mut usage.vendor_cost_estimated, "vendor_cost_estimated"),
            (&mut usage.charge, "charge"),
            (&mut usage.charge_estimated, "charge_estimated"),
        ] {
            *sum = sum.saturating_add(number(column)?);
        }
        Ok(())
    }

    /// Adds all of it.
    pub(crate) fn write(self, writes: &mut Writes) -> Result<(), StoreError> {
        self.write_spent(writes)?;
        self.write_usage(writes)
    }

    fn write_spent(&self, writes: &mut Writes) -> Result<(), StoreError> {
        #[derive(Serialize)]
        struct Row<'s> {
            #[serde(flatten)]
            scope: &'s Scope,
            #[serde(flatten)]
            spent: Spent,
        }
        let rows: Vec<Row<'_>> =
            self.spent.iter().map(|(scope, spent)| Row { scope, spent: *spent }).collect();
        let statement = concat!(
            "INSERT INTO spent (client, key, hour, charge, characters, audio_ms)
             SELECT value->>'client', value->>'key', CAST(value->>'hour' AS BIGINT),
                    CAST(value->>'charge' AS BIGINT), CAST(value->>'characters' AS BIGINT),
                    CAST(value->>'audio_ms' AS BIGINT)
             FROM {each} WHERE TRUE
             ON CONFLICT (client, key, hour) DO UPDATE SET ",
            add!("spent": "charge", "characters", "audio_ms"),
        );
        writes.add(statement, &rows)
    }

    fn write_usage(&self, writes: &mut Writes) -> Result<(), StoreError> {
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
        let statement = concat!(
            "INSERT INTO usage_hours (hour, grain, client, key, backend, voice, language, door, model, tags,
                                      requests, characters, audio_ms, errors, cache_hits, vendor_cost,
                                      vendor_cost_estimated, charge, charge_estimated)
             SELECT CAST(value->>'hour' AS BIGINT), value->>'id', value->>'client', value->>'key',
                    value->>'backend', value->>'voice', value->>'language', value->>'door', value->>'model',
                    value->>'tags', CAST(value->>'requests' AS BIGINT), CAST(value->>'characters' AS BIGINT),
                    CAST(value->>'audio_ms' AS BIGINT), CAST(value->>'errors' AS BIGINT),
                    CAST(value->>'cache_hits' AS BIGINT), CAST(value->>'vendor_cost' AS BIGINT),
                    CAST(value->>'vendor_cost_estimated' AS BIGINT), CAST(value->>'charge' AS BIGINT),
                    CAST(value->>'charge_estimated' AS BIGINT)
             FROM {each} WHERE TRUE
             ON CONFLICT (hour, grain) DO UPDATE SET ",
            add!("usage_hours": "requests", "characters", "audio_ms", "errors", "cache_hits", "vendor_cost",
                "vendor_cost_estimated", "charge", "charge_estimated"),
        );
        writes.add(statement, &rows)
    }
}

/// Names a grain in few bytes, however long its tags are.
fn digest(grain: &Grain) -> Result<String, StoreError> {
    let digest = Sha256::digest(json::text(grain)?);
    Ok(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}
