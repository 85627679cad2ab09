//! The calls of a backend, read from the entries of the ledger.

use billing::{Attempt, Basis, Called, Calls, LedgerError, Nanos};
use speech::{BoxFuture, Usage};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::{Database, StoreError};

impl Calls for Database {
    fn calls(
        &self,
        backend: &str,
        from_unix_ms: i64,
        to_unix_ms: i64,
    ) -> BoxFuture<Result<Vec<Called>, LedgerError>> {
        let backend = backend.to_owned();
        self.reading(move |connection| {
            Box::pin(async move { calls(connection, &backend, from_unix_ms, to_unix_ms).await })
        })
    }
}

async fn calls(
    connection: &mut AnyConnection,
    backend: &str,
    from_unix_ms: i64,
    to_unix_ms: i64,
) -> Result<Vec<Called>, StoreError> {
    // What was settled comes before what was adjusted, and the tally of a request is its only call's.
    let rows = sqlx::query(
        "SELECT ledger.request AS request, ledger.attempt AS attempt, ledger.at_unix_ms AS at_unix_ms,
                CASE WHEN ledger.debit LIKE 'cost:%' THEN ledger.nanos ELSE -ledger.nanos END AS nanos,
                ledger.characters AS characters, ledger.basis AS basis, ledger.backend AS backend,
                ledger.model AS model, ledger.rate AS rate, ledger.vendor_request AS vendor_request,
                (SELECT max(attempt) FROM ledger AS calls WHERE calls.request = ledger.request) AS calls,
                requests.reported_characters AS credits, requests.input_tokens AS input_tokens,
                requests.output_tokens AS output_tokens
         FROM ledger LEFT JOIN requests ON requests.id = ledger.request
         WHERE ledger.backend = $1 AND ledger.attempt > 0 AND ledger.kind IN ('settle', 'adjust')
           AND ledger.at_unix_ms >= $2 AND ledger.at_unix_ms < $3
         ORDER BY ledger.at_unix_ms, ledger.request, ledger.attempt, ledger.kind DESC, ledger.step",
    )
    .bind(backend)
    .bind(from_unix_ms)
    .bind(to_unix_ms)
    .fetch_all(connection)
    .await?;
    let mut calls: Vec<(Id, Tally)> = Vec::new();
    for row in &rows {
        let id = (row.try_get("request")?, row.try_get("attempt")?);
        match calls.last_mut() {
            Some((known, tally)) if *known == id => tally.add(row)?,
            _ => calls.push((id, Tally::of(row)?)),
        }
    }
    Ok(calls.into_iter().map(|(_, tally)| tally.called()).collect())
}

/// A request, and the number of a call that was made for it.
type Id = (String, i64);

/// The entries of a call, added up.
struct Tally {
    /// As the latest entry has it, but for the amounts.
    latest: Called,
    nanos: i64,
    characters: i64,
}

impl Tally {
    fn of(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let characters: Option<i64> = row.try_get("characters")?;
        let characters = characters.unwrap_or_default();
        Ok(Self { latest: entry(row)?, nanos: row.try_get("nanos")?, characters })
    }

    fn add(&mut self, row: &AnyRow) -> Result<(), sqlx::Error> {
        let Self { mut latest, nanos, characters } = Self::of(row)?;
        let vendor_request = self.latest.attempt.vendor_request.take();
        latest.attempt.vendor_request = latest.attempt.vendor_request.or(vendor_request);
        *self = Self {
            latest,
            nanos: self.nanos.saturating_add(nanos),
            characters: self.characters.saturating_add(characters),
        };
        Ok(())
    }

    fn called(self) -> Called {
        let mut called = self.latest;
        called.attempt.characters = u64::try_from(self.characters).unwrap_or_default();
        called.attempt.cost = Nanos::new(self.nanos);
        called
    }
}

/// What an entry says, but for its amounts.
fn entry(row: &AnyRow) -> Result<Called, sqlx::Error> {
    let text = |name| Ok::<_, sqlx::Error>(row.try_get::<Option<String>, _>(name)?.unwrap_or_default());
    let count = |name| {
        let count: Option<i64> = row.try_get(name)?;
        Ok::<_, sqlx::Error>(count.and_then(|count| u64::try_from(count).ok()))
    };
    let usage = match row.try_get::<i64, _>("calls")? {
        1 => Usage {
            request_id: None,
            characters: count("credits")?,
            input_tokens: count("input_tokens")?,
            output_tokens: count("output_tokens")?,
        },
        _ => Usage::default(),
    };
    let attempt = Attempt {
        number: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or_default(),
        backend: text("backend")?,
        model: text("model")?,
        rate: text("rate")?,
        vendor_request: row.try_get("vendor_request")?,
        characters: 0,
        cost: Nanos::ZERO,
        basis: if text("basis")? == "reported" { Basis::Reported } else { Basis::Estimated },
    };
    Ok(Called { at_unix_ms: row.try_get("at_unix_ms")?, attempt, usage })
}
