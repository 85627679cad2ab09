//! What was used, and what it cost.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

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
    /// How much of that nobody but us has counted.
    pub vendor_cost_estimated: Nanos,
    /// What the clients are charged.
    pub charge: Nanos,
    /// How much of that is charged for requests with a call whose cost is estimated.
    pub charge_estimated: Nanos,
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

/// What figures cannot be told apart by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} tells no figures apart; write client, key, voice, language, backend, door, model, day, hour or tag:NAME"
)]
pub struct DimensionError(pub String);

/// `voice`, `day`, `tag:team`.
impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Key => "key",
            Self::Voice => "voice",
            Self::Language => "language",
            Self::Backend => "backend",
            Self::Door => "door",
            Self::Model => "model",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Tag(name) => return write!(f, "tag:{name}"),
        })
    }
}

impl FromStr for Dimension {
    type Err = DimensionError;

    fn from_str(text: &str) -> Result<Self, DimensionError> {
        Ok(match text {
            "client" => Self::Client,
            "key" => Self::Key,
            "voice" => Self::Voice,
            "language" => Self::Language,
            "backend" => Self::Backend,
            "door" => Self::Door,
            "model" => Self::Model,
            "day" => Self::Day,
            "hour" => Self::Hour,
            other => match other.strip_prefix("tag:") {
                Some(name) if !name.is_empty() => Self::Tag(name.to_owned()),
                _ => return Err(DimensionError(other.to_owned())),
            },
        })
    }
}

impl Sums {
    /// Both together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            characters: self.characters.saturating_add(other.characters),
            audio_ms: self.audio_ms.saturating_add(other.audio_ms),
            errors: self.errors.saturating_add(other.errors),
            cache_hits: self.cache_hits.saturating_add(other.cache_hits),
            vendor_cost: self.vendor_cost.plus(other.vendor_cost),
            vendor_cost_estimated: self.vendor_cost_estimated.plus(other.vendor_cost_estimated),
            charge: self.charge.plus(other.charge),
            charge_estimated: self.charge_estimated.plus(other.charge_estimated),
        }
    }
}

impl Costs {
    /// What a report must be told apart by for [`Costs::of`].
    pub const DIMENSIONS: [Dimension; 4] =
        [Dimension::Day, Dimension::Client, Dimension::Backend, Dimension::Voice];

    /// Adds up such a report, so that all of it was read at one moment.
    pub fn of(report: &Report) -> Self {
        let mut costs = Self::default();
        for (group, sums) in report {
            costs.total = costs.total.plus(sums);
            for (dimension, figures) in [
                (Dimension::Client, &mut costs.by_client),
                (Dimension::Backend, &mut costs.by_backend),
                (Dimension::Voice, &mut costs.by_voice),
                (Dimension::Day, &mut costs.by_day),
            ] {
                let name = group.get(&dimension).cloned().flatten().unwrap_or_default();
                let known = figures.entry(name).or_default();
                *known = known.plus(sums);
            }
        }
        costs
    }
}

/// Where reports come from. They equal the sum over the requests' rows, exactly.
pub trait Reports: Send + Sync + 'static {
    /// The sums of a scope, told apart by these dimensions in combination; none gives one row. Ordered by group.
    fn usage(&self, scope: Scope, group_by: Vec<Dimension>) -> BoxFuture<Result<Report, LedgerError>>;

    /// How every budget of a client stands.
    fn standings(&self, client: &str, now_unix_ms: i64) -> BoxFuture<Result<Vec<Standing>, LedgerError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_is_written_as_it_is_read() {
        for name in
            ["client", "key", "voice", "language", "backend", "door", "model", "day", "hour", "tag:team"]
        {
            assert_eq!(name.parse::<Dimension>().unwrap().to_string(), name);
        }
        for wrong in ["", "Voice", "tag", "tag:", "month"] {
            assert_eq!(wrong.parse::<Dimension>(), Err(DimensionError(wrong.to_owned())));
        }
    }

    #[test]
    fn a_months_costs_are_its_report_added_up_in_each_way() {
        let row = |day: &str, client: &str, backend: Option<&str>, nanos: i64| {
            let group = [
                (Dimension::Day, Some(day)),
                (Dimension::Client, Some(client)),
                (Dimension::Backend, backend),
                (Dimension::Voice, backend),
            ];
            let group = group.map(|(dimension, value)| (dimension, value.map(str::to_owned)));
            let sums = Sums { requests: 1, charge: Nanos::new(nanos), ..Sums::default() };
            (BTreeMap::from(group), sums)
        };
        let report = vec![
            row("2026-10-01", "ann", Some("kokoro"), 1),
            row("2026-10-01", "bob", Some("openai"), 10),
            row("2026-10-02", "ann", Some("openai"), 100),
            row("2026-10-02", "ann", None, 0),
        ];
        let costs = Costs::of(&report);
        let charges = |sums: &BTreeMap<String, Sums>| -> Vec<(String, u64, i64)> {
            sums.iter().map(|(name, sums)| (name.clone(), sums.requests, sums.charge.get())).collect()
        };
        assert_eq!((costs.total.requests, costs.total.charge), (4, Nanos::new(111)));
        assert_eq!(charges(&costs.by_client), [("ann".into(), 3, 101), ("bob".into(), 1, 10)]);
        let by_backend = [("".into(), 1, 0), ("kokoro".into(), 1, 1), ("openai".into(), 2, 110)];
        assert_eq!(charges(&costs.by_backend), by_backend);
        assert_eq!(charges(&costs.by_voice), by_backend);
        assert_eq!(charges(&costs.by_day), [("2026-10-01".into(), 2, 11), ("2026-10-02".into(), 2, 100)]);
    }
}
