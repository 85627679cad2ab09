//! Closed months, taken out of the database into a file.
//!
//! What every request came to stays: the sums that budgets and reports count, and for each pair of accounts one entry
//! of kind `close` with all that went between them. The requests themselves and their entries go to a gzipped file with
//! a line of JSON for each; its last line counts them and has the SHA-256 of all lines before it. What a month gets
//! afterwards goes to another file beside it; of a request that is in two of them, the later file has its end.

mod file;

use std::path::{Path, PathBuf};

use billing::{Month, hour_of};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use self::file::ArchiveFile;
use crate::{Database, StoreError};

/// How many requests are read, and later deleted, at a time: nobody waits long for the database.
const AT_ONCE: i64 = 1000;

/// For how long a gateway that was taken for dead may still come and say how its request ended.
const LATE_MS: i64 = 24 * 3_600_000;

/// What was archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Where it is.
    pub path: PathBuf,
    /// How many requests.
    pub requests: u64,
    /// How many entries of the ledger.
    pub entries: u64,
}

/// Some requests in the order of their time, and what is known of them: they are deleted only if it is still so.
#[derive(Clone, Debug)]
struct Chunk {
    after: Place,
    last: Place,
    requests: i64,
    entries: i64,
    nanos: i64,
}

/// A request's place among all: its time and its id.
type Place = (i64, String);

/// The rows of a table that belong to the requests after one place, up to another.
const REQUESTS: &str = "SELECT * FROM requests
     WHERE at_unix_ms >= $1 AND at_unix_ms <= $3 AND (at_unix_ms, id) > ($1, $2)
     ORDER BY at_unix_ms, id LIMIT $4";
const ENTRIES: &str = "SELECT ledger.* FROM requests JOIN ledger ON ledger.request = requests.id
     WHERE requests.at_unix_ms >= $1 AND requests.at_unix_ms <= $3
       AND (requests.at_unix_ms, requests.id) > ($1, $2) AND (requests.at_unix_ms, requests.id) <= ($3, $4)
     ORDER BY requests.at_unix_ms, requests.id, attempt, kind, step";

impl Database {
    /// Moves the requests of a month that is over, and their entries, to a new file in that directory,
    /// `soundboard-2026-10.ndjson.gz`, or `soundboard-2026-10.2.ndjson.gz` where that is there. They are deleted when
    /// the file is on disk, and never otherwise; a file that could not be ended is not left behind.
    ///
    /// # Errors
    /// [`StoreError::MonthOpen`], [`StoreError::MonthChanged`], and [`StoreError::Exists`] where all of the month is
    /// in a file already.
    pub async fn archive_month(
        &self,
        month: Month,
        now_unix_ms: i64,
        to: &Path,
    ) -> Result<Archived, StoreError> {
        if now_unix_ms < month.to_unix_ms() || self.open_requests(month, now_unix_ms).await? > 0 {
            return Err(StoreError::MonthOpen { month });
        }
        let (chunks, file) = self.write_archive(month, to).await?;
        let archived = file.finish().await?;
        for chunk in chunks {
            self.close_chunk(month, chunk).await?;
        }
        Ok(archived)
    }

    /// How many requests of a month may still end otherwise: those that are running, and those that were settled for
    /// want of their gateway not long ago. Were these deleted, a gateway that comes late would write them again.
    async fn open_requests(&self, month: Month, now_unix_ms: i64) -> Result<i64, StoreError> {
        let (first, end) = (hour_of(month.from_unix_ms()), hour_of(month.to_unix_ms()));
        let count = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM holds WHERE hour >= $1 AND hour < $2)
                  + (SELECT count(*) FROM reaped JOIN requests ON requests.id = reaped.request
                     WHERE requests.hour >= $1 AND requests.hour < $2 AND requests.at_unix_ms > $3)",
        );
        let count = count.bind(first).bind(end).bind(now_unix_ms - LATE_MS);
        self.read(move |connection| Box::pin(async move { Ok(count.fetch_one(connection).await?) })).await
    }

    async fn write_archive(&self, month: Month, to: &Path) -> Result<(Vec<Chunk>, ArchiveFile), StoreError> {
        let mut file = ArchiveFile::create(month, to)?;
        let mut chunks = Vec::new();
        let mut after = (month.from_unix_ms(), String::new());
        let end = month.to_unix_ms() - 1;
        loop {
            let from = after.clone();
            let read = self.read(move |connection| Box::pin(read_chunk(connection, from, end)));
            let (chunk, requests, entries) = read.await?;
            let Some(chunk) = chunk else { return Ok((chunks, file)) };
            after = chunk.last.clone();
            chunks.push(chunk);
            file = file.append(requests, entries).await?;
        }
    }

    /// Deletes what was archived, and leaves what it all came to.
    async fn close_chunk(&self, month: Month, chunk: Chunk) -> Result<(), StoreError> {
        self.write(move |connection| Box::pin(close(connection, month, chunk))).await
    }
}

