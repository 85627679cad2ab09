//! "2 + 2 = 4", "E = mc²", "10^6", "6.02×10²³".

use super::numerals::numeral;
use super::place::{Found, Place};
use super::quantities;
use super::scan::{digits, ends_word, is_one_of, letters, spaced};
use crate::Class;
use crate::english::cardinals::{cardinal, spelled};

/// Signs between two things.
const BETWEEN: [(&str, &str); 18] = [
    ("<=", "is less than or equal to"),
    (">=", "is greater than or equal to"),
    ("!=", "is not equal to"),
    ("==", "equals"),
    ("+", "plus"),
    ("−", "minus"),
    ("×", "times"),
    ("⋅", "times"),
    ("*", "times"),
    ("÷", "divided by"),
    ("=", "equals"),
    ("≠", "is not equal to"),
    ("<", "is less than"),
    (">", "is greater than"),
    ("≤", "is less than or equal to"),
    ("≥", "is greater than or equal to"),
    ("≈", "is about"),
    ("±", "plus or minus"),
];

/// Words of two letters, which are no products.
const WORDS: &str =
    "is in on no of to or at by if an as be do go he it me my so up us we am ok hi oh ah vs pm ad bc ce id";

/// Signs that mean something between two things only in a formula.
const LOOSE: [(&str, &str); 4] = [("-", "minus"), ("–", "minus"), ("/", "divided by"), ("x", "times")];

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (mut words, mut left) = operand(place, place.text)?;
    let has_power = words.contains("power") || words.ends_with("squared") || words.ends_with("cubed");
    let mut is_formula = has_power || place.text.starts_with(['√', 'π', '∞']) || words.ends_with(" pi");
    let mut end = left;
    let mut sides = 1;
    while let Some((sign, sure, next)) = between(left) {
        let Some((other, next)) = operand(place, next) else { break };
        words = format!("{words} {sign} {other}");
        is_formula |= sure;
        (left, sides) = (next, sides + 1);
        end = next;
    }
    let starts_plain = place.text.starts_with(|c: char| c.is_alphabetic());
    let is_picture = place.text.split_once('×').is_some_and(|(first, second)| {
        let side = |text| digits(text).filter(|(side, _)| matches!(side.len(), 3 | 4));
        side(first).is_some_and(|(_, left)| left.is_empty()) && side(second).is_some()
    });
    if is_picture {
        return None;
    }
    let is_whole = ends_word(end) && is_formula && (sides > 1 || !starts_plain || has_power);
    if !is_whole {
        return None;
    }
    if let Some((unit, end)) = quantities::unit(place, spaced(end), spaced(end).len() < end.len()) {
        return Some(Found::new(Class::Math, format!("{} {}", sides_of(&words), unit.many()), end));
    }
    Some(Found::new(Class::Math, words, end))
}

/// "three by five" of a size, unless there is a power in it.
fn sides_of(words: &str) -> String {
    if words.contains("power") { words.to_owned() } else { words.replace(" times ", " by ") }
}

/// A sign between two things, whether it makes a formula by itself, and what is behind it.
fn between(text: &str) -> Option<(&'static str, bool, &str)> {
    let next = spaced(text);
    let is_spaced = next.len() < text.len();
    let find = |signs: &'static [(&str, &str)]| {
        signs.iter().find_map(|(sign, name)| Some((*name, next.strip_prefix(sign)?)))
    };
    let sure = find(&BETWEEN);
    let (name, left) = sure.or_else(|| find(&LOOSE))?;
    let same_space = left.starts_with(char::is_whitespace) == is_spaced;
    same_space.then(|| (name, sure.is_some(), spaced(left)))
}

/// A number, a letter or two, or a root, with its power.
fn operand<'s>(place: &Place<'_>, text: &'s str) -> Option<(String, &'s str)> {
    let (minus, text) = text.strip_prefix(['-', '−']).map_or(("", text), |text| ("minus ", text));
    let (root, text) = text.strip_prefix('√').map_or(("", text), |text| ("the square root of ", text));
    let (value, left) = value(place, text)?;
    Some((format!("{minus}{root}{value}"), left))
}

