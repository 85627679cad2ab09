//! Operations that become durable together.

use std::collections::HashMap;

use billing::{Amounts, Growth, Hold, Mark, Payer, Settlement, Verdict};
use sqlx::AnyConnection;

use super::entries::{self, Entries, Entry};
use super::holds::{self, Known};
use super::settlements;
use super::standings::{Payment, Standings, standings};
use super::writes::Writes;
use crate::StoreError;
use crate::dialect::Dialect;

/// How many requests are reaped at a time.
const MOST_REAPED: i64 = 256;

/// What the ledger is asked to do.
#[derive(Debug)]
pub(crate) enum Operation {
    Hold(Box<Hold>),
    Grow(Box<Growth>),
    Renew(Vec<Mark>),
    Settle(Box<Settlement>),
    Reap { now_unix_ms: i64 },
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Of a hold and a growth.
    Verdict(Verdict),
    /// Of a hold and a growth: the request is settled, or has nothing that could grow.
    Gone,
    /// Of a renewal and a settlement.
    Done,
    /// So many were reaped.
    Reaped(u64),
}

/// Applies all of them. What is settled is settled first, so that what it gives back is there for others; of the rest,
/// who came first is decided upon first.
pub(super) async fn apply(
    connection: &mut AnyConnection,
    dialect: Dialect,
    operations: &[Operation],
) -> Result<Vec<Answer>, StoreError> {
    let mut batch = Batch { connection, dialect, known: HashMap::new(), entries: Vec::new() };
    let reaped = batch.settle(operations).await?;
    let verdicts = batch.set_aside(operations).await?;
    batch.renew(operations).await?;

    let mut verdicts = verdicts.into_iter();
    let answers = operations.iter().map(|operation| match operation {
        Operation::Hold(_) | Operation::Grow(_) => {
            verdicts.next().flatten().map_or(Answer::Gone, Answer::Verdict)
        }
        Operation::Renew(_) | Operation::Settle(_) => Answer::Done,
        Operation::Reap { .. } => Answer::Reaped(reaped),
    });
    Ok(answers.collect())
}

struct Batch<'c> {
    connection: &'c mut AnyConnection,
    dialect: Dialect,
    /// Every request of the batch that there is something of.
    known: HashMap<String, Known>,
    entries: Vec<Entry>,
}

