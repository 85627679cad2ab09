//! What is written down of each request, and when.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use speech::{BoxFuture, Door, ErrorKind, Origin, Usage};

use crate::{Amounts, Basis, Nanos, Verdict};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All audio was handed over.
    Completed,
    /// The client went away first.
    HungUp,
    /// The gateway died first; what is written is what was known shortly before.
    Lost,
    /// It failed, before or after the first audio.
    Failed(ErrorKind),
}

impl Outcome {
    /// The stable name that is stored: `completed`, `hung_up`, `lost` or the error's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::HungUp => "hung_up",
            Self::Lost => "lost",
            Self::Failed(kind) => kind.code(),
        }
    }

    /// Whether what was given is owed: not where backend or gateway failed, since who breaks it pays for it.
    pub fn is_owed(self) -> bool {
        match self {
            Self::Completed | Self::HungUp | Self::Lost => true,
            Self::Failed(kind) => kind.origin() == Origin::Client,
        }
    }
}

/// Who pays.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payer {
    /// The client's id.
    pub client: Arc<str>,
    /// The public prefix of the key it asked with; none of a key that the configuration holds, and of no key.
    pub key: Option<Arc<str>>,
}

/// What is kept of a request. Never its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The request id, as the response header names it.
    pub id: String,
    /// When it came, Unix milliseconds. All that it costs belongs to that hour, day and month.
    pub at_unix_ms: i64,
    /// Who asked.
    pub payer: Payer,
    /// Where it came in.
    pub door: Door,
    /// Who spoke; none when nobody was asked.
    pub backend: Option<String>,
    /// The voice that spoke, by the backend's own name; none when nobody was asked.
    pub voice: Option<String>,
    /// A BCP 47 tag of what was spoken; none when nobody was asked, or nobody knows.
    pub language: Option<String>,
    /// The model that spoke; none when nobody was asked.
    pub model: Option<String>,
    /// What its client tells its costs apart by.
    pub tags: Arc<BTreeMap<String, String>>,
    /// Code points of the text; none when no text could be read.
    pub characters: Option<u64>,
    /// What the backends say that they counted, all attempts together.
    pub usage: Usage,
    /// How much speech left, in milliseconds.
    pub audio_ms: u64,
    /// From the request to its first audio.
    pub first_audio_ms: Option<u64>,
    /// From the request to its end.
    pub total_ms: u64,
    /// Whether a stored answer was given.
    pub cache_hit: bool,
    /// How it ended.
    pub outcome: Outcome,
}

/// One call of one backend, and what it takes for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1, in the order of the calls.
    pub number: u32,
    /// Who was called.
    pub backend: String,
    /// For which model.
    pub model: String,
    /// By which rate: [`Rate::id`](crate::Rate::id).
    pub rate: String,
    /// The vendor's own id of the call; none where it gave none.
    pub vendor_request: Option<String>,
    /// Code points that it was sent.
    pub characters: u64,
    /// What it costs us.
    pub cost: Nanos,
    /// By whose count.
    pub basis: Basis,
}

/// What the client is charged, once, whatever the attempts cost us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// How much; zero is a price, too.
    pub nanos: Nanos,
    /// By whose count.
    pub basis: Basis,
}

/// The end of a request: its row, and what it cost whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settlement {
    /// Its row.
    pub row: RequestRow,
    /// Every call that was made for it.
    pub attempts: Vec<Attempt>,
    /// What its client is charged.
    pub charge: Charge,
}

/// How far a request had come: what would be settled if nothing more were known of it. The watermark of its hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// What would be settled.
    pub settlement: Settlement,
    /// From 1, in the order in which the request's marks were made: an older one never takes a newer one's place.
    pub number: i64,
    /// Until when its gateway surely lives, Unix milliseconds. Past that, anybody may settle it.
    pub lease_until_unix_ms: i64,
}

/// What is set aside before anybody is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// At most so much.
    pub amounts: Amounts,
    /// Names the request and its payer.
    pub mark: Mark,
}

/// More for a request that has a hold, or the same with a new mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// So much more; nothing for a mark alone, which no budget refuses.
    pub more: Amounts,
    /// The new mark.
    pub mark: Mark,
}

/// The ledger could not be written or read; the request itself is not at fault.
#[derive(Debug)]
pub struct LedgerError(pub Box<dyn Error + Send + Sync>);

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ledger cannot be used")
    }
}

impl Error for LedgerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// The request has no hold (any more): it was settled, by its gateway or by a reaper that took it for dead. Nothing
/// can be added to it, so no further call may be made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request has no hold any more: it was settled")]
pub struct HoldGone;

impl LedgerError {
    /// Whether it is that the request has no hold any more, of a ledger that works.
    pub fn is_hold_gone(&self) -> bool {
        self.0.is::<HoldGone>()
    }
}

/// Where holds and settlements are kept. What a call has resolved to is on disk.
///
/// Each call either happens as a whole or not at all. Who does not know whether it happened (the connection broke)
/// may settle again: a request is settled once.
pub trait Ledger: Send + Sync + 'static {
    /// Puts a hold on every budget of the payer, or on none.
    fn hold(&self, hold: Hold) -> BoxFuture<Result<Verdict, LedgerError>>;

    /// Sets more aside, and moves the watermark. Refused, the hold stays as it was. To a hold that is gone nothing can
    /// be added: that is an error, [`HoldGone`].
    fn grow(&self, growth: Growth) -> BoxFuture<Result<Verdict, LedgerError>>;

    /// Moves the watermarks of requests that go on; those that have no hold any more are left alone.
    fn renew(&self, marks: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>>;

    /// Ends a request: writes its row, its entries and its sums, and lifts its hold if it has one.
    ///
    /// Settled already, nothing changes; settled by [`reap`](Self::reap) for another amount, the difference is
    /// written as an adjustment.
    fn settle(&self, settlement: Settlement) -> BoxFuture<Result<(), LedgerError>>;

    /// Settles every request whose lease has ended, from its watermark, as [`Outcome::Lost`]. Says how many.
    fn reap(&self, now_unix_ms: i64) -> BoxFuture<Result<u64, LedgerError>>;

    /// Whether a hold could be written now, for `/readyz`.
    fn ready(&self) -> BoxFuture<Result<(), LedgerError>>;
}

