//! The ends of requests: their rows, and what they add to the sums.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use billing::{Outcome, Settlement, hour_of};
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::batch::key_of;
use super::entries::basis_name;
use super::json::{self, integer};
use super::sums::Sums;
use super::writes::Writes;
use crate::StoreError;
use crate::dialect::Dialect;

/// What the end of some requests changes, but for their entries and holds.
#[derive(Default)]
pub(super) struct Changes<'s> {
    settled: Vec<Cow<'s, Settlement>>,
    reaped: Vec<Cow<'s, Settlement>>,
    adjusted: Vec<(Settlement, Cow<'s, Settlement>)>,
}

impl<'s> Changes<'s> {
    /// A request ends; `is_reaped` for want of its gateway.
    pub(super) fn settle(&mut self, settlement: &'s Settlement, is_reaped: bool) {
        self.settled.push(Cow::Borrowed(settlement));
        if is_reaped {
            self.reaped.push(Cow::Borrowed(settlement));
        }
    }

    /// What was reaped has ended otherwise.
    pub(super) fn adjust(&mut self, reaped: Settlement, settlement: &'s Settlement) {
        self.adjusted.push((reaped, Cow::Borrowed(settlement)));
    }

    /// Writes all of it.
    pub(super) async fn write(
        mut self,
        connection: &mut AnyConnection,
        dialect: Dialect,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        self.drop_tags_of_the_forgotten(connection, dialect).await?;
        let adjusted = self.adjusted.iter().map(|(_, now)| now);
        let ended: Vec<&Settlement> = self.settled.iter().chain(adjusted).map(|ended| &**ended).collect();
        let mut sums = Sums::default();
        for settlement in &ended {
            sums.add(settlement, 1)?;
        }
        for (was, _) in &self.adjusted {
            sums.add(was, -1)?;
        }
        write_rows(writes, &ended)?;
        sums.write(writes)?;
        remember(writes, &self.reaped)?;
        forget(writes, &self.adjusted)
    }

    /// A request that still ran when its client was forgotten brings none of its tags back, nor is it looked for in
    /// sums that only tags told apart.
    async fn drop_tags_of_the_forgotten(
        &mut self,
        connection: &mut AnyConnection,
        dialect: Dialect,
    ) -> Result<(), StoreError> {
        let adjusted = self.adjusted.iter().flat_map(|(was, now)| [was, &**now]);
        let tagged = self.settled.iter().map(|settlement| &**settlement).chain(adjusted);
        let tagged = tagged.filter(|settlement| !settlement.row.tags.is_empty());
        let forgotten =
            forgotten(connection, dialect, tagged.map(|tagged| &*tagged.row.payer.client)).await?;
        if forgotten.is_empty() {
            return Ok(());
        }
        let adjusted = self.adjusted.iter_mut().map(|(was, now)| {
            if forgotten.contains(&*was.row.payer.client) {
                was.row.tags = Arc::default();
            }
            now
        });
        for settlement in self.settled.iter_mut().chain(&mut self.reaped).chain(adjusted) {
            if forgotten.contains(&*settlement.row.payer.client) {
                settlement.to_mut().row.tags = Arc::default();
            }
        }
        Ok(())
    }
}

/// Who of these clients is forgotten.
async fn forgotten(
    connection: &mut AnyConnection,
    dialect: Dialect,
    clients: impl Iterator<Item = &str>,
) -> Result<BTreeSet<String>, StoreError> {
    let clients: BTreeSet<&str> = clients.collect();
    if clients.is_empty() {
        return Ok(BTreeSet::new());
    }
    let clients: Vec<Id<'_>> = clients.into_iter().map(|id| Id { id }).collect();
    let statement =
        dialect.sql("SELECT id FROM clients WHERE name IS NULL AND id IN (SELECT value->>'id' FROM {each})");
    let rows = sqlx::query(statement).bind(json::array(&clients)?).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

#[derive(Serialize)]
struct Id<'i> {
    id: &'i str,
}

/// One row of `requests`.
#[derive(Serialize)]
struct RequestRow<'s> {
    id: &'s str,
    at: i64,
    client: &'s str,
    key: Option<&'s str>,
    door: &'static str,
    backend: Option<&'s str>,
    voice: Option<&'s str>,
    language: Option<&'s str>,
    model: Option<&'s str>,
    tags: String,
    characters: Option<i64>,
    reported: Option<i64>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    audio_ms: i64,
    first_audio_ms: Option<i64>,
    total_ms: i64,
    cache_hit: i64,
    outcome: &'static str,
    charge: i64,
    basis: &'static str,
    vendor_cost: i64,
    hour: i64,
}

impl<'s> RequestRow<'s> {
    fn of(settlement: &'s Settlement) -> Result<Self, StoreError> {
        let row = &settlement.row;
        Ok(Self {
            id: &row.id,
            at: row.at_unix_ms,
            client: &row.payer.client,
            key: Some(key_of(&row.payer)).filter(|key| !key.is_empty()),
            door: row.door.name(),
            backend: row.backend.as_deref(),
            voice: row.voice.as_deref(),
            language: row.language.as_deref(),
            model: row.model.as_deref(),
            tags: json::text(&*row.tags)?,
            characters: row.characters.map(integer),
            reported: row.usage.characters.map(integer),
            input_tokens: row.usage.input_tokens.map(integer),
            output_tokens: row.usage.output_tokens.map(integer),
            audio_ms: integer(row.audio_ms),
            first_audio_ms: row.first_audio_ms.map(integer),
            total_ms: integer(row.total_ms),
            cache_hit: i64::from(row.cache_hit),
            outcome: row.outcome.code(),
            charge: settlement.charge.nanos.get(),
            basis: basis_name(settlement.charge.basis),
            vendor_cost: settlement.vendor_cost().get(),
            hour: hour_of(row.at_unix_ms),
        })
    }
}