impl Batch<'_> {
    /// Settles what ends, and what was left behind; says how many the latter are.
    async fn settle(&mut self, operations: &[Operation]) -> Result<u64, StoreError> {
        let now = operations.iter().filter_map(|operation| match operation {
            Operation::Reap { now_unix_ms } => Some(*now_unix_ms),
            _ => None,
        });
        let left_behind = match now.max() {
            Some(now) => settlements::left_behind(self.connection, now, MOST_REAPED).await?,
            None => Vec::new(),
        };
        let ids = operations.iter().filter_map(|operation| match operation {
            Operation::Hold(hold) => Some(&hold.mark.settlement.row.id),
            Operation::Grow(growth) => Some(&growth.mark.settlement.row.id),
            Operation::Settle(settlement) => Some(&settlement.row.id),
            Operation::Renew(_) | Operation::Reap { .. } => None,
        });
        let ids = ids.chain(left_behind.iter().map(|settlement| &settlement.row.id));
        self.known = holds::known(self.connection, self.dialect, ids).await?;

        let ended = operations.iter().filter_map(|operation| match operation {
            Operation::Settle(settlement) => Some((&**settlement, false)),
            _ => None,
        });
        let ended = ended.chain(left_behind.iter().map(|settlement| (settlement, true)));
        let mut changes = settlements::Changes::default();
        let mut lifted = Vec::new();
        for (settlement, is_reaped) in ended {
            let id = &settlement.row.id;
            let known = self.known.entry(id.clone()).or_default();
            let entries = Entries::of(settlement);
            if let Some(hold) = known.hold.take() {
                self.entries.push(entries.release(hold.amounts.charge));
                lifted.push(id.as_str());
            }
            if !known.is_settled {
                self.entries.extend(entries.settle(settlement));
                changes.settle(settlement, is_reaped);
            } else if let Some(reaped) = known.reaped.take().filter(|_| !is_reaped) {
                self.entries.extend(entries.adjust(&reaped, settlement));
                changes.adjust(reaped, settlement);
            }
            known.is_settled = true;
        }
        let mut writes = Writes::new(self.dialect);
        changes.write(self.connection, self.dialect, &mut writes).await?;
        holds::lift(&mut writes, &lifted)?;
        entries::write(&mut writes, &std::mem::take(&mut self.entries))?;
        writes.run(self.connection).await?;
        Ok(left_behind.len() as u64)
    }

    /// Decides on holds and growths, in the order in which they came.
    async fn set_aside(&mut self, operations: &[Operation]) -> Result<Vec<Option<Verdict>>, StoreError> {
        let asked: Vec<(&Mark, &Amounts, bool)> = operations
            .iter()
            .filter_map(|operation| match operation {
                Operation::Hold(hold) => Some((&hold.mark, &hold.amounts, false)),
                Operation::Grow(growth) => Some((&growth.mark, &growth.more, true)),
                _ => None,
            })
            .collect();
        let payments: Vec<Payment<'_>> = asked
            .iter()
            .filter(|(_, more, _)| **more != Amounts::default())
            .map(|(mark, ..)| Payment::of(&mark.settlement.row))
            .collect();
        let mut standings = standings(self.connection, self.dialect, &payments).await?;
        let mut changed: HashMap<&str, &Mark> = HashMap::new();
        let mut verdicts = Vec::with_capacity(asked.len());
        for (mark, more, is_growth) in asked {
            let verdict = self.decide(&mut standings, mark, more, is_growth);
            if let Some(Verdict::Granted { .. }) = verdict {
                changed.insert(&mark.settlement.row.id, mark);
            }
            verdicts.push(verdict);
        }
        let known = &self.known;
        let rows = changed.into_iter().filter_map(|(id, mark)| {
            let hold = known.get(id)?.hold.as_ref()?;
            Some(hold.row(mark))
        });
        let mut writes = Writes::new(self.dialect);
        holds::write(&mut writes, &rows.collect::<Vec<_>>())?;
        entries::write(&mut writes, &self.entries)?;
        writes.run(self.connection).await?;
        Ok(verdicts)
    }

    /// None where the request is settled, or nothing is there to grow.
    fn decide(
        &mut self,
        standings: &mut Standings,
        mark: &Mark,
        more: &Amounts,
        is_growth: bool,
    ) -> Option<Verdict> {
        let settlement = &mark.settlement;
        let known = self.known.entry(settlement.row.id.clone()).or_default();
        match (&known.hold, is_growth) {
            _ if known.is_settled => return None,
            (None, true) => return None,
            // Asked for again by who did not hear the answer.
            (Some(_), false) => return Some(Verdict::Granted { over: false }),
            (Some(_), true) | (None, false) => {}
        }
        let verdict = standings.admit(&Payment::of(&settlement.row), more);
        if let Verdict::Granted { .. } = verdict {
            let hold = known.hold.get_or_insert_default();
            if !is_growth || *more != Amounts::default() {
                self.entries.push(Entries::of(settlement).hold(hold.step, more.charge));
                hold.grow(more);
            }
        }
        Some(verdict)
    }

    async fn renew(&mut self, operations: &[Operation]) -> Result<(), StoreError> {
        let marks = operations.iter().filter_map(|operation| match operation {
            Operation::Renew(marks) => Some(marks),
            _ => None,
        });
        // Of two of the same request, the later.
        let marks: HashMap<&str, &Mark> =
            marks.flatten().map(|mark| (mark.settlement.row.id.as_str(), mark)).collect();
        let mut writes = Writes::new(self.dialect);
        holds::renew(&mut writes, marks.into_values())?;
        writes.run(self.connection).await
    }
}

/// The key that a payer asked with; the empty name for none.
pub(super) fn key_of(payer: &Payer) -> &str {
    payer.key.as_deref().unwrap_or_default()
}
