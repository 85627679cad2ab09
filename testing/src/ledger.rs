//! A ledger in memory, for tests that are about who writes, not about where.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use billing::{
    Amounts, Budget, Growth, Hold, Ledger, LedgerError, Mark, Outcome, RequestRow, Settlement, Standing,
    Verdict, admit,
};
use speech::BoxFuture;

/// Holds and settlements in memory, with one client's budgets that count for ever.
#[derive(Default)]
pub struct MemoryLedger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    budgets: Vec<Budget>,
    holds: BTreeMap<String, (Amounts, Mark)>,
    settlements: Vec<Settlement>,
    is_broken: bool,
}

impl MemoryLedger {
    /// A ledger in which whoever asks has these budgets.
    pub fn with_budgets(budgets: Vec<Budget>) -> Self {
        Self(Mutex::new(Pages { budgets, ..Pages::default() }))
    }

    /// From now on it can, or cannot, be written.
    pub fn break_off(&self, is_broken: bool) {
        self.pages().is_broken = is_broken;
    }

    /// What is on hold, with its newest mark.
    pub fn holds(&self) -> Vec<(Amounts, Mark)> {
        self.pages().holds.values().cloned().collect()
    }

    /// Every request that was settled, in that order.
    pub fn settlements(&self) -> Vec<Settlement> {
        self.pages().settlements.clone()
    }

    /// Its rows alone.
    pub fn rows(&self) -> Vec<RequestRow> {
        self.pages().settlements.iter().map(|settlement| settlement.row.clone()).collect()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(&self, write: impl FnOnce(&mut Pages) -> T) -> BoxFuture<Result<T, LedgerError>>
    where
        T: Send + 'static,
    {
        let mut pages = self.pages();
        let written = if pages.is_broken {
            Err(LedgerError("it is out of order".into()))
        } else {
            Ok(write(&mut pages))
        };
        Box::pin(async { written })
    }
}

impl Pages {
    fn admit(&self, more: &Amounts) -> Verdict {
        let standing = |budget: &Budget| Standing {
            budget: budget.clone(),
            spent: self.settlements.iter().map(|settled| settled.amounts().of(budget.measure)).sum(),
            held: self.holds.values().map(|(held, _)| held.of(budget.measure)).sum(),
        };
        admit(&mut self.budgets.iter().map(standing).collect::<Vec<_>>(), more)
    }

    fn settle(&mut self, settlement: Settlement) {
        let id = &settlement.row.id;
        self.holds.remove(id);
        if self.settlements.iter().all(|settled| settled.row.id != *id) {
            self.settlements.push(settlement);
        }
    }
}

impl Ledger for MemoryLedger {
    fn hold(&self, Hold { amounts, mark }: Hold) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.write(|pages| {
            let verdict = pages.admit(&amounts);
            if matches!(verdict, Verdict::Granted { .. }) {
                pages.holds.insert(mark.settlement.row.id.clone(), (amounts, mark));
            }
            verdict
        })
    }

    fn grow(&self, Growth { more, mark }: Growth) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.write(|pages| {
            let verdict = pages.admit(&more);
            if let (Verdict::Granted { .. }, Some(hold)) =
                (&verdict, pages.holds.get_mut(&mark.settlement.row.id))
            {
                *hold = (hold.0.plus(more), mark);
            }
            verdict
        })
    }

    fn renew(&self, marks: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>> {
        self.write(|pages| {
            for mark in marks {
                if let Some(hold) = pages.holds.get_mut(&mark.settlement.row.id) {
                    hold.1 = mark;
                }
            }
        })
    }

    fn settle(&self, settlement: Settlement) -> BoxFuture<Result<(), LedgerError>> {
        self.write(|pages| pages.settle(settlement))
    }

    fn reap(&self, now_unix_ms: i64) -> BoxFuture<Result<u64, LedgerError>> {
        self.write(|pages| {
            let ended = pages.holds.values().filter(|(_, mark)| mark.lease_until_unix_ms < now_unix_ms);
            let lost: Vec<Settlement> = ended.map(|(_, mark)| mark.settlement.clone()).collect();
            for mut settlement in lost.iter().cloned() {
                settlement.row.outcome = Outcome::Lost;
                pages.settle(settlement);
            }
            lost.len() as u64
        })
    }

    fn ready(&self) -> BoxFuture<Result<(), LedgerError>> {
        self.write(|_| ())
    }
}
