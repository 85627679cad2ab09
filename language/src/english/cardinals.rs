//! Numbers in words.

/// "one hundred twenty-three" for a number of digits only, without signs; digit by digit where it is too long to be
/// named or starts with a zero.
pub(crate) fn cardinal(digits: &str) -> String {
    digits.chars().filter_map(digit).collect::<Vec<_>>().join(" ")
}

/// "five".
pub(crate) fn digit(c: char) -> Option<&'static str> {
    const NAMES: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    NAMES.get(c.to_digit(10)? as usize).copied()
}
