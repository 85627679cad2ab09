//! The ledger: what is on hold, what was settled, and what it all comes to.
//!
//! Every operation is one transaction's, or rather a part of one: [`writer`] gathers what comes while the one before is
//! on its way to the disk, and [`batch`] applies it with a few statements, each of which takes all its rows as one JSON
//! text.

mod batch;
mod budgets;
mod entries;
mod holds;
pub(crate) mod json;
mod settlements;
mod standings;
mod sums;
mod writer;
mod writes;

use billing::{Growth, Hold, HoldGone, Ledger, LedgerError, Mark, Settlement, Verdict};
use speech::BoxFuture;

use self::batch::{Answer, Operation};
pub(crate) use self::budgets::budgets;
use self::settlements::are_left_behind;
pub(crate) use self::standings::{Payment, standings};
pub(crate) use self::sums::Sums;
pub(crate) use self::writer::Writer;
pub(crate) use self::writes::Writes;
use crate::Database;

impl Ledger for Database {
    fn hold(&self, hold: Hold) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.verdict(Operation::Hold(Box::new(hold)))
    }

    fn grow(&self, growth: Growth) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.verdict(Operation::Grow(Box::new(growth)))
    }

    fn renew(&self, marks: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>> {
        let answer = self.writer.apply(Operation::Renew(marks));
        Box::pin(async { answer.await.map(drop) })
    }

    fn settle(&self, settlement: Settlement) -> BoxFuture<Result<(), LedgerError>> {
        let answer = self.writer.apply(Operation::Settle(Box::new(settlement)));
        Box::pin(async { answer.await.map(drop) })
    }

    fn reap(&self, now_unix_ms: i64) -> BoxFuture<Result<u64, LedgerError>> {
        let (writer, database) = (self.writer.clone(), self.clone());
        Box::pin(async move {
            // Mostly nobody is, and then nothing is written.
            let is_anybody =
                database.read(move |connection| Box::pin(are_left_behind(connection, now_unix_ms))).await?;
            if !is_anybody {
                return Ok(0);
            }
            let mut all = 0;
            loop {
                match writer.apply(Operation::Reap { now_unix_ms }).await? {
                    Answer::Reaped(0) => return Ok(all),
                    Answer::Reaped(some) => all += some,
                    _ => return Ok(all),
                }
            }
        })
    }

    fn ready(&self) -> BoxFuture<Result<(), LedgerError>> {
        let database = self.clone();
        Box::pin(async move { Ok(database.check().await?) })
    }
}

impl Database {
    fn verdict(&self, operation: Operation) -> BoxFuture<Result<Verdict, LedgerError>> {
        let answer = self.writer.apply(operation);
        Box::pin(async {
            match answer.await? {
                Answer::Verdict(verdict) => Ok(verdict),
                _ => Err(LedgerError(HoldGone.into())),
            }
        })
    }
}
