//! What was used, and what it cost.

use std::collections::BTreeMap;

use speech::BoxFuture;

use crate::{LedgerError, Nanos, Standing};

/// What figures can be told apart by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The client's id.
    Client,
    /// The key's prefix.
    Key,
    /// `backend:voice`.
    Voice,
    /// The language's tag.
    Language,
    /// The backend.
    Backend,
    /// The door.
    Door,
    /// The model.
    Model,
    /// The day, UTC: `2026-10-31`.
    Day,
    /// The hour, UTC: `2026-10-31T23`.
    Hour,
    /// A tag's value, by the tag's name.
    Tag(String),
}

/// Which requests: those that came from the one time up to, not including, the other. Unix milliseconds at the turn
/// of an hour; others are taken for the hour they lie in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// From when.
    pub from_unix_ms: i64,
    /// Until when.
    pub to_unix_ms: i64,
    /// One client only.
    pub client: Option<String>,
}

/// What is added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Requests, failed ones too.
    pub requests: u64,
    /// Code points of text.
    pub characters: u64,
    /// Milliseconds of speech that left.
    pub audio_ms: u64,
    /// Requests that failed.
    pub errors: u64,
    /// Requests answered from what was stored.
    pub cache_hits: u64,
    /// What the vendors take.
    pub vendor_cost: Nanos,
    /// What the clients are charged.
    pub charge: Nanos,
}

/// Sums, told apart.
pub type Report = Vec<(BTreeMap<Dimension, Option<String>>, Sums)>;

/// A month's sums, and the same told apart in four ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// All together.
    pub total: Sums,
    /// By client id.
    pub by_client: BTreeMap<String, Sums>,
    /// By backend; requests that nobody was asked for are under the empty name.
    pub by_backend: BTreeMap<String, Sums>,
    /// By `backend:voice`, likewise.
    pub by_voice: BTreeMap<String, Sums>,
    /// By day.
    pub by_day: BTreeMap<String, Sums>,
}

/// Where reports come from. They equal the sum over the requests' rows, exactly.
pub trait Reports: Send + Sync + 'static {
    /// The sums of a scope, told apart by these dimensions in combination; none gives one row. Ordered by group.
    fn usage(&self, scope: Scope, group_by: Vec<Dimension>) -> BoxFuture<Result<Report, LedgerError>>;

    /// How every budget of a client stands.
    fn standings(&self, client: &str, now_unix_ms: i64) -> BoxFuture<Result<Vec<Standing>, LedgerError>>;
}
