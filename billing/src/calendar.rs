//! Hours, days and months: those of UTC, in which every request lies in exactly one of each.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use speech::Date;

use crate::Window;

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Hours since the Unix epoch.
pub fn hour_of(unix_ms: i64) -> i64 {
    unix_ms.div_euclid(HOUR_MS)
}

/// The day of a time. Times before the year -9999 and after 9999 are taken for the first and the last there is.
pub(crate) fn day_of(unix_ms: i64) -> Date {
    let end = if unix_ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(unix_ms).unwrap_or(end).to_zoned(TimeZone::UTC).date()
}

/// When a day begins, Unix milliseconds.
fn start_of(day: Date) -> i64 {
    day.duration_since(Date::constant(1970, 1, 1)).as_secs() * 1000
}

/// The last hours or days, this hour among them: `24h`, `7d`. Or from the beginning of a day or an hour up to, not
/// including, that of another: `2026-10-01,2026-10-31T18`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeframe(Frame);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Last(Window),
    Between(i64, i64),
}

/// What is no timeframe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no timeframe; write hours or days, like 24h or 7d, of up to 366 days, or two days or hours (UTC), like 2026-10-01,2026-10-31T18"
)]
pub struct TimeframeError(pub String);

impl Timeframe {
    /// When it begins that ends now, at the turn of an hour. Unix milliseconds.
    pub fn from_unix_ms(self, now_unix_ms: i64) -> i64 {
        match self.0 {
            Frame::Last(window) => window.first_hour(now_unix_ms).saturating_mul(HOUR_MS),
            Frame::Between(from, _) => from,
        }
    }

    /// When it ends: of the last hours, with this one. Unix milliseconds.
    pub fn to_unix_ms(self, now_unix_ms: i64) -> i64 {
        match self.0 {
            Frame::Last(window) => window.next_unix_ms(now_unix_ms),
            Frame::Between(_, to) => to,
        }
    }
}

impl FromStr for Timeframe {
    type Err = TimeframeError;

    fn from_str(text: &str) -> Result<Self, TimeframeError> {
        let frame = match text.split_once(',') {
            None => format!("rolling_{text}").parse().ok().map(Frame::Last),
            Some((from, to)) => turn(from)
                .zip(turn(to))
                .filter(|(from, to)| from < to)
                .map(|(from, to)| Frame::Between(from, to)),
        };
        frame.map(Self).ok_or_else(|| TimeframeError(text.to_owned()))
    }
}

/// When a day or an hour begins: `2026-10-31`, `2026-10-31T18`.
fn turn(text: &str) -> Option<i64> {
    let (day, hour) = text.split_once('T').unwrap_or((text, "00"));
    let date: Date = day.parse().ok().filter(|date: &Date| date.to_string() == day)?;
    let hour: i64 =
        hour.parse().ok().filter(|known| (0..24).contains(known) && format!("{known:02}") == hour)?;
    Some(start_of(date).saturating_add(hour * HOUR_MS))
}

/// A calendar month: `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}

/// What is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no month; write year and month, like 2026-10")]
pub struct MonthError(pub String);

impl Month {
    /// The month of a time.
    pub fn of(unix_ms: i64) -> Self {
        Self { first: day_of(unix_ms).first_of_month() }
    }

    /// When it begins, Unix milliseconds.
    pub fn from_unix_ms(self) -> i64 {
        start_of(self.first)
    }

    /// When the next one begins, Unix milliseconds.
    pub fn to_unix_ms(self) -> i64 {
        self.first.checked_add(1.month()).map_or(i64::MAX, start_of)
    }

