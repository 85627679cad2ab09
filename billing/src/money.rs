//! Money, to the billionth of a dollar.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Nano-dollars: billionths of a US dollar, up to some nine billion dollars. A sum that would not fit stays at the end
/// of the range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(i64);

/// What is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no amount of US dollars: write digits and at most nine of them behind the point, like 0.015"
)]
pub struct NanosError(pub String);

impl Nanos {
    /// Nothing.
    pub const ZERO: Nanos = Nanos(0);

    /// So many nano-dollars.
    pub const fn new(nanos: i64) -> Self {
        Self(nanos)
    }

    /// How many nano-dollars.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Both together.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of it.
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Nanos {
    fn sum<I: Iterator<Item = Self>>(nanos: I) -> Self {
        nanos.fold(Self::ZERO, Self::plus)
    }
}

/// Dollars, exact and without superfluous zeros, but two digits at least: `0.03`, `-1.50`, `0.061425`.
impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (dollars, nanos) = (self.0.unsigned_abs() / 1_000_000_000, self.0.unsigned_abs() % 1_000_000_000);
        let digits = format!("{nanos:09}");
        let (cents, rest) = digits.split_at(2);
        write!(f, "{sign}{dollars}.{cents}{}", rest.trim_end_matches('0'))
    }
}

/// Reads dollars: `15`, `0.03`, `0.000000001`. No sign, no exponent.
impl FromStr for Nanos {
    type Err = NanosError;

    fn from_str(text: &str) -> Result<Self, NanosError> {
        let wrong = || NanosError(text.to_owned());
        let (dollars, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(dollars) || !all_digits(fraction) || fraction.len() > 9 {
            return Err(wrong());
        }
        let dollars: i64 = dollars.parse().map_err(|_| wrong())?;
        let nanos: i64 = format!("{fraction:0<9}").parse().map_err(|_| wrong())?;
        dollars
            .checked_mul(1_000_000_000)
            .and_then(|whole| whole.checked_add(nanos))
            .map(Self)
            .ok_or_else(wrong)
    }
}
