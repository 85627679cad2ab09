//! A ledger in memory: keeping it is another room's work.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard};

use billing::{
    Amounts, Budget, Growth, Hold, Ledger, LedgerError, Mark, Nanos, RequestRow, Settlement, Standing,
    Verdict, admit,
};
use speech::{BoxFuture, Door};
use tokio::sync::watch;

/// What every model costs, in dollars: a cent for a thousand characters.
pub(crate) const RATES: &str = r#"
[[rate]]
backend = "tone"
models = ["*"]
from = "1970-01-01"
usd_per_million_characters = "10"
"#;

/// Everything that was settled, and how the budgets stand, which are everybody's.
#[derive(Default)]
pub(crate) struct Rows {
    kept: Mutex<Kept>,
    /// Nothing can be written.
    pub(crate) broken: watch::Sender<bool>,
    /// Requests for which something was put on hold.
    pub(crate) held: watch::Sender<usize>,
}

#[derive(Default)]
struct Kept {
    settlements: Vec<Settlement>,
    standings: Vec<Standing>,
    held: HashMap<String, Amounts>,
}

impl Rows {
    /// These budgets and no others; nothing is spent of them.
    pub(crate) fn limit(&self, budgets: impl IntoIterator<Item = Budget>) {
        let standing = |budget| Standing { budget, spent: 0, held: 0 };
        self.kept().standings = budgets.into_iter().map(standing).collect();
    }

    /// One line for each row so far, by request.
    pub(crate) fn show(&self) -> String {
        let show = |row: &RequestRow| {
            let voice = row.voice.as_deref().unwrap_or("-");
            format!("{} {} {voice} {} {:?}", row.id, row.payer.client, row.outcome.code(), row.characters)
        };
        let mut lines: Vec<_> = self.kept().settlements.iter().map(|settled| show(&settled.row)).collect();
        lines.sort();
        lines.join("\n")
    }

    /// The door that each row came in by.
    pub(crate) fn doors(&self) -> Vec<Door> {
        self.rows().into_iter().map(|row| row.door).collect()
    }

    /// The rows, in the order in which they were settled.
    pub(crate) fn rows(&self) -> Vec<RequestRow> {
        self.kept().settlements.iter().map(|settled| settled.row.clone()).collect()
    }

    /// What each request was charged, likewise.
    pub(crate) fn charges(&self) -> Vec<Nanos> {
        self.kept().settlements.iter().map(|settled| settled.charge.nanos).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn write<T>(&self, write: impl FnOnce(&mut Kept) -> T) -> BoxFuture<Result<T, LedgerError>>
    where
        T: Send + 'static,
    {
        let written = match *self.broken.borrow() {
            true => Err(LedgerError(Box::new(io::Error::other("a secret disk is full")))),
            false => Ok(write(&mut self.kept())),
        };
        Box::pin(async { written })
    }
}

impl Kept {
    fn hold(&mut self, id: &str, more: Amounts) -> Verdict {
        let verdict = admit(&mut self.standings, &more);
        if let Verdict::Granted { .. } = verdict {
            let held = self.held.entry(id.to_owned()).or_default();
            *held = held.plus(more);
        }
        verdict
    }

    fn settle(&mut self, settlement: Settlement) {
        let held = self.held.remove(&settlement.row.id).unwrap_or_default();
        for standing in &mut self.standings {
            standing.held -= held.of(standing.budget.measure);
            standing.spent += settlement.amounts().of(standing.budget.measure);
        }
        self.settlements.push(settlement);
    }
}

impl Ledger for Rows {
    fn hold(&self, Hold { amounts, mark }: Hold) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.held.send_modify(|held| *held += 1);
        self.write(|kept| kept.hold(&mark.settlement.row.id, amounts))
    }

    fn grow(&self, Growth { more, mark }: Growth) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.write(|kept| kept.hold(&mark.settlement.row.id, more))
    }

    fn renew(&self, _: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>> {
        self.write(|_| ())
    }

    fn settle(&self, settlement: Settlement) -> BoxFuture<Result<(), LedgerError>> {
        self.write(|kept| kept.settle(settlement))
    }

    fn reap(&self, _: i64) -> BoxFuture<Result<u64, LedgerError>> {
        self.write(|_| 0)
    }

    fn ready(&self) -> BoxFuture<Result<(), LedgerError>> {
        self.write(|_| ())
    }
}
