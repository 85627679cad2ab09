//! What is set aside for requests that are running.

use std::collections::HashMap;

use billing::{Amounts, Mark, Nanos, Settlement, hour_of};
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::batch::key_of;
use super::json::{self, integer};
use super::writes::Writes;
use crate::StoreError;
use crate::dialect::Dialect;

/// What there is of a request.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// While it runs.
    pub(super) hold: Option<OpenHold>,
    /// Whether it has its row.
    pub(super) is_settled: bool,
    /// What was settled from its mark, and may yet be put right.
    pub(super) reaped: Option<Settlement>,
}

/// A hold without its mark; a new one holds nothing yet.
#[derive(Debug, Default)]
pub(super) struct OpenHold {
    pub(super) amounts: Amounts,
    /// How often it has grown; the number of the next entry.
    pub(super) step: i64,
}

impl OpenHold {
    pub(super) fn grow(&mut self, more: &Amounts) {
        self.amounts = self.amounts.plus(*more);
        self.step += 1;
    }

    /// As it is stored.
    pub(super) fn row<'m>(&self, mark: &'m Mark) -> HoldRow<'m> {
        let row = &mark.settlement.row;
        HoldRow {
            client: &row.payer.client,
            key: key_of(&row.payer),
            hour: hour_of(row.at_unix_ms),
            charge: self.amounts.charge.get(),
            characters: integer(self.amounts.characters),
            audio_ms: integer(self.amounts.audio_ms),
            step: self.step,
            mark: MarkRow::of(mark),
        }
    }
}

/// One row of `holds`.
#[derive(Serialize)]
pub(super) struct HoldRow<'m> {
    client: &'m str,
    key: &'m str,
    hour: i64,
    charge: i64,
    characters: i64,
    audio_ms: i64,
    step: i64,
    #[serde(flatten)]
    mark: MarkRow<'m>,
}

/// What a renewal changes of it.
#[derive(Serialize)]
struct MarkRow<'m> {
    request: &'m str,
    lease: i64,
    number: i64,
    mark: &'m Settlement,
}

impl<'m> MarkRow<'m> {
    fn of(mark: &'m Mark) -> Self {
        let settlement = &mark.settlement;
        Self {
            request: &settlement.row.id,
            lease: mark.lease_until_unix_ms,
            number: mark.number,
            mark: settlement,
        }
    }
}

#[derive(Serialize)]
struct Id<'i> {
    id: &'i str,
}

/// What there is of these requests.
pub(super) async fn known<'i>(
    connection: &mut AnyConnection,
    dialect: Dialect,
    ids: impl Iterator<Item = &'i String>,
) -> Result<HashMap<String, Known>, StoreError> {
    let ids: Vec<Id<'_>> = ids.map(|id| Id { id }).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let statement = dialect.sql(
        "SELECT asked.id, holds.charge, holds.characters, holds.audio_ms, holds.step, requests.id, reaped.settlement
         FROM (SELECT value->>'id' AS id FROM {each}) AS asked
         LEFT JOIN holds ON holds.request = asked.id
         LEFT JOIN requests ON requests.id = asked.id
         LEFT JOIN reaped ON reaped.request = asked.id
         WHERE holds.request IS NOT NULL OR requests.id IS NOT NULL",
    );
    let rows = sqlx::query(statement).bind(json::array(&ids)?).fetch_all(connection).await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in rows {
        let hold = match row.try_get::<Option<i64>, _>(1)? {
            Some(charge) => Some(OpenHold {
                amounts: Amounts {
                    charge: Nanos::new(charge),
                    characters: row.try_get::<i64, _>(2)?.unsigned_abs(),
                    audio_ms: row.try_get::<i64, _>(3)?.unsigned_abs(),
                },
                step: row.try_get(4)?,
            }),
            None => None,
        };
        let is_settled = row.try_get::<Option<String>, _>(5)?.is_some();
        let reaped = row.try_get::<Option<String>, _>(6)?;
        let reaped = reaped.and_then(|settlement| serde_json::from_str(&settlement).ok());
        known.insert(row.try_get(0)?, Known { hold, is_settled, reaped });
    }
    Ok(known)
}

/// Opens holds, and lets others grow.
pub(super) fn write(writes: &mut Writes, holds: &[HoldRow<'_>]) -> Result<(), StoreError> {
    writes.add(
        "INSERT INTO holds (request, client, key, hour, charge, characters, audio_ms, step, lease_until, number, mark)
         SELECT value->>'request', value->>'client', value->>'key', CAST(value->>'hour' AS BIGINT),
                CAST(value->>'charge' AS BIGINT), CAST(value->>'characters' AS BIGINT),
                CAST(value->>'audio_ms' AS BIGINT), CAST(value->>'step' AS BIGINT),
                CAST(value->>'lease' AS BIGINT), CAST(value->>'number' AS BIGINT), value->>'mark'
         FROM {each} WHERE TRUE
         ON CONFLICT (request) DO UPDATE SET charge = excluded.charge, characters = excluded.characters,
             audio_ms = excluded.audio_ms, step = excluded.step, lease_until = excluded.lease_until,
             number = excluded.number, mark = excluded.mark",
        holds,
    )
}

/// Moves the marks of those that are open, unless a newer one has come first.
pub(super) fn renew<'m>(
    writes: &mut Writes,
    marks: impl Iterator<Item = &'m Mark>,
) -> Result<(), StoreError> {
    let marks: Vec<MarkRow<'_>> = marks.map(MarkRow::of).collect();
    writes.add(
        "UPDATE holds SET lease_until = renewed.lease, number = renewed.number, mark = renewed.mark
         FROM (SELECT value->>'request' AS request, CAST(value->>'lease' AS BIGINT) AS lease,
                      CAST(value->>'number' AS BIGINT) AS number, value->>'mark' AS mark
               FROM {each}) AS renewed
         WHERE holds.request = renewed.request AND holds.number < renewed.number",
        &marks,
    )
}

/// Lifts the holds of these requests.
pub(super) fn lift(writes: &mut Writes, requests: &[&str]) -> Result<(), StoreError> {
    let ids: Vec<Id<'_>> = requests.iter().map(|id| Id { id }).collect();
    writes.add("DELETE FROM holds WHERE request IN (SELECT value->>'id' FROM {each})", &ids)
}
