//! Entries of the ledger: money on its way from one account to another.
//!
//! | what | debit | credit |
//! |---|---|---|
//! | hold | `client:ID/budget` | `client:ID/held` |
//! | release | `client:ID/held` | `client:ID/budget` |
//! | settle, of a client | `client:ID` | `income` |
//! | settle, of a call | `cost:BACKEND` | `vendor:BACKEND` |
//! | adjust | as what it adds to, or the other way round | |

use billing::{Attempt, Basis, Charge, Nanos, Settlement};
use serde::Serialize;

use super::json::integer;
use super::writes::Writes;
use crate::StoreError;

/// One row of `ledger`.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    request: String,
    attempt: i64,
    kind: &'static str,
    step: i64,
    at: i64,
    debit: String,
    credit: String,
    nanos: i64,
    #[serde(flatten)]
    grounds: Grounds,
}

/// What an amount rests on.
#[derive(Debug, Default, Serialize)]
struct Grounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    characters: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_request: Option<String>,
}

/// What the entries of a request have in common.
pub(super) struct Entries<'a> {
    request: &'a str,
    client: &'a str,
    at: i64,
}

impl<'a> Entries<'a> {
    /// Those of the request that ends, or would end, like this.
    pub(super) fn of(settlement: &'a Settlement) -> Self {
        let row = &settlement.row;
        Self { request: &row.id, client: &row.payer.client, at: row.at_unix_ms }
    }

    /// So much is set aside.
    pub(super) fn hold(&self, step: i64, nanos: Nanos) -> Entry {
        self.entry(0, "hold", step, [self.budget(), self.held()], nanos.get(), Grounds::default())
    }

    /// All that was set aside is given back.
    pub(super) fn release(&self, nanos: Nanos) -> Entry {
        self.entry(0, "release", 0, [self.held(), self.budget()], nanos.get(), Grounds::default())
    }

    /// What the client is charged, and what each call costs us.
    pub(super) fn settle(&self, settlement: &Settlement) -> Vec<Entry> {
        let Charge { nanos, basis } = settlement.charge;
        let charge = self.entry(0, "settle", 0, self.charged(), nanos.get(), Grounds::charge(basis));
        let attempt = |attempt: &Attempt| {
            let grounds = Grounds::call(attempt, integer(attempt.characters));
            let number = i64::from(attempt.number);
            self.entry(number, "settle", 0, cost(&attempt.backend), attempt.cost.get(), grounds)
        };
        std::iter::once(charge).chain(settlement.attempts.iter().map(attempt)).collect()
    }

    /// What was settled in `old` becomes what it is in `new`.
    pub(super) fn adjust(&self, old: &Settlement, new: &Settlement) -> Vec<Entry> {
        let mut entries = Vec::new();
        if old.charge != new.charge {
            let more = new.charge.nanos.minus(old.charge.nanos).get();
            entries.push(self.entry(0, "adjust", 0, self.charged(), more, Grounds::charge(new.charge.basis)));
        }
        for was in &old.attempts {
            let now = new.attempts.iter().find(|now| now.number == was.number);
            // What another was called for is taken back as a whole.
            if now.is_none_or(|now| now.backend != was.backend) {
                let grounds = Grounds::call(was, -integer(was.characters));
                let number = i64::from(was.number);
                entries.push(self.entry(number, "adjust", 0, cost(&was.backend), -was.cost.get(), grounds));
            }
        }
        for now in &new.attempts {
            let was = old.attempts.iter().find(|was| was.number == now.number && was.backend == now.backend);
            if was == Some(now) {
                continue;
            }
            let (cost_before, characters_before) =
                was.map_or((0, 0), |was| (was.cost.get(), integer(was.characters)));
            let grounds = Grounds::call(now, integer(now.characters) - characters_before);
            let more = now.cost.get() - cost_before;
            entries.push(self.entry(i64::from(now.number), "adjust", 1, cost(&now.backend), more, grounds));
        }
        entries
    }

    /// Money does not flow backwards: less of it is more in the other direction.
    fn entry(
        &self,
        attempt: i64,
        kind: &'static str,
        step: i64,
        [debit, credit]: [String; 2],
        nanos: i64,
        grounds: Grounds,
    ) -> Entry {
        let (debit, credit) = if nanos < 0 { (credit, debit) } else { (debit, credit) };
        let nanos = nanos.saturating_abs();
        let request = self.request.to_owned();
        Entry { request, attempt, kind, step, at: self.at, debit, credit, nanos, grounds }
    }

    fn budget(&self) -> String {
        format!("client:{}/budget", self.client)
    }

    fn held(&self) -> String {
        format!("client:{}/held", self.client)
    }

    fn charged(&self) -> [String; 2] {
        [format!("client:{}", self.client), "income".to_owned()]
    }
}

fn cost(backend: &str) -> [String; 2] {
    [format!("cost:{backend}"), format!("vendor:{backend}")]
}

impl Grounds {
    fn charge(basis: Basis) -> Self {
        Self { basis: Some(basis_name(basis)), ..Self::default() }
    }

    fn call(attempt: &Attempt, characters: i64) -> Self {
        Self {
            basis: Some(basis_name(attempt.basis)),
            backend: Some(attempt.backend.clone()),
            model: Some(attempt.model.clone()),
            rate: Some(attempt.rate.clone()),
            characters: Some(characters),
            vendor_request: attempt.vendor_request.clone(),
        }
    }
}

/// As it is stored.
pub(super) fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Reported => "reported",
        Basis::Estimated => "estimated",
    }
}

/// Writes entries.
pub(super) fn write(writes: &mut Writes, entries: &[Entry]) -> Result<(), StoreError> {
    writes.add(
        "INSERT INTO ledger (request, attempt, kind, step, at_unix_ms, debit, credit, nanos,
                             basis, backend, model, rate, characters, vendor_request)
         SELECT value->>'request', CAST(value->>'attempt' AS BIGINT), value->>'kind', CAST(value->>'step' AS BIGINT),
                CAST(value->>'at' AS BIGINT), value->>'debit', value->>'credit', CAST(value->>'nanos' AS BIGINT),
                value->>'basis', value->>'backend', value->>'model', value->>'rate',
                CAST(value->>'characters' AS BIGINT), value->>'vendor_request'
         FROM {each}",
        entries,
    )
}