impl Settlement {
    /// What a request that ended like this is charged for its attempts: all that they cost, or nothing where it
    /// [owes](Outcome::is_owed) nothing.
    pub fn charge(outcome: Outcome, attempts: &[Attempt]) -> Charge {
        let owed = || attempts.iter().filter(|_| outcome.is_owed());
        Charge {
            nanos: owed().map(|attempt| attempt.cost).sum(),
            basis: owed().map(|attempt| attempt.basis).max().unwrap_or(Basis::Reported),
        }
    }

    /// What it takes of its client's budgets.
    pub fn amounts(&self) -> Amounts {
        match !self.row.outcome.is_owed() || self.attempts.is_empty() {
            true => Amounts { charge: self.charge.nanos, ..Amounts::default() },
            false => Amounts {
                charge: self.charge.nanos,
                characters: self.row.characters.unwrap_or_default(),
                audio_ms: self.row.audio_ms,
            },
        }
    }

    /// What all its attempts cost us.
    pub fn vendor_cost(&self) -> Nanos {
        self.attempts.iter().map(|attempt| attempt.cost).sum()
    }

    /// What those of its attempts cost us that nobody but us has counted.
    pub fn vendor_cost_estimated(&self) -> Nanos {
        let estimated = self.attempts.iter().filter(|attempt| attempt.basis == Basis::Estimated);
        estimated.map(|attempt| attempt.cost).sum()
    }

    /// Its charge, where that is estimated; else nothing.
    pub fn charge_estimated(&self) -> Nanos {
        if self.charge.basis == Basis::Estimated { self.charge.nanos } else { Nanos::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(cost: i64, basis: Basis) -> Attempt {
        Attempt {
            number: 1,
            backend: "openai".into(),
            model: "tts-1".into(),
            rate: "openai/tts-1@2023-11-06".into(),
            vendor_request: None,
            characters: 5,
            cost: Nanos::new(cost),
            basis,
        }
    }

    fn settled(outcome: Outcome, attempts: Vec<Attempt>) -> Settlement {
        let row = RequestRow {
            id: "r".into(),
            at_unix_ms: 0,
            payer: Payer { client: "local".into(), key: None },
            door: Door::OpenAi,
            backend: None,
            voice: None,
            language: None,
            model: None,
            tags: Arc::default(),
            characters: Some(5),
            usage: Usage::default(),
            audio_ms: 700,
            first_audio_ms: None,
            total_ms: 0,
            cache_hit: false,
            outcome,
        };
        let charge = Settlement::charge(outcome, &attempts);
        Settlement { row, attempts, charge }
    }

    #[test]
    fn whoever_was_served_pays_for_all_attempts() {
        for outcome in
            [Outcome::Completed, Outcome::HungUp, Outcome::Lost, Outcome::Failed(ErrorKind::BudgetExceeded)]
        {
            let attempts = vec![attempt(3, Basis::Reported), attempt(4, Basis::Estimated)];
            let settled = settled(outcome, attempts);
            assert_eq!(
                settled.charge,
                Charge { nanos: Nanos::new(7), basis: Basis::Estimated },
                "{outcome:?}"
            );
            let amounts = Amounts { charge: Nanos::new(7), characters: 5, audio_ms: 700 };
            assert_eq!((settled.vendor_cost(), settled.amounts()), (Nanos::new(7), amounts));
            let estimated = (settled.vendor_cost_estimated(), settled.charge_estimated());
            assert_eq!(estimated, (Nanos::new(4), Nanos::new(7)), "a sum with such a part is estimated");
        }
    }

    #[test]
    fn whoever_breaks_it_pays_for_it() {
        for kind in [ErrorKind::BackendFailed, ErrorKind::Internal, ErrorKind::DeadlineExceeded] {
            let settled = settled(Outcome::Failed(kind), vec![attempt(3, Basis::Estimated)]);
            assert_eq!(settled.charge, Charge { nanos: Nanos::ZERO, basis: Basis::Reported }, "{kind:?}");
            assert_eq!((settled.vendor_cost(), settled.amounts()), (Nanos::new(3), Amounts::default()));
            assert_eq!(settled.charge_estimated(), Nanos::ZERO);
        }
    }

    #[test]
    fn what_reached_nobody_takes_nothing() {
        let settled = settled(Outcome::Failed(ErrorKind::InvalidText), Vec::new());
        assert_eq!((settled.charge.nanos, settled.amounts()), (Nanos::ZERO, Amounts::default()));
    }

    #[test]
    fn a_settlement_is_stored_whole() {
        let settled = settled(Outcome::Failed(ErrorKind::BackendFailed), vec![attempt(3, Basis::Estimated)]);
        let json = serde_json::to_string(&settled).unwrap();
        assert_eq!(serde_json::from_str::<Settlement>(&json).unwrap(), settled);
    }
}
