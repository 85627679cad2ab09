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

async fn usage(
    connection: &mut AnyConnection,
    scope: Scope,
    group_by: Vec<Dimension>,
) -> Result<Report, StoreError> {
    let groups = Groups::new(group_by);
    let of_one = if scope.client.is_some() { "AND client = $3" } else { "" };
    // Our own names of columns: nothing here comes from outside.
    let statement = AssertSqlSafe(format!(
        "SELECT {told_apart}
                CAST(sum(requests) AS BIGINT) AS n, CAST(sum(characters) AS BIGINT) AS written,
                CAST(sum(audio_ms) AS BIGINT) AS spoken, CAST(sum(errors) AS BIGINT) AS failed,
                CAST(sum(cache_hits) AS BIGINT) AS stored, CAST(sum(vendor_cost) AS BIGINT) AS cost,
                CAST(sum(charge) AS BIGINT) AS charged
         FROM usage_hours WHERE hour >= $1 AND hour < $2 {of_one} {group_by}",
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

/// The sums in a row; nothing where there was nothing to add up.
fn sums(row: &AnyRow) -> Result<Sums, sqlx::Error> {
    let sum = |column| Ok::<i64, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.unwrap_or_default());
    let count = |column| Ok::<u64, sqlx::Error>(u64::try_from(sum(column)?).unwrap_or_default());
    Ok(Sums {
        requests: count("n")?,
        characters: count("written")?,
        audio_ms: count("spoken")?,
        errors: count("failed")?,
        cache_hits: count("stored")?,
        vendor_cost: Nanos::new(sum("cost")?),
        charge: Nanos::new(sum("charged")?),
    })
}
