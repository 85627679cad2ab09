//! Numbers in words.

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 10] =
    ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The names of a thousand to its powers.
const SCALES: [&str; 12] = [
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
];

/// Whether "and" stands before the tens: "one hundred and five".
#[derive(Clone, Copy, PartialEq, Eq)]
enum And {
    Said,
    Left,
}

/// "one hundred twenty-three" for a number of digits only, without signs; digit by digit where it is too long to be
/// named or starts with a zero.
pub(crate) fn cardinal(digits: &str) -> String {
    named(digits, And::Left)
}

/// "one hundred and twenty-three".
pub(crate) fn british_cardinal(digits: &str) -> String {
    named(digits, And::Said)
}

/// "five".
pub(crate) fn digit(c: char) -> Option<&'static str> {
    ONES.get(c.to_digit(10)? as usize).copied()
}

/// "one two three".
pub(crate) fn spelled(digits: &str) -> String {
    digits.chars().filter_map(digit).collect::<Vec<_>>().join(" ")
}

/// As years, rooms and aeroplanes are read: "nineteen ninety-nine", "seven forty-seven", "one oh one". Longer numbers
/// digit by digit.
pub(crate) fn paired(digits: &str) -> String {
    if digits.len() > 4 || digits.starts_with('0') {
        return spelled(digits);
    }
    let round =
        digits.len() < 3 || digits.ends_with("000") || (digits.len() == 4 && digits.get(1..3) == Some("00"));
    if round {
        return cardinal(digits);
    }
    let (first, last) = digits.split_at(digits.len() - 2);
    match last.strip_prefix('0') {
        Some("0") => format!("{} hundred", cardinal(first)),
        Some(one) => format!("{} oh {}", cardinal(first), cardinal(one)),
        None => format!("{} {}", cardinal(first), cardinal(last)),
    }
}

/// "twenty-first" from "twenty-one".
pub(crate) fn ordinal(cardinal: &str) -> String {
    let (rest, last) = cardinal.split_at(cardinal.rfind([' ', '-']).map_or(0, |at| at + 1));
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => match last.strip_suffix('y') {
            Some(ten) => format!("{ten}ieth"),
            None => format!("{last}th"),
        },
    };
    format!("{rest}{last}")
}

/// "nineties", "sixes", "seven forty-sevens".
pub(crate) fn plural(words: &str) -> String {
    match words.strip_suffix('y') {
        Some(ten) => format!("{ten}ies"),
        None if words.ends_with(['x', 's']) || words.ends_with("ch") => format!("{words}es"),
        None => format!("{words}s"),
    }
}

fn named(digits: &str, and: And) -> String {
    if (digits.starts_with('0') && digits.len() > 1) || digits.len() > 3 * SCALES.len() {
        return spelled(digits);
    }
    let groups = digits.len().div_ceil(3);
    let mut words: Vec<String> = Vec::new();
    for (place, scale) in SCALES.iter().enumerate().take(groups).rev() {
        let end = digits.len() - 3 * place;
        let group = digits.get(end.saturating_sub(3)..end).and_then(|group| group.parse().ok()).unwrap_or(0);
        if group == 0 {
            continue;
        }
        if place == 0 && group < 100 && and == And::Said && !words.is_empty() {
            words.push("and".to_owned());
        }
        words.push(below_thousand(group, and));
        if !scale.is_empty() {
            words.push((*scale).to_owned());
        }
    }
    if words.is_empty() { "zero".to_owned() } else { words.join(" ") }
}

fn below_thousand(number: usize, and: And) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let and = if and == And::Said { "and " } else { "" };
    match (hundreds, rest) {
        (0, _) => below_hundred(rest),
        (_, 0) => format!("{} hundred", below_hundred(hundreds)),
        _ => format!("{} hundred {and}{}", below_hundred(hundreds), below_hundred(rest)),
    }
}

fn below_hundred(number: usize) -> String {
    let word = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or_default();
    match (number / 10, number % 10) {
        (0 | 1, _) => word(&ONES, number).to_owned(),
        (tens, 0) => word(&TENS, tens).to_owned(),
        (tens, ones) => format!("{}-{}", word(&TENS, tens), word(&ONES, ones)),
    }
}
