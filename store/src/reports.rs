//! What was used, read from sums by the hour: as exact as the requests' rows, and far fewer.

mod groups;

use std::collections::BTreeMap;

use billing::{Dimension, LedgerError, Nanos, Report, Reports, Scope, Standing, Sums, hour_of};
use speech::BoxFuture;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use self::groups::Groups;
use crate::ledger::{Payment, standings};
use crate::{Database, StoreError};

impl Reports for Database {
    fn usage(&self, scope: Scope, group_by: Vec<Dimension>) -> BoxFuture<Result<Report, LedgerError>> {
        self.reading(|connection| Box::pin(usage(connection, scope, group_by)))
    }

    fn standings(&self, client: &str, now_unix_ms: i64) -> BoxFuture<Result<Vec<Standing>, LedgerError>> {
        let (dialect, client) = (self.dialect, client.to_owned());
        self.reading(move |connection| {
            Box::pin(async move {
                let payment = Payment { client: &client, key: "", at_unix_ms: now_unix_ms };
                Ok(standings(connection, dialect, &[payment]).await?.into_vec())
            })
        })
    }
}

/// What is added up. Requests are counted one by one: these never run over.
const TOTALS: &str = concat!(
    "CAST(coalesce(sum(requests), 0) AS BIGINT) AS n, CAST(coalesce(sum(errors), 0) AS BIGINT) AS failed,
     CAST(coalesce(sum(cache_hits), 0) AS BIGINT) AS stored, ",
    total!("characters"),
    " AS written, ",
    total!("audio_ms"),
    " AS spoken, ",
    total!("vendor_cost"),
    " AS cost, ",
    total!("vendor_cost_estimated"),
    " AS cost_estimated, ",
    total!("charge"),
    " AS charged, ",
    total!("charge_estimated"),
    " AS charged_estimated"
);

async fn usage(
    connection: &mut AnyConnection,
    scope: Scope,
    group_by: Vec<Dimension>,
) -> Result<Report, StoreError> {
    let groups = Groups::new(group_by);
    let of_one = if scope.client.is_some() { "AND client = $3" } else { "" };
    // Our own names of columns: nothing here comes from outside.
    let statement = AssertSqlSafe(format!(
        "SELECT {told_apart} {TOTALS} FROM usage_hours WHERE hour >= $1 AND hour < $2 {of_one} {group_by}",
        told_apart = groups.columns(),
        group_by = groups.clause(),
    ));
    let mut query = sqlx::query(statement).bind(hour_of(scope.from_unix_ms)).bind(hour_of(scope.to_unix_ms));
    if let Some(client) = scope.client {
        query = query.bind(client);
    }
    let mut report = BTreeMap::new();
    for row in query.fetch_all(connection).await? {
        let known: &mut Sums = report.entry(groups.of(&row)?).or_default();
        *known = known.plus(&sums(&row)?);
    }
    Ok(report.into_iter().collect())
}

/// The sums in a row.
fn sums(row: &AnyRow) -> Result<Sums, sqlx::Error> {
    let nanos = |column| row.try_get(column).map(Nanos::new);
    let count = |column| row.try_get::<i64, _>(column).map(|count| u64::try_from(count).unwrap_or_default());
    Ok(Sums {
        requests: count("n")?,
        characters: count("written")?,
        audio_ms: count("spoken")?,
        errors: count("failed")?,
        cache_hits: count("stored")?,
        vendor_cost: nanos("cost")?,
        vendor_cost_estimated: nanos("cost_estimated")?,
        charge: nanos("charged")?,
        charge_estimated: nanos("charged_estimated")?,
    })
}
