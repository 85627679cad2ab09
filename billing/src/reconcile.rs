//! The ledger beside what a vendor says that it served.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use speech::{BoxFuture, Date, Usage};

use crate::calendar::day_of;
use crate::{Attempt, Basis, LedgerError, Nanos};

/// A call of a backend, as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// When the request came that it was made for, Unix milliseconds.
    pub at_unix_ms: i64,
    /// The call, with all that was adjusted later.
    pub attempt: Attempt,
    /// What its backend counted; nothing where its request made several calls, which are counted together.
    pub usage: Usage,
}

/// Where calls are found again.
pub trait Calls: Send + Sync + 'static {
    /// Every call of a backend for the requests from the one time up to, not including, the other. Unix milliseconds.
    fn calls(
        &self,
        backend: &str,
        from_unix_ms: i64,
        to_unix_ms: i64,
    ) -> BoxFuture<Result<Vec<Called>, LedgerError>>;
}

/// What one side says of a call, or of several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The vendor's own id of the call; none where it gave none, and of several together.
    pub id: Option<String>,
    /// The day, UTC; none where it is not said.
    pub day: Option<Date>,
    /// The model; none where it is not said.
    pub model: Option<String>,
    /// How much.
    pub counts: Counts,
}

/// How much one side has counted. What it does not say is none, and not compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Calls.
    pub calls: u64,
    /// Code points of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<u64>,
    /// Units of the vendor's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits: Option<u64>,
    /// Tokens of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens of audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// What it costs.
    #[serde(skip_serializing_if = "Option::is_none", rename = "cost_nanos")]
    pub cost: Option<Nanos>,
}

/// What a difference is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Subject {
    /// One call, by the vendor's own id.
    Call {
        /// That id.
        request_id: String,
    },
    /// All calls without such an id of a day and model, so far as they are told apart.
    Sum {
        /// The day, UTC.
        day: Option<Date>,
        /// The model.
        model: Option<String>,
    },
}

/// Where ledger and vendor do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", rename_all = "snake_case")]
pub enum Difference {
    /// The vendor has it, the ledger has not.
    MissingHere {
        /// What.
        #[serde(flatten)]
        subject: Subject,
        /// What the vendor counted.
        there: Counts,
    },
    /// The ledger has it, the vendor has not.
    MissingThere {
        /// What.
        #[serde(flatten)]
        subject: Subject,
        /// What the ledger counted.
        here: Counts,
    },
    /// Both have it, and count differently.
    Differs {
        /// What.
        #[serde(flatten)]
        subject: Subject,
        /// What is counted.
        quantity: Quantity,
        /// By the ledger.
        here: i64,
        /// By the vendor.
        there: i64,
    },
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Calls.
    Calls,
    /// Code points of text.
    Characters,
    /// Units of the vendor's own.
    Credits,
    /// Tokens of text.
    InputTokens,
    /// Tokens of audio.
    OutputTokens,
    /// Nano-dollars.
    CostNanos,
}

/// Calls that a vendor's export may say more of than we know: a cost that nobody but us has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimated {
    /// How many.
    pub calls: u64,
    /// What they cost, as we take it.
    pub cost: Nanos,
}

impl Estimated {
    /// Those among these calls.
    pub fn among(calls: &[Called]) -> Self {
        let estimated = calls.iter().filter(|call| call.attempt.basis == Basis::Estimated);
        estimated.fold(Self::default(), |all, call| Self {
            calls: all.calls.saturating_add(1),
            cost: all.cost.plus(call.attempt.cost),
        })
    }
}

/// Every difference between the ledger's calls and a vendor's records.
///
/// Calls are matched by the vendor's id. What has none on one side is compared with what was not matched on the other,
/// added up by day and model, so far as the vendor tells these apart.
pub fn reconcile(calls: &[Called], records: &[Record]) -> Vec<Difference> {
    let calls: Vec<Record> = calls.iter().map(Record::from).collect();
    let (here, here_without) = by_id(&calls);
    let (there, there_without) = by_id(records);
    let ids: BTreeSet<&str> = here.keys().chain(there.keys()).copied().collect();
    let mut differences = Vec::new();
    let (mut only_here, mut only_there) = (Vec::new(), Vec::new());
    for id in ids {
        match (here.get(id), there.get(id)) {
            (Some(here), Some(there)) => {
                let subject = Subject::Call { request_id: id.to_owned() };
                differences.extend(differing(&subject, &here.counts, &there.counts));
            }
            (Some(here), None) => only_here.push(here.clone()),
            (None, Some(there)) => only_there.push(there.clone()),
            (None, None) => {}
        }
    }
    // A sum of theirs may hold any call that they do not name; a call that has no id here may be any that they name.
    let (in_sums_here, alone_here) =
        if there_without.is_empty() { (vec![], only_here) } else { (only_here, vec![]) };
    let (in_sums_there, alone_there) =
        if here_without.is_empty() { (vec![], only_there) } else { (only_there, vec![]) };
    let tells = Tells::of(records);
    let here = tells.sums(here_without.into_iter().chain(in_sums_here));
    let there = tells.sums(there_without.into_iter().chain(in_sums_there));
    let subjects: BTreeSet<&Subject> = here.keys().chain(there.keys()).collect();
    for subject in subjects {
        differences.extend(compared(subject.clone(), here.get(subject), there.get(subject)));
    }
    differences
        .extend(alone_here.iter().flat_map(|record| compared(record.subject(), Some(&record.counts), None)));
    differences
        .extend(alone_there.iter().flat_map(|record| compared(record.subject(), None, Some(&record.counts))));
    differences
}

