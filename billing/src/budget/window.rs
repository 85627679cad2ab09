//! Over what time a budget counts.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use super::Window;

const HOUR_MS: i64 = 3_600_000;

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
            Self::Day => hour_of(unix_ms).div_euclid(24) * 24,
            Self::Month => hour_of(first_of_month(unix_ms).timestamp().as_millisecond()),
            Self::Rolling { hours } => hour_of(unix_ms) - i64::from(hours) + 1,
        }
    }

    /// When something that counts at that time first counts no more; of a rolling window, the next hour. Unix
    /// milliseconds.
    pub fn next_unix_ms(self, unix_ms: i64) -> i64 {
        match self {
            Self::Day => (hour_of(unix_ms).div_euclid(24) + 1) * 24 * HOUR_MS,
            Self::Month => {
                let next = first_of_month(unix_ms).checked_add(1.month());
                next.map_or(i64::MAX, |next| next.timestamp().as_millisecond())
            }
            Self::Rolling { .. } => (hour_of(unix_ms) + 1) * HOUR_MS,
        }
    }
}

/// Hours since the Unix epoch.
pub fn hour_of(unix_ms: i64) -> i64 {
    unix_ms.div_euclid(HOUR_MS)
}

fn first_of_month(unix_ms: i64) -> Zoned {
    let time = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
    let first = time.first_of_month().and_then(|first| first.start_of_day());
    first.unwrap_or(time)
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
        let count = rolling.strip_suffix(['d', 'h']).and_then(|count| count.parse::<u32>().ok());
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
