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

#[cfg(test)]
mod tests {
    use bigdecimal::BigDecimal;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dollars_are_written_as_they_are_read(nanos in 0..=i64::MAX) {
            let dollars = Nanos::new(nanos).to_string();
            prop_assert_eq!(dollars.parse(), Ok(Nanos::new(nanos)));
        }

        #[test]
        fn what_is_written_is_exact(nanos: i64) {
            let dollars: BigDecimal = Nanos::new(nanos).to_string().parse().unwrap();
            prop_assert_eq!(dollars, BigDecimal::new(nanos.into(), 9));
        }

        #[test]
        fn what_is_read_is_exact(dollars in 0..9_000_000_000_u64, fraction in "[0-9]{1,9}") {
            let text = format!("{dollars}.{fraction}");
            let nanos = BigDecimal::new(text.parse::<Nanos>().unwrap().get().into(), 9);
            prop_assert_eq!(nanos, text.parse::<BigDecimal>().unwrap());
        }

        #[test]
        fn sums_stay_within_the_range(one: i64, other: i64) {
            let exact = i128::from(one) + i128::from(other);
            let bounded = exact.clamp(i64::MIN.into(), i64::MAX.into());
            prop_assert_eq!(i128::from(Nanos::new(one).plus(Nanos::new(other)).get()), bounded);
            let sum: Nanos = [Nanos::new(one), Nanos::new(other)].into_iter().sum();
            prop_assert_eq!(sum, Nanos::new(one).plus(Nanos::new(other)));
        }
    }

    #[test]
    fn dollars_read_well() {
        for (nanos, dollars) in [
            (0, "0.00"),
            (30_000_000, "0.03"),
            (-1_500_000_000, "-1.50"),
            (61_425_000, "0.061425"),
            (1, "0.000000001"),
            (i64::MAX, "9223372036.854775807"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            assert_eq!(Nanos::new(nanos).to_string(), dollars);
        }
    }

    #[test]
    fn what_is_no_amount_is_named() {
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            "$1",
            " 1",
            "0.0000000001",
            "9223372036.854775808",
            "٣",
        ] {
            assert_eq!(wrong.parse::<Nanos>(), Err(NanosError(wrong.to_owned())));
        }
    }
}
