//! Which costs and which usage are asked for.

use billing::{Dimension, Month, Scope, Timeframe};

use crate::{Query, RequestError};

/// The most that figures are told apart by at a time.
const MOST_DIMENSIONS: usize = 10;

/// `GET /api/v1/costs?month=2026-10&format=csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostsQuery {
    /// Which month, UTC; this one unless asked for.
    pub month: Month,
    /// Whether it asks for CSV, or says that it wants JSON.
    pub csv: Option<bool>,
}

/// `GET /api/v1/usage?timeframe=7d&group_by=voice,tag:team&client=cl_...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// Which requests; those of the last seven days unless asked for.
    pub scope: Scope,
    /// What their figures are told apart by.
    pub group_by: Vec<Dimension>,
    /// As [`CostsQuery::csv`].
    pub csv: Option<bool>,
}

impl CostsQuery {
    /// Reads a query at that time.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn read(query: &Query, now_unix_ms: i64) -> Result<Self, RequestError> {
        query.only(&["month", "format"])?;
        let month = query.get("month").map_or(Ok(Month::of(now_unix_ms)), str::parse);
        let wrong =
            |_| RequestError::WrongShape { param: "month", expected: "a year and a month, such as 2026-10" };
        Ok(Self { month: month.map_err(wrong)?, csv: csv(query)? })
    }
}

impl UsageQuery {
    /// Reads a query at that time.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn read(query: &Query, now_unix_ms: i64) -> Result<Self, RequestError> {
        query.only(&["timeframe", "group_by", "client", "format"])?;
        let timeframe: Timeframe = query.get("timeframe").unwrap_or("7d").parse().map_err(|_| {
            let expected = "hours or days of up to 366 days, such as 24h or 7d, or two days or hours (UTC), such as \
                            2026-10-01,2026-10-31T18";
            RequestError::WrongShape { param: "timeframe", expected }
        })?;
        let scope = Scope {
            from_unix_ms: timeframe.from_unix_ms(now_unix_ms),
            to_unix_ms: timeframe.to_unix_ms(now_unix_ms),
            client: query.get("client").map(str::to_owned),
        };
        Ok(Self { scope, group_by: dimensions(query)?, csv: csv(query)? })
    }
}

fn dimensions(query: &Query) -> Result<Vec<Dimension>, RequestError> {
    let names = query.all("group_by").flat_map(|names| names.split(','));
    let mut dimensions = names.map(str::parse).collect::<Result<Vec<Dimension>, _>>().map_err(|_| {
        let allowed =
            ["client", "key", "voice", "language", "backend", "door", "model", "day", "hour", "tag:NAME"];
        RequestError::NotAllowed { param: "group_by", allowed: allowed.to_vec() }
    })?;
    dimensions.sort();
    dimensions.dedup();
    if dimensions.len() > MOST_DIMENSIONS {
        let (entries, limit) = (dimensions.len(), MOST_DIMENSIONS);
        return Err(RequestError::TooMany { param: "group_by", entries, limit });
    }
    Ok(dimensions)
}

fn csv(query: &Query) -> Result<Option<bool>, RequestError> {
    match query.get("format") {
        None => Ok(None),
        Some("csv") => Ok(Some(true)),
        Some("json") => Ok(Some(false)),
        Some(_) => Err(RequestError::NotAllowed { param: "format", allowed: vec!["json", "csv"] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn usage(query: &str) -> Result<UsageQuery, RequestError> {
        UsageQuery::read(&Query::parse(Some(query)), 100 * 24 * HOUR + 1)
    }

    #[test]
    fn usage_is_of_a_timeframe_and_told_apart() {
        let read = usage("timeframe=24h&group_by=voice,tag:team&group_by=voice&client=cl_a").unwrap();
        assert_eq!(read.scope.to_unix_ms - read.scope.from_unix_ms, 24 * HOUR);
        assert_eq!(read.scope.client.as_deref(), Some("cl_a"));
        assert_eq!(read.group_by, [Dimension::Voice, Dimension::Tag("team".into())]);
        let week = usage("").unwrap().scope;
        assert_eq!((week.to_unix_ms - week.from_unix_ms, week.client), (7 * 24 * HOUR, None));
        let between = usage("timeframe=1970-01-01,1970-01-02").unwrap().scope;
        assert_eq!((between.from_unix_ms, between.to_unix_ms), (0, 24 * HOUR));
        for wrong in ["timeframe=1y", "group_by=colour", "format=xml", "groupby=voice"] {
            assert!(usage(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn costs_are_of_a_month() {
        let read = |query: &str| CostsQuery::read(&Query::parse(Some(query)), 0);
        assert_eq!(read("").unwrap().month.to_string(), "1970-01");
        let asked = read("month=2026-10&format=csv").unwrap();
        assert_eq!((asked.month.to_string().as_str(), asked.csv), ("2026-10", Some(true)));
        assert!(read("month=10").is_err() && read("day=1").is_err());
    }
}