/// The same without its sign.
fn value<'s>(place: &Place<'_>, text: &'s str) -> Option<(String, &'s str)> {
    let (mut said, mut left) = match numeral(text) {
        Some((number, left)) => {
            let exponent =
                left.strip_prefix(['e', 'E']).and_then(exponent).filter(|(_, left)| ends_word(left));
            if let Some((power, left)) = exponent {
                return Some((format!("{} times ten to the power of {power}", number.said(place)), left));
            }
            match left.strip_prefix('%') {
                Some(left) => (format!("{} percent", number.said(place)), left),
                None => (number.said(place), left),
            }
        }
        None => (String::new(), text),
    };
    if let Some((name, next)) = symbols(left) {
        said = if said.is_empty() { name } else { format!("{said} {name}") };
        left = next;
    }
    if said.is_empty() {
        return None;
    }
    match power(left) {
        Some((power, left)) => Some((format!("{said} {power}"), left)),
        None => Some((said, left)),
    }
}

/// One or two letters: "x", "mc"; or a sign that is a number.
fn symbols(text: &str) -> Option<(String, &str)> {
    for (sign, name) in [('π', "pi"), ('∞', "infinity")] {
        if let Some(left) = text.strip_prefix(sign) {
            return Some((name.to_owned(), left));
        }
    }
    let (word, left) = letters(text);
    if let Some(left) = text.strip_prefix("mc2").filter(|left| ends_word(left)) {
        return Some(("M C squared".to_owned(), left));
    }
    let short = word.len() == 2 && (power(left).is_some() || !is_one_of(word, WORDS));
    let is_symbol = word.is_ascii() && (word.len() == 1 || short);
    let named = word.to_uppercase().chars().map(String::from).collect::<Vec<_>>().join(" ");
    if let Some((of, left)) = left.strip_prefix('(').and_then(|text| text.split_once(')')) {
        let mut letters = of.chars().filter(char::is_ascii_alphabetic);
        if let (1, 1, Some(of)) = (word.len(), of.len(), letters.next()) {
            return Some((format!("{named} of {}", of.to_ascii_uppercase()), left));
        }
    }
    is_symbol.then_some((named, left))
}

/// "²", "^6", "⁻³".
fn power(text: &str) -> Option<(String, &str)> {
    if let Some(left) = text.strip_prefix('^') {
        let (value, left) = exponent(left).or_else(|| symbols(left))?;
        return Some((to_the(&value), left));
    }
    let end = text.find(|c| raised(c).is_none()).unwrap_or(text.len());
    let (raised_text, left) = text.split_at(end);
    let plain: String = raised_text.chars().filter_map(raised).collect();
    let (value, rest) = exponent(&plain)?;
    rest.is_empty().then(|| (to_the(&value), left))
}

fn to_the(power: &str) -> String {
    match power {
        "two" => "squared".to_owned(),
        "three" => "cubed".to_owned(),
        _ => format!("to the power of {power}"),
    }
}

/// "23", "-3" behind a sign of a power.
fn exponent(text: &str) -> Option<(String, &str)> {
    let (sign, left) = match text.strip_prefix(['-', '−']) {
        Some(left) => ("minus ", left),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, left) = digits(left)?;
    let trimmed = digits.trim_start_matches('0');
    let value = if trimmed.is_empty() { spelled(digits) } else { cardinal(trimmed) };
    Some((format!("{sign}{value}"), left))
}

/// "3" for "³".
pub(super) fn raised(c: char) -> Option<char> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    if c == '⁻' {
        return Some('-');
    }
    let value = RAISED.chars().position(|raised| raised == c)?;
    char::from_digit(u32::try_from(value).ok()?, 10)
}