    /// Its days, as reports name them: `2026-10-01` and on.
    pub fn days(self) -> impl Iterator<Item = String> {
        (1..=self.first.days_in_month()).map(move |day| format!("{self}-{day:02}"))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.strftime("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let first = format!("{text}-01").parse().ok().map(|first| Self { first });
        first.filter(|month| month.to_string() == text).ok_or_else(|| MonthError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From the year 1 to 9998.
    fn times() -> impl Strategy<Value = i64> {
        -62_135_596_800_000_i64..253_370_764_800_000
    }

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    proptest! {
        #[test]
        fn a_time_lies_in_exactly_one_month(time in times()) {
            let month = Month::of(time);
            prop_assert!(month.from_unix_ms() <= time && time < month.to_unix_ms());
            prop_assert_eq!(Month::of(month.to_unix_ms() - 1), month);
            prop_assert_eq!(Month::of(month.to_unix_ms()).from_unix_ms(), month.to_unix_ms());
            prop_assert_eq!(month.to_string().parse(), Ok(month));
        }

        #[test]
        fn a_day_is_as_long_as_its_hours(time in times()) {
            let start = start_of(day_of(time));
            prop_assert!(start <= time && time < start + 24 * HOUR_MS);
            prop_assert_eq!(hour_of(start) * HOUR_MS, start);
        }

        #[test]
        fn no_time_is_too_early_or_too_late(time: i64) {
            day_of(time);
            prop_assert!(Month::of(time).from_unix_ms() < Month::of(time).to_unix_ms());
        }
    }

    #[test]
    fn months_are_as_long_as_they_are() {
        assert_eq!(month("2026-10").from_unix_ms(), 1_790_812_800_000);
        assert_eq!(month("2026-12").to_unix_ms(), month("2027-01").from_unix_ms());
        for (text, days) in
            [("2024-02", 29), ("2026-02", 28), ("2000-02", 29), ("1900-02", 28), ("2026-12", 31)]
        {
            let length = month(text).to_unix_ms() - month(text).from_unix_ms();
            assert_eq!((length, month(text).days().count()), (days * 24 * HOUR_MS, days as usize), "{text}");
        }
        assert_eq!(month("2024-02").days().last().as_deref(), Some("2024-02-29"));
    }

    #[test]
    fn the_leap_day_belongs_to_february() {
        let last: Timestamp = "2024-02-29T23:59:59.999Z".parse().unwrap();
        assert_eq!(Month::of(last.as_millisecond()), month("2024-02"));
        assert_eq!(Month::of(last.as_millisecond() + 1), month("2024-03"));
        assert_eq!(day_of(last.as_millisecond()).to_string(), "2024-02-29");
    }

    #[test]
    fn the_last_moment_before_the_epoch_is_in_the_year_before() {
        assert_eq!((Month::of(-1), hour_of(-1)), (month("1969-12"), -1));
        assert_eq!((Month::of(0), hour_of(0)), (month("1970-01"), 0));
    }

    #[test]
    fn a_timeframe_may_be_named_by_its_ends() {
        let timeframe: Timeframe = "2026-10-01,2026-10-31T18".parse().unwrap();
        let october = month("2026-10").from_unix_ms();
        assert_eq!(timeframe.from_unix_ms(0), october);
        assert_eq!(timeframe.to_unix_ms(0), october + (30 * 24 + 18) * HOUR_MS);
    }

    #[test]
    fn a_timeframe_ends_with_this_hour() {
        let now = month("2026-10").from_unix_ms() + 1;
        for (text, hours) in [("1h", 1), ("24h", 24), ("7d", 168), ("366d", 8784)] {
            let timeframe: Timeframe = text.parse().unwrap();
            let end = month("2026-10").from_unix_ms() + HOUR_MS;
            assert_eq!(timeframe.to_unix_ms(now), end);
            assert_eq!(timeframe.from_unix_ms(now), end - hours * HOUR_MS, "{text}");
        }
        for wrong in [
            "",
            "7",
            "d",
            "0d",
            "367d",
            "1w",
            "-1d",
            "month",
            ",",
            "2026-10-01",
            "2026-10-01,",
            "2026-10-02,2026-10-01",
            "2026-10-01,2026-10-01",
            "2026-10-01,2026-10-01T24",
            "2026-10-01,2026-10-01T1",
            "2026-10-01T+1,2026-10-02",
            "20261001,20261002",
            "2026-02-30,2026-03-01",
        ] {
            assert_eq!(wrong.parse::<Timeframe>(), Err(TimeframeError(wrong.to_owned())));
        }
    }

    #[test]
    fn what_is_no_month_says_how_one_is_written() {
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "2026-1",
            "26-10",
            "2026-10-01",
            "10-2026",
            " 2026-10",
            "2026-+1",
        ] {
            let error = wrong.parse::<Month>().unwrap_err();
            assert_eq!(error, MonthError(wrong.to_owned()));
        }
        assert!(MonthError("x".into()).to_string().contains("2026-10"));
    }
}
