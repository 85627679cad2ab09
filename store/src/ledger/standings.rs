//! How budgets stand.

use std::collections::{BTreeSet, HashMap};

use billing::{Amounts, Budget, Measure, Payer, RequestRow, Standing, Verdict, Window, admit, hour_of};
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::batch::key_of;
use super::budgets::budgets;
use super::json;
use crate::StoreError;
use crate::dialect::Dialect;

/// Who pays, and when the request came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payment<'r> {
    /// Who.
    pub(crate) client: &'r str,
    /// With which key; the empty name for none.
    pub(crate) key: &'r str,
    /// Unix milliseconds.
    pub(crate) at_unix_ms: i64,
}

impl<'r> Payment<'r> {
    /// For that request.
    pub(crate) fn of(RequestRow { payer, at_unix_ms, .. }: &'r RequestRow) -> Self {
        let Payer { client, .. } = payer;
        Self { client, key: key_of(payer), at_unix_ms: *at_unix_ms }
    }
}

/// How the budgets of some clients stand, each in its own window.
#[derive(Debug, Default)]
pub(crate) struct Standings(HashMap<String, Vec<Counted>>);

/// A budget and the hours that it counts together.
#[derive(Debug)]
struct Counted {
    hours: Hours,
    standing: Standing,
}

/// From the first up to, not including, the last; hours since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Hours {
    first: i64,
    end: i64,
}

impl Hours {
    fn of(budget: &Budget, at_unix_ms: i64) -> Self {
        let window = budget.window;
        let end = match window {
            Window::Day | Window::Month => hour_of(window.next_unix_ms(at_unix_ms)),
            // What came later counts, too, for one that came before it and grows.
            Window::Rolling { .. } => i64::MAX,
        };
        Self { first: window.first_hour(at_unix_ms), end }
    }

    fn contain(self, hour: i64) -> bool {
        (self.first..self.end).contains(&hour)
    }
}

impl Standings {
    /// Sets so much more aside for a payment, in memory, unless there is no room for it.
    pub(crate) fn admit(&mut self, payment: &Payment<'_>, more: &Amounts) -> Verdict {
        let Some(counted) = self.0.get_mut(payment.client) else { return Verdict::Granted { over: false } };
        let concerned = counted
            .iter()
            .filter(|Counted { standing: Standing { budget, .. }, hours }| {
                let is_its_key = budget.key.as_deref().is_none_or(|key| key == payment.key);
                is_its_key && *hours == Hours::of(budget, payment.at_unix_ms)
            })
            .map(|counted| counted.standing.clone());
        let mut standings: Vec<Standing> = concerned.collect();
        let verdict = admit(&mut standings, more);
        if let Verdict::Granted { .. } = verdict {
            let hour = hour_of(payment.at_unix_ms);
            // Of a rolling window that has moved on within the batch, too.
            let counting =
                counted.iter_mut().filter(|Counted { standing: Standing { budget, .. }, hours }| {
                    hours.contain(hour) && budget.key.as_deref().is_none_or(|key| key == payment.key)
                });
            for Counted { standing, .. } in counting {
                standing.held = standing.held.saturating_add(more.of(standing.budget.measure));
            }
        }
        verdict
    }

    /// Each of them, in the order in which its client was given it.
    pub(crate) fn into_vec(self) -> Vec<Standing> {
        self.0.into_values().flatten().map(|counted| counted.standing).collect()
    }
}

/// How all budgets of those clients stand, in the windows that the payments fall into.
pub(crate) async fn standings(
    connection: &mut AnyConnection,
    dialect: Dialect,
    payments: &[Payment<'_>],
) -> Result<Standings, StoreError> {
    let mut windows = BTreeSet::new();
    let budgets = budgets(connection, dialect, payments.iter().map(|payment| payment.client)).await?;
    for payment in payments {
        for (number, budget) in budgets.get(payment.client).into_iter().flatten().enumerate() {
            windows.insert((payment.client, number, Hours::of(budget, payment.at_unix_ms)));
        }
    }
    if windows.is_empty() {
        return Ok(Standings::default());
    }
    let windows: Vec<(&str, &Budget, Hours)> = windows
        .into_iter()
        .filter_map(|(client, number, hours)| Some((client, budgets.get(client)?.get(number)?, hours)))
        .collect();
    let sums = sums(connection, dialect, &windows).await?;
    let mut standings = Standings::default();
    for ((client, budget, hours), (spent, held)) in windows.into_iter().zip(sums) {
        let standing = Standing { budget: budget.clone(), spent, held };
        standings.0.entry(client.to_owned()).or_default().push(Counted { hours, standing });
    }
    Ok(standings)
}

/// What is spent and held of each.
async fn sums(
    connection: &mut AnyConnection,
    dialect: Dialect,
    windows: &[(&str, &Budget, Hours)],
) -> Result<Vec<(i64, i64)>, StoreError> {
    #[derive(Serialize)]
    struct Wanted<'w> {
        number: usize,
        client: &'w str,
        key: &'w str,
        measure: Measure,
        #[serde(flatten)]
        hours: Hours,
    }
    let statement = dialect.sql(
        concat!("WITH wanted AS MATERIALIZED (
             SELECT CAST(value->>'number' AS BIGINT) AS number, value->>'client' AS client, value->>'key' AS key,
                    value->>'measure' AS measure, CAST(value->>'first' AS BIGINT) AS first_hour,
                    CAST(value->>'end' AS BIGINT) AS end_hour
             FROM {each})
         SELECT (SELECT ", total!("CASE wanted.measure WHEN 'money' THEN spent.charge
                                   WHEN 'characters' THEN spent.characters ELSE spent.audio_ms END"), "
                 FROM spent
                 WHERE spent.client = wanted.client AND spent.key = wanted.key
                   AND spent.hour >= wanted.first_hour AND spent.hour < wanted.end_hour),
                (SELECT ", total!("CASE wanted.measure WHEN 'money' THEN holds.charge
                                   WHEN 'characters' THEN holds.characters ELSE holds.audio_ms END"), "
                 FROM holds
                 WHERE holds.client = wanted.client AND (wanted.key = '' OR holds.key = wanted.key)
                   AND holds.hour >= wanted.first_hour AND holds.hour < wanted.end_hour)
         FROM wanted ORDER BY wanted.number"),
    );
    let wanted: Vec<Wanted<'_>> = windows
        .iter()
        .enumerate()
        .map(|(number, (client, budget, hours))| Wanted {
            number,
            client,
            key: budget.key.as_deref().unwrap_or_default(),
            measure: budget.measure,
            hours: *hours,
        })
        .collect();
    let rows = sqlx::query(statement).bind(json::array(&wanted)?).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