/// The records by their ids, those of one id added up, and those that have none.
fn by_id(records: &[Record]) -> (BTreeMap<&str, Record>, Vec<Record>) {
    let mut named: BTreeMap<&str, Record> = BTreeMap::new();
    let mut without = Vec::new();
    for record in records {
        match record.id.as_deref() {
            None => without.push(record.clone()),
            Some(id) => {
                named
                    .entry(id)
                    .and_modify(|known| known.counts = known.counts.plus(&record.counts))
                    .or_insert_with(|| record.clone());
            }
        }
    }
    (named, without)
}

fn compared(subject: Subject, here: Option<&Counts>, there: Option<&Counts>) -> Vec<Difference> {
    match (here, there) {
        (Some(here), Some(there)) => differing(&subject, here, there),
        (Some(here), None) if !here.is_nothing() => vec![Difference::MissingThere { subject, here: *here }],
        (None, Some(there)) if !there.is_nothing() => {
            vec![Difference::MissingHere { subject, there: *there }]
        }
        _ => Vec::new(),
    }
}

fn differing(subject: &Subject, here: &Counts, there: &Counts) -> Vec<Difference> {
    let pairs = here.quantities().into_iter().zip(there.quantities());
    let differing = pairs.filter_map(|((quantity, here), (_, there))| {
        let (here, there) = (here?, there?);
        let subject = subject.clone();
        (here != there).then_some(Difference::Differs { subject, quantity, here, there })
    });
    differing.collect()
}

/// What a vendor's records without ids are told apart by.
struct Tells {
    days: bool,
    models: bool,
}

impl Tells {
    fn of(records: &[Record]) -> Self {
        Self {
            days: records.iter().all(|record| record.day.is_some()),
            models: records.iter().all(|record| record.model.is_some()),
        }
    }

    fn sums(&self, records: impl Iterator<Item = Record>) -> BTreeMap<Subject, Counts> {
        let mut sums: BTreeMap<Subject, Counts> = BTreeMap::new();
        for Record { day, model, counts, .. } in records {
            let subject =
                Subject::Sum { day: day.filter(|_| self.days), model: model.filter(|_| self.models) };
            sums.entry(subject).and_modify(|sum| *sum = sum.plus(&counts)).or_insert(counts);
        }
        sums
    }
}

impl From<&Called> for Record {
    fn from(Called { at_unix_ms, attempt, usage }: &Called) -> Self {
        Self {
            id: attempt.vendor_request.clone(),
            day: Some(day_of(*at_unix_ms)),
            model: Some(attempt.model.clone()),
            counts: Counts {
                calls: 1,
                characters: Some(attempt.characters),
                credits: usage.characters,
                input_tokens: usage.input_tokens,
                output_tokens: usage.output_tokens,
                cost: Some(attempt.cost),
            },
        }
    }
}

impl Record {
    fn subject(&self) -> Subject {
        match &self.id {
            Some(id) => Subject::Call { request_id: id.clone() },
            None => Subject::Sum { day: self.day, model: self.model.clone() },
        }
    }
}

impl Counts {
    /// Both together; of what one of them does not say, nothing is known.
    fn plus(&self, other: &Self) -> Self {
        let both = |one: Option<u64>, other: Option<u64>| Some(one?.saturating_add(other?));
        Self {
            calls: self.calls.saturating_add(other.calls),
            characters: both(self.characters, other.characters),
            credits: both(self.credits, other.credits),
            input_tokens: both(self.input_tokens, other.input_tokens),
            output_tokens: both(self.output_tokens, other.output_tokens),
            cost: self.cost.zip(other.cost).map(|(one, other)| one.plus(other)),
        }
    }

    /// Whether nothing was consumed: a call that the vendor refused.
    fn is_nothing(&self) -> bool {
        self.quantities().into_iter().skip(1).all(|(_, count)| count.unwrap_or_default() == 0)
    }

    fn quantities(&self) -> [(Quantity, Option<i64>); 6] {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        [
            (Quantity::Calls, Some(count(self.calls))),
            (Quantity::Characters, self.characters.map(count)),
            (Quantity::Credits, self.credits.map(count)),
            (Quantity::InputTokens, self.input_tokens.map(count)),
            (Quantity::OutputTokens, self.output_tokens.map(count)),
            (Quantity::CostNanos, self.cost.map(Nanos::get)),
        ]
    }
}

/// For people: `request req_7`, `2026-10-31 tts-1`.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { request_id } => write!(f, "request {request_id}"),
            Self::Sum { day: Some(day), model: Some(model) } => write!(f, "{day} {model}"),
            Self::Sum { day: Some(day), model: None } => day.fmt(f),
            Self::Sum { day: None, model: Some(model) } => f.write_str(model),
            Self::Sum { day: None, model: None } => f.write_str("all together"),
        }
    }
}

/// For people.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calls => "calls",
            Self::Characters => "characters",
            Self::Credits => "credits",
            Self::InputTokens => "tokens of text",
            Self::OutputTokens => "tokens of audio",
            Self::CostNanos => "nano-dollars",
        })
    }
}

#[cfg(test)]
mod tests;
