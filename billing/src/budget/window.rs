//! Over what time a budget counts.

use std::fmt;
use std::str::FromStr;

use super::Window;
use crate::Month;
use crate::calendar::{HOUR_MS, hour_of};

const DAY_HOURS: i64 = 24;

/// The most hours of a rolling window: a leap year.
const MOST_HOURS: u32 = 366 * 24;

/// What is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no window; write day, month, rolling_24h or rolling_30d, of up to 366 days")]
pub struct WindowError(pub String);

impl Window {
    /// The hour (hours since the Unix epoch) from which requests count at that time.
    pub fn first_hour(self, unix_ms: i64) -> i64 {
        match self {
            Self::Day => hour_of(unix_ms).div_euclid(DAY_HOURS) * DAY_HOURS,
            Self::Month => hour_of(Month::of(unix_ms).from_unix_ms()),
            Self::Rolling { hours } => hour_of(unix_ms) - i64::from(hours) + 1,
        }
    }

    /// When something that counts at that time first counts no more; of a rolling window, the next hour. Unix
    /// milliseconds.
    pub fn next_unix_ms(self, unix_ms: i64) -> i64 {
        match self {
            Self::Day => (self.first_hour(unix_ms) + DAY_HOURS).saturating_mul(HOUR_MS),
            Self::Month => Month::of(unix_ms).to_unix_ms(),
            Self::Rolling { .. } => (hour_of(unix_ms) + 1).saturating_mul(HOUR_MS),
        }
    }
}

/// `day`, `month`, `rolling_36h`, `rolling_30d`.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day => f.write_str("day"),
            Self::Month => f.write_str("month"),
            Self::Rolling { hours } if hours % 24 == 0 => write!(f, "rolling_{}d", hours / 24),
            Self::Rolling { hours } => write!(f, "rolling_{hours}h"),
        }
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        let wrong = || WindowError(text.to_owned());
        let rolling = match text {
            "day" => return Ok(Self::Day),
            "month" => return Ok(Self::Month),
            text => text.strip_prefix("rolling_").ok_or_else(wrong)?,
        };
        let unit = if rolling.ends_with('d') { 24 } else { 1 };
        let count = rolling.strip_suffix(['d', 'h']).filter(|count| !count.starts_with('+'));
        let count = count.and_then(|count| count.parse::<u32>().ok());
        let hours = count.and_then(|count| count.checked_mul(unit)).ok_or_else(wrong)?;
        if (1..=MOST_HOURS).contains(&hours) { Ok(Self::Rolling { hours }) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Window {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Self, WindowError> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn windows() -> impl Strategy<Value = Window> {
        prop_oneof![
            Just(Window::Day),
            Just(Window::Month),
            (1..=MOST_HOURS).prop_map(|hours| Window::Rolling { hours }),
        ]
    }

    fn at(time: &str) -> i64 {
        time.parse::<Timestamp>().unwrap().as_millisecond()
    }

    proptest! {
        #[test]
        fn now_counts_and_the_next_window_is_ahead(
            window in windows(), now in -62_135_596_800_000_i64..253_370_764_800_000,
        ) {
            let next = window.next_unix_ms(now);
            prop_assert!(window.first_hour(now) <= hour_of(now) && now < next);
            prop_assert!(window.first_hour(next - 1) == window.first_hour(now), "it holds until then");
            prop_assert!(window.first_hour(next) > window.first_hour(now), "and no longer");
        }

        #[test]
        fn days_and_months_tile_time(now in -62_135_596_800_000_i64..253_370_764_800_000) {
            for window in [Window::Day, Window::Month] {
                let next = window.next_unix_ms(now);
                prop_assert_eq!(window.first_hour(next) * HOUR_MS, next);
                prop_assert!(window.first_hour(window.first_hour(now) * HOUR_MS) == window.first_hour(now));
            }
        }

        #[test]
        fn no_time_is_beyond_it(window in windows(), now: i64) {
            prop_assert!(hour_of(window.next_unix_ms(now)) >= hour_of(now));
        }

        #[test]
        fn it_is_written_as_it_is_read(window in windows()) {
            prop_assert_eq!(window.to_string().parse(), Ok(window));
            let json = serde_json::to_string(&window).unwrap();
            prop_assert_eq!(serde_json::from_str::<Window>(&json).unwrap(), window);
        }
    }

    #[test]
    fn a_month_begins_with_its_first_hour_and_ends_with_the_next() {
        for (now, first, next) in [
            ("2024-02-29T23:59:59.999Z", "2024-02-01T00:00Z", "2024-03-01T00:00Z"),
            ("2026-12-31T23:59:59.999Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"),
            ("2027-01-01T00:00:00Z", "2027-01-01T00:00Z", "2027-02-01T00:00Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-01T00:00Z", "1970-01-01T00:00Z"),
        ] {
            assert_eq!(Window::Month.first_hour(at(now)), hour_of(at(first)), "{now}");
            assert_eq!(Window::Month.next_unix_ms(at(now)), at(next), "{now}");
        }
    }

    #[test]
    fn a_rolling_window_counts_this_hour_too() {
        let one = Window::Rolling { hours: 1 };
        assert_eq!(one.first_hour(at("2026-11-22T21:59:59Z")), hour_of(at("2026-11-22T21:00Z")));
        let day = Window::Rolling { hours: 24 };
        assert_eq!(day.first_hour(at("2024-03-01T12:30Z")), hour_of(at("2024-02-29T13:00Z")));
        assert_eq!(day.next_unix_ms(at("2024-03-01T12:30Z")), at("2024-03-01T13:00Z"));
    }

    #[test]
    fn what_is_no_window_says_how_one_is_written() {
        for wrong in
            ["", "week", "rolling", "rolling_", "rolling_d", "rolling_0h", "rolling_367d", "rolling_8785h"]
        {
            assert_eq!(wrong.parse::<Window>(), Err(WindowError(wrong.to_owned())));
        }
        for wrong in ["rolling_+5h", "rolling_-5h", "rolling_5", "rolling_5m", "Day", "rolling_4294967296d"] {
            assert_eq!(wrong.parse::<Window>(), Err(WindowError(wrong.to_owned())));
        }
        assert_eq!("rolling_24h".parse::<Window>().unwrap().to_string(), "rolling_1d");
    }
}