async fn read_chunk(
    connection: &mut AnyConnection,
    after: Place,
    end_unix_ms: i64,
) -> Result<(Option<Chunk>, Vec<AnyRow>, Vec<AnyRow>), StoreError> {
    let query = sqlx::query(REQUESTS).bind(after.0).bind(after.1.clone()).bind(end_unix_ms).bind(AT_ONCE);
    let requests = query.fetch_all(&mut *connection).await?;
    let Some(last) = requests.last() else { return Ok((None, Vec::new(), Vec::new())) };
    let last: Place = (last.try_get("at_unix_ms")?, last.try_get("id")?);
    let entries = within(sqlx::query(ENTRIES), &after, &last).fetch_all(connection).await?;
    let mut nanos: i64 = 0;
    for entry in &entries {
        nanos = nanos.saturating_add(entry.try_get("nanos")?);
    }
    let chunk = Chunk { after, last, requests: requests.len() as i64, entries: entries.len() as i64, nanos };
    Ok((Some(chunk), requests, entries))
}

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

fn within(query: Query, after: &Place, last: &Place) -> Query {
    query.bind(after.0).bind(after.1.clone()).bind(last.0).bind(last.1.clone())
}

/// The requests of a chunk, by id.
macro_rules! of_chunk {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "(SELECT id FROM requests
              WHERE at_unix_ms >= $1 AND at_unix_ms <= $3
                AND (at_unix_ms, id) > ($1, $2) AND (at_unix_ms, id) <= ($3, $4))",
            $after
        )
    };
}

const COUNT_REQUESTS: &str = of_chunk!("SELECT count(*) FROM requests WHERE id IN ", "");
const COUNT_ENTRIES: &str =
    of_chunk!("SELECT count(*), CAST(coalesce(sum(nanos), 0) AS BIGINT) FROM ledger WHERE request IN ", "");

/// What it came to by the chunk before, and by this one; the attempt counts the chunks.
const CLOSE: &str = of_chunk!(
    "INSERT INTO ledger (request, attempt, kind, step, at_unix_ms, debit, credit, nanos, backend, characters)
     SELECT $5, coalesce((SELECT max(attempt) FROM ledger WHERE request = $5), 0) + 1, 'close',
            row_number() OVER (ORDER BY debit, credit, backend), $6, debit, credit, CAST(sum(nanos) AS BIGINT),
            backend, CAST(sum(characters) AS BIGINT)
     FROM ledger WHERE request = $5 OR request IN ",
    " GROUP BY debit, credit, backend"
);
const DELETE_CLOSED: &str = "DELETE FROM ledger
     WHERE request = $1 AND attempt < (SELECT max(attempt) FROM ledger WHERE request = $1)";
const DELETE_ENTRIES: &str = of_chunk!("DELETE FROM ledger WHERE request IN ", "");
const DELETE_REAPED: &str = of_chunk!("DELETE FROM reaped WHERE request IN ", "");
const DELETE_REQUESTS: &str = of_chunk!("DELETE FROM requests WHERE id IN ", "");

async fn close(connection: &mut AnyConnection, month: Month, chunk: Chunk) -> Result<(), StoreError> {
    let Chunk { after, last, .. } = &chunk;
    let requests: i64 =
        within(sqlx::query(COUNT_REQUESTS), after, last).fetch_one(&mut *connection).await?.try_get(0)?;
    let entries = within(sqlx::query(COUNT_ENTRIES), after, last).fetch_one(&mut *connection).await?;
    let (entries, nanos): (i64, i64) = (entries.try_get(0)?, entries.try_get(1)?);
    if (requests, entries, nanos) != (chunk.requests, chunk.entries, chunk.nanos) {
        return Err(StoreError::MonthChanged { month });
    }
    let open = sqlx::query("INSERT INTO archiving (from_unix_ms, to_unix_ms) VALUES ($1, $2)");
    open.bind(month.from_unix_ms()).bind(month.to_unix_ms()).execute(&mut *connection).await?;
    let closed = format!("closed:{month}");
    let close = within(sqlx::query(CLOSE), after, last).bind(closed.clone()).bind(month.from_unix_ms());
    close.execute(&mut *connection).await?;
    sqlx::query(DELETE_CLOSED).bind(closed).execute(&mut *connection).await?;
    for delete in [DELETE_ENTRIES, DELETE_REAPED, DELETE_REQUESTS] {
        within(sqlx::query(delete), after, last).execute(&mut *connection).await?;
    }
    sqlx::query("DELETE FROM archiving").execute(connection).await?;
    Ok(())
}
