//! By which columns a report is grouped, and what is made of them.

use std::collections::{BTreeMap, BTreeSet};

use billing::Dimension;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

const HOUR_SECONDS: i64 = 3600;

/// What a report is told apart by. The database adds up what its columns can tell apart; where they tell more apart
/// than was asked for, as sets of tags do of which one tag matters, several of its rows are one group.
pub(super) struct Groups {
    dimensions: Vec<Dimension>,
    columns: BTreeSet<&'static str>,
}

impl Groups {
    pub(super) fn new(dimensions: Vec<Dimension>) -> Self {
        let columns = dimensions.iter().flat_map(columns).copied().collect();
        Self { dimensions, columns }
    }

    /// For a statement's list of columns, each with a comma behind it.
    pub(super) fn columns(&self) -> String {
        self.columns
            .iter()
            .map(|column| match *column {
                "day" => "hour / 24 AS day, ".to_owned(),
                column => format!("{column}, "),
            })
            .collect()
    }

    /// What such a statement ends with.
    pub(super) fn clause(&self) -> String {
        let columns: Vec<&str> = self.columns.iter().copied().collect();
        if columns.is_empty() { String::new() } else { format!("GROUP BY {}", columns.join(", ")) }
    }

    /// The group that a row of its answer belongs to.
    pub(super) fn of(&self, row: &AnyRow) -> Result<BTreeMap<Dimension, Option<String>>, sqlx::Error> {
        self.dimensions.iter().map(|dimension| Ok((dimension.clone(), value(dimension, row)?))).collect()
    }
}

/// Which columns tell a dimension apart.
fn columns(dimension: &Dimension) -> &'static [&'static str] {
    match dimension {
        Dimension::Client => &["client"],
        Dimension::Key => &["key"],
        Dimension::Voice => &["backend", "voice"],
        Dimension::Language => &["language"],
        Dimension::Backend => &["backend"],
        Dimension::Door => &["door"],
        Dimension::Model => &["model"],
        Dimension::Day => &["day"],
        Dimension::Hour => &["hour"],
        Dimension::Tag(_) => &["tags"],
    }
}

/// What a row says of a dimension.
fn value(dimension: &Dimension, row: &AnyRow) -> Result<Option<String>, sqlx::Error> {
    let name = |column| row.try_get::<String, _>(column);
    let time = |column, hours: i64, format| {
        let seconds = row.try_get::<i64, _>(column)?.saturating_mul(hours * HOUR_SECONDS);
        let time = Timestamp::from_second(seconds).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok::<String, sqlx::Error>(time.strftime(format).to_string())
    };
    let value = match dimension {
        Dimension::Client => name("client")?,
        Dimension::Key => name("key")?,
        Dimension::Language => name("language")?,
        Dimension::Backend => name("backend")?,
        Dimension::Door => name("door")?,
        Dimension::Model => name("model")?,
        Dimension::Voice => match name("voice")? {
            voice if voice.is_empty() => voice,
            voice => format!("{}:{voice}", name("backend")?),
        },
        Dimension::Day => time("day", 24, "%Y-%m-%d")?,
        Dimension::Hour => time("hour", 1, "%Y-%m-%dT%H")?,
        Dimension::Tag(tag) => {
            let mut tags: BTreeMap<String, String> =
                serde_json::from_str(&name("tags")?).map_err(|error| sqlx::Error::Decode(error.into()))?;
            return Ok(tags.remove(tag));
        }
    };
    // What was not known is stored as nothing.
    Ok((!value.is_empty()).then_some(value))
}
