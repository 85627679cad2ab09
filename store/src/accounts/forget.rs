//! What is personal is deleted; what was spent stays.

use serde_json::{Value, json};
use sqlx::{AnyConnection, Row};

use crate::dialect::Dialect;
use crate::ledger::{Sums, Writes};
use crate::{Database, StoreError};

/// How many hours of sums are rewritten in one transaction; others write in between.
const HOURS: i64 = 24;

/// In one transaction: whose client this is, nobody knows behind it.
const AT_ONCE: [&str; 4] = [
    "UPDATE clients SET name = NULL, preferences = '{}' WHERE id = $1",
    "DELETE FROM keys WHERE client = $1",
    "DELETE FROM lexicon WHERE client = $1",
    "DELETE FROM replays WHERE client = $1",
];

/// Some requests lose their tags.
const REQUESTS: &str = "UPDATE requests SET tags = '{}' WHERE id IN
    (SELECT id FROM requests WHERE client = $1 AND tags <> '{}' LIMIT 1000)";

/// Settlements of a client that may yet be written, behind a request, so many at a time. They are JSON: their tags are
/// in there.
const PENDING: [(&str, &str); 2] = [
    (
        "SELECT request, mark FROM holds WHERE client = $1 AND request > $2 ORDER BY request LIMIT 1000",
        "UPDATE holds SET mark = $2 WHERE request = $1",
    ),
    (
        "SELECT reaped.request, reaped.settlement FROM reaped JOIN requests ON requests.id = reaped.request
         WHERE requests.client = $1 AND reaped.request > $2 ORDER BY reaped.request LIMIT 1000",
        "UPDATE reaped SET settlement = $2 WHERE request = $1",
    ),
];

/// Sums that have tags leave; without them they are added again, those that only tags told apart together.
const TAKE_TAGGED_SUMS: &str =
    "DELETE FROM usage_hours WHERE client = $1 AND tags <> '{}' AND hour >= $2 AND hour < $3 RETURNING *";

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
        let dialect = self.dialect;
        for pending in PENDING {
            let mut after = Some(String::new());
            while let Some(request) = after {
                let of_whom = client.clone();
                let bare = self.write(move |connection| {
                    Box::pin(bare_some_pending(connection, pending, of_whom, request))
                });
                after = bare.await?;
            }
        }
        loop {
            let of_whom = client.clone();
            let merged =
                self.write(move |connection| Box::pin(merge_some_sums(connection, dialect, of_whom)));
            if !merged.await? {
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

/// Takes the tags out of some settlements that may yet be written; names the last of them, if there was one.
async fn bare_some_pending(
    connection: &mut AnyConnection,
    (read, write): (&'static str, &'static str),
    client: String,
    after: String,
) -> Result<Option<String>, StoreError> {
    let rows = sqlx::query(read).bind(client).bind(after).fetch_all(&mut *connection).await?;
    let mut last = None;
    for row in &rows {
        let (request, text): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        // Of another program's settlements as much is known as where their tags are.
        let settlement = serde_json::from_str::<Value>(&text);
        if let Ok(mut settlement) = settlement
            && let Some(tags) = settlement.pointer_mut("/row/tags")
        {
            *tags = json!({});
            let bare = sqlx::query(write).bind(request.clone()).bind(settlement.to_string());
            bare.execute(&mut *connection).await?;
        }
        last = Some(request);
    }
    Ok(last)
}

/// Merges the first of a client's sums that have tags; false where none has.
async fn merge_some_sums(
    connection: &mut AnyConnection,
    dialect: Dialect,
    client: String,
) -> Result<bool, StoreError> {
    let first = sqlx::query("SELECT min(hour) AS hour FROM usage_hours WHERE client = $1 AND tags <> '{}'");
    let first = first.bind(client.clone()).fetch_one(&mut *connection).await?;
    let Some(from) = first.try_get::<Option<i64>, _>("hour")? else { return Ok(false) };
    let taken = sqlx::query(TAKE_TAGGED_SUMS).bind(client).bind(from).bind(from + HOURS);
    let mut sums = Sums::default();
    for row in taken.fetch_all(&mut *connection).await? {
        sums.add_without_tags(&row)?;
    }
    let mut writes = Writes::new(dialect);
    sums.write(&mut writes)?;
    writes.run(connection).await?;
    Ok(true)
}
