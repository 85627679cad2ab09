//! Budgets, read.

use std::collections::{BTreeMap, BTreeSet};

use billing::Budget;
use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::json;
use crate::StoreError;
use crate::dialect::Dialect;

/// All budgets of those clients, in the order in which they were given; who has none is left out.
pub(crate) async fn budgets(
    connection: &mut AnyConnection,
    dialect: Dialect,
    clients: impl IntoIterator<Item = &str>,
) -> Result<BTreeMap<String, Vec<Budget>>, StoreError> {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Client<'c> {
        client: &'c str,
    }
    let clients: BTreeSet<_> = clients.into_iter().map(|client| Client { client }).collect();
    if clients.is_empty() {
        return Ok(BTreeMap::new());
    }
    let statement = dialect.sql(
        "SELECT client, key, measure, most, period, action FROM budgets
         WHERE client IN (SELECT value->>'client' FROM {each}) ORDER BY client, number",
    );
    let clients: Vec<_> = clients.into_iter().collect();
    let rows = sqlx::query(statement).bind(json::array(&clients)?).fetch_all(connection).await?;
    let mut budgets: BTreeMap<String, Vec<Budget>> = BTreeMap::new();
    for row in rows {
        budgets.entry(row.try_get("client")?).or_default().push(budget(&row)?);
    }
    Ok(budgets)
}

fn budget(row: &AnyRow) -> Result<Budget, StoreError> {
    let text = |column| row.try_get::<String, _>(column);
    let key = Some(text("key")?).filter(|key| !key.is_empty());
    let budget = serde_json::json!({
        "key": key,
        "measure": text("measure")?,
        "limit": row.try_get::<i64, _>("most")?,
        "window": text("period")?,
        "action": text("action")?,
    });
    Ok(serde_json::from_value(budget).map_err(|error| sqlx::Error::Decode(error.into()))?)
}
