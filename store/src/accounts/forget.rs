//! What is personal is deleted; what was spent stays.

use sqlx::{AnyConnection, Row};

use crate::{Database, StoreError};

/// How many hours of sums are rewritten in one transaction; others write in between.
const HOURS: i64 = 24;

/// In one transaction: whose client this is, nobody knows behind it.
const AT_ONCE: [&str; 4] = [
    "UPDATE clients SET name = NULL WHERE id = $1",
    "DELETE FROM keys WHERE client = $1",
    "DELETE FROM lexicon WHERE client = $1",
    "DELETE FROM replays WHERE client = $1",
];

/// Some requests lose their tags.
const REQUESTS: &str = "UPDATE requests SET tags = '{}' WHERE id IN
    (SELECT id FROM requests WHERE client = $1 AND tags <> '{}' LIMIT 1000)";

/// Sums that only tags told apart become one: that which has no tags, where there is one.
const MERGED_SUMS: &str = "
    INSERT INTO usage_hours (hour, grain, client, key, backend, voice, language, door, model, tags,
                             requests, characters, audio_ms, errors, cache_hits, vendor_cost, charge)
    SELECT hour,
           coalesce((SELECT min(grain) FROM usage_hours AS bare
                     WHERE bare.hour = tagged.hour AND bare.client = tagged.client AND bare.key = tagged.key
                       AND bare.backend = tagged.backend AND bare.voice = tagged.voice
                       AND bare.language = tagged.language AND bare.door = tagged.door
                       AND bare.model = tagged.model AND bare.tags = '{}'),
                    'forgotten-' || first_grain),
           client, key, backend, voice, language, door, model, '{}',
           requests, characters, audio_ms, errors, cache_hits, vendor_cost, charge
    FROM (SELECT hour, min(grain) AS first_grain, client, key, backend, voice, language, door, model,
                 CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(characters) AS BIGINT) AS characters,
                 CAST(sum(audio_ms) AS BIGINT) AS audio_ms, CAST(sum(errors) AS BIGINT) AS errors,
                 CAST(sum(cache_hits) AS BIGINT) AS cache_hits,
                 CAST(sum(vendor_cost) AS BIGINT) AS vendor_cost, CAST(sum(charge) AS BIGINT) AS charge
          FROM usage_hours
          WHERE client = $1 AND tags <> '{}' AND hour >= $2 AND hour < $3
          GROUP BY hour, client, key, backend, voice, language, door, model) AS tagged
    WHERE true
    ON CONFLICT (hour, grain) DO UPDATE SET
        requests = usage_hours.requests + excluded.requests,
        characters = usage_hours.characters + excluded.characters,
        audio_ms = usage_hours.audio_ms + excluded.audio_ms,
        errors = usage_hours.errors + excluded.errors,
        cache_hits = usage_hours.cache_hits + excluded.cache_hits,
        vendor_cost = usage_hours.vendor_cost + excluded.vendor_cost,
        charge = usage_hours.charge + excluded.charge";

const TAGGED_SUMS: &str =
    "DELETE FROM usage_hours WHERE client = $1 AND tags <> '{}' AND hour >= $2 AND hour < $3";

impl Database {
    /// Forgets a client by its id; false where there is none. What is much is done in pieces, so that nobody who
    /// writes has to wait for long.
    pub(super) async fn forget_all_of(&self, client: String) -> Result<bool, StoreError> {
        let of_whom = client.clone();
        let known = self.write(|connection| Box::pin(forget_who_it_is(connection, of_whom))).await?;
        if !known {
            return Ok(false);
        }
        self.stamp()?;
        loop {
            let some = sqlx::query(REQUESTS).bind(client.clone());
            let changed = self.write(|connection| {
                Box::pin(async move { Ok(some.execute(connection).await?.rows_affected()) })
            });
            if changed.await? == 0 {
                break;
            }
        }
        loop {
            let of_whom = client.clone();
            if !self.write(|connection| Box::pin(merge_some_sums(connection, of_whom))).await? {
                return Ok(true);
            }
        }
    }
}

async fn forget_who_it_is(connection: &mut AnyConnection, client: String) -> Result<bool, StoreError> {
    let mut known = false;
    for (at, statement) in AT_ONCE.iter().enumerate() {
        let done = sqlx::query(*statement).bind(client.clone()).execute(&mut *connection).await?;
        known |= at == 0 && done.rows_affected() > 0;
    }
    Ok(known)
}

/// Merges the first of a client's sums that have tags; false where none has.
async fn merge_some_sums(connection: &mut AnyConnection, client: String) -> Result<bool, StoreError> {
    let first = sqlx::query("SELECT min(hour) AS hour FROM usage_hours WHERE client = $1 AND tags <> '{}'");
    let first = first.bind(client.clone()).fetch_one(&mut *connection).await?;
    let Some(from) = first.try_get::<Option<i64>, _>("hour")? else { return Ok(false) };
    for statement in [MERGED_SUMS, TAGGED_SUMS] {
        let merged = sqlx::query(statement).bind(client.clone()).bind(from).bind(from + HOURS);
        merged.execute(&mut *connection).await?;
    }
    Ok(true)
}