fn write_rows(writes: &mut Writes, settlements: &[&Settlement]) -> Result<(), StoreError> {
    let rows = settlements.iter().map(|settlement| RequestRow::of(settlement));
    let rows: Vec<RequestRow<'_>> = rows.collect::<Result<_, _>>()?;
    // What is there already was written for want of its gateway.
    writes.add(
        "INSERT INTO requests (id, at_unix_ms, client, key, door, backend, voice, language, model, tags, characters,
                               reported_characters, input_tokens, output_tokens, audio_ms, first_audio_ms, total_ms,
                               cache_hit, outcome, charge_nanos, charge_basis, vendor_cost_nanos, hour)
         SELECT value->>'id', CAST(value->>'at' AS BIGINT), value->>'client', value->>'key', value->>'door',
                value->>'backend', value->>'voice', value->>'language', value->>'model', value->>'tags',
                CAST(value->>'characters' AS BIGINT), CAST(value->>'reported' AS BIGINT),
                CAST(value->>'input_tokens' AS BIGINT), CAST(value->>'output_tokens' AS BIGINT),
                CAST(value->>'audio_ms' AS BIGINT), CAST(value->>'first_audio_ms' AS BIGINT),
                CAST(value->>'total_ms' AS BIGINT), CAST(value->>'cache_hit' AS BIGINT), value->>'outcome',
                CAST(value->>'charge' AS BIGINT), value->>'basis', CAST(value->>'vendor_cost' AS BIGINT),
                CAST(value->>'hour' AS BIGINT)
         FROM {each} WHERE TRUE
         ON CONFLICT (id) DO UPDATE SET at_unix_ms = excluded.at_unix_ms, client = excluded.client,
             key = excluded.key, door = excluded.door, backend = excluded.backend, voice = excluded.voice,
             language = excluded.language, model = excluded.model, tags = excluded.tags,
             characters = excluded.characters, reported_characters = excluded.reported_characters,
             input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
             audio_ms = excluded.audio_ms, first_audio_ms = excluded.first_audio_ms, total_ms = excluded.total_ms,
             cache_hit = excluded.cache_hit, outcome = excluded.outcome, charge_nanos = excluded.charge_nanos,
             charge_basis = excluded.charge_basis, vendor_cost_nanos = excluded.vendor_cost_nanos,
             hour = excluded.hour",
        &rows,
    )
}

/// Whether there are requests whose lease has ended.
pub(super) async fn are_left_behind(
    connection: &mut AnyConnection,
    now_unix_ms: i64,
) -> Result<bool, StoreError> {
    let statement = "SELECT request FROM holds WHERE lease_until < $1 LIMIT 1";
    Ok(sqlx::query(statement).bind(now_unix_ms).fetch_optional(connection).await?.is_some())
}

/// For how long a mark that cannot be read is left alone; its program may still come for it.
const UNREADABLE_MS: i64 = 3_600_000;

/// What is due for requests whose lease has ended, at most so many. One whose mark cannot be read is never just
/// released: its lease is prolonged, so that it keeps no other from being found.
pub(super) async fn left_behind(
    connection: &mut AnyConnection,
    now_unix_ms: i64,
    most: i64,
) -> Result<Vec<Settlement>, StoreError> {
    let statement = "SELECT request, mark FROM holds WHERE lease_until < $1 ORDER BY lease_until LIMIT $2";
    loop {
        let rows = sqlx::query(statement).bind(now_unix_ms).bind(most).fetch_all(&mut *connection).await?;
        let mut left_behind = Vec::with_capacity(rows.len());
        for row in &rows {
            let request: String = row.try_get(0)?;
            match serde_json::from_str::<Settlement>(&row.try_get::<String, _>(1)?) {
                Ok(mut settlement) => {
                    settlement.row.outcome = Outcome::Lost;
                    left_behind.push(settlement);
                }
                Err(error) => {
                    tracing::error!(request, %error, "a hold has a mark that this program cannot read");
                    let prolonged = sqlx::query("UPDATE holds SET lease_until = $1 WHERE request = $2");
                    let until = now_unix_ms.saturating_add(UNREADABLE_MS);
                    prolonged.bind(until).bind(request).execute(&mut *connection).await?;
                }
            }
        }
        if rows.is_empty() || !left_behind.is_empty() {
            return Ok(left_behind);
        }
    }
}

#[derive(Serialize)]
struct Reaped<'s> {
    request: &'s str,
    settlement: &'s Settlement,
}

fn remember(writes: &mut Writes, reaped: &[Cow<'_, Settlement>]) -> Result<(), StoreError> {
    let rows: Vec<Reaped<'_>> =
        reaped.iter().map(|settlement| Reaped { request: &settlement.row.id, settlement }).collect();
    writes.add("INSERT INTO reaped SELECT value->>'request', value->>'settlement' FROM {each}", &rows)
}

fn forget(writes: &mut Writes, adjusted: &[(Settlement, Cow<'_, Settlement>)]) -> Result<(), StoreError> {
    let ids: Vec<Id<'_>> = adjusted.iter().map(|(was, _)| Id { id: &was.row.id }).collect();
    writes.add("DELETE FROM reaped WHERE request IN (SELECT value->>'id' FROM {each})", &ids)
}
