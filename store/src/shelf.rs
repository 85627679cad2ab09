//! What vendors have listed, and what has changed.

use std::collections::BTreeMap;
use std::time::Duration;

use catalog::{Change, Listing, Shelf, ShelfError, What};
use serde_json::{Value, json};
use speech::{BoxFuture, Voice, VoiceId};
use sqlx::AnyConnection;

use crate::dialect::Dialect;
use crate::ledger::json;
use crate::{Database, StoreError};

/// How long a change is told of: until one comes that is so much newer.
const TOLD: Duration = Duration::from_hours(365 * 24);

type Row = (i64, i64, String, String, String, Option<String>);

/// Several programs on one database ask the same vendors and see the same changes: each is kept once.
impl Shelf for Database {
    fn listings(&self) -> BoxFuture<Result<Vec<(String, Listing)>, ShelfError>> {
        let database = self.clone();
        Box::pin(async move {
            let rows: Vec<(String, String)> =
                database.read(|connection| Box::pin(listed(connection))).await?;
            let read = |(backend, text): (String, String)| Some((readable(&backend, &text)?, backend));
            Ok(rows.into_iter().filter_map(read).map(|(listing, backend)| (backend, listing)).collect())
        })
    }

    fn keep(
        &self,
        backend: &str,
        listing: Listing,
        changes: Vec<Change>,
    ) -> BoxFuture<Result<(), ShelfError>> {
        let (database, backend) = (self.clone(), backend.to_owned());
        Box::pin(async move {
            let (dialect, text) = (database.dialect, json::text(&listing)?);
            let keeping = database.write(move |connection| {
                Box::pin(async move {
                    let news = news(connection, &backend, &listing.voices, changes).await?;
                    put(connection, &backend, &text).await?;
                    note(connection, dialect, &news).await
                })
            });
            Ok(keeping.await?)
        })
    }

    fn changes(&self, before: Option<i64>, most: usize) -> BoxFuture<Result<Vec<Change>, ShelfError>> {
        let database = self.clone();
        let (before, most) = (before.unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX));
        Box::pin(async move {
            let rows = database.read(move |connection| Box::pin(noted(connection, before, most))).await?;
            Ok(rows.into_iter().filter_map(change).collect())
        })
    }
}

async fn listed(connection: &mut AnyConnection) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sqlx::query_as("SELECT backend, listing FROM listings ORDER BY backend");
    Ok(rows.fetch_all(connection).await?)
}

/// A list that only a newer program can read is none: its vendor is asked again soon.
fn readable(backend: &str, text: &str) -> Option<Listing> {
    serde_json::from_str(text)
        .inspect_err(|_| tracing::warn!(backend, "a list of voices that this program cannot read"))
        .ok()
}

/// Those of the changes that the list kept before does not know yet.
async fn news(
    connection: &mut AnyConnection,
    backend: &str,
    voices: &[Voice],
    mut changes: Vec<Change>,
) -> Result<Vec<Change>, StoreError> {
    if changes.is_empty() {
        return Ok(changes);
    }
    let kept = sqlx::query_scalar("SELECT listing FROM listings WHERE backend = $1").bind(backend.to_owned());
    let kept: Option<String> = kept.fetch_optional(connection).await?;
    if let Some(kept) = kept.and_then(|text| readable(backend, &text)) {
        let unknown = catalog::changes(&kept.voices, voices, 0);
        let unknown: BTreeMap<VoiceId, What> =
            unknown.into_iter().map(|change| (change.voice, change.what)).collect();
        changes.retain(|change| unknown.get(&change.voice) == Some(&change.what));
    }
    Ok(changes)
}

/// A list that is as it was is not written anew: it may be megabytes.
async fn put(connection: &mut AnyConnection, backend: &str, text: &str) -> Result<(), StoreError> {
    let put = sqlx::query(
        "INSERT INTO listings (backend, listing) VALUES ($1, $2)
         ON CONFLICT (backend) DO UPDATE SET listing = excluded.listing
         WHERE listings.listing <> excluded.listing",
    );
    put.bind(backend.to_owned()).bind(text.to_owned()).execute(connection).await?;
    Ok(())
}

async fn note(
    connection: &mut AnyConnection,
    dialect: Dialect,
    changes: &[Change],
) -> Result<(), StoreError> {
    let Some(latest) = changes.iter().map(|change| change.at_unix_ms).max() else { return Ok(()) };
    let noted = dialect.sql(
        "INSERT INTO voice_changes (at, voice, change, name, former)
         SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4 FROM {each}",
    );
    let rows: Vec<Value> = changes.iter().map(row).collect();
    sqlx::query(noted).bind(json::array(&rows)?).execute(&mut *connection).await?;
    let told = i64::try_from(TOLD.as_millis()).unwrap_or(i64::MAX);
    let past = sqlx::query("DELETE FROM voice_changes WHERE at < $1").bind(latest.saturating_sub(told));
    past.execute(connection).await?;
    Ok(())
}

async fn noted(connection: &mut AnyConnection, before: i64, most: i64) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT number, at, voice, change, name, former FROM voice_changes
         WHERE number < $1 ORDER BY number DESC LIMIT $2",
    );
    Ok(rows.bind(before).bind(most).fetch_all(connection).await?)
}

fn row(Change { at_unix_ms, voice, what, .. }: &Change) -> Value {
    let (change, name, former) = match what {
        What::Added { name } => ("added", name, None),
        What::Removed { name } => ("removed", name, None),
        What::Renamed { from, to } => ("renamed", to, Some(from)),
    };
    json!([at_unix_ms, voice, change, name, former])
}

/// The change that a row tells of; none where only a newer program knows what it means.
fn change((number, at_unix_ms, voice, change, name, former): Row) -> Option<Change> {
    let what = match (change.as_str(), former) {
        ("added", _) => What::Added { name },
        ("removed", _) => What::Removed { name },
        ("renamed", Some(from)) => What::Renamed { from, to: name },
        _ => return None,
    };
    Some(Change { number, at_unix_ms, voice: VoiceId::parse(&voice)?, what })
}
