//! "3/4", "2 1/2", "½".

use super::numerals::{Amount, Kind, single};
use super::place::{Found, Place};
use super::scan::{digits, digits_of, ends_word, small, space, spaced, stands, word};
use crate::Class;
use crate::english::cardinals::{cardinal, ordinal, paired, plural};

/// A fraction by itself.
pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if let Some(found) = idiom(place) {
        return Some(found);
    }
    let (amount, left) = single(place, place.text)?;
    let ends = ends_word(left) && !left.starts_with('/');
    let is_fraction = matches!(amount.kind, Kind::Part | Kind::Mixed) && ends;
    if is_fraction {
        return Some(Found::new(Class::Fraction, amount.said, left));
    }
    over(place)
}

/// The fraction that a text starts with.
pub(super) fn fraction<'s>(place: &Place<'s>, text: &'s str) -> Option<(Amount, &'s str)> {
    if let Some((said, left)) = proper(place, text) {
        return Some((Amount { said, kind: Kind::Part }, left));
    }
    let (whole, left) = digits_of(text, 1, 4)?;
    let part = if left.starts_with(char::is_whitespace) { spaced(left) } else { left };
    let is_glued = part.len() == left.len();
    if is_glued && digits(part).is_some() {
        return None;
    }
    let (part, left) = match vulgar(part) {
        Some((top, bottom, left)) => (named(top, bottom), left),
        None => proper(place, space(left)?)?,
    };
    let part = match part.strip_prefix("one ") {
        Some(one) => format!("{} {one}", if one.starts_with("eigh") { "an" } else { "a" }),
        None => part,
    };
    Some((Amount { said: format!("{} and {part}", place.cardinal(whole)), kind: Kind::Mixed }, left))
}

/// "½", "3/4", "7/8ths": less than one, with a denominator that has a name.
fn proper<'s>(place: &Place<'s>, text: &'s str) -> Option<(String, &'s str)> {
    if let Some((top, bottom, left)) = vulgar(text) {
        return Some((named(top, bottom), left));
    }
    let (top, left) = digits_of(text, 1, 3)?;
    let (bottom, left) = digits_of(left.strip_prefix(['/', '⁄'])?, 1, 4)?;
    let (top_number, bottom_number) = (small(top)?, small(bottom)?);
    let is_plain = !top.starts_with('0') && !bottom.starts_with('0');
    let has_name = matches!(bottom_number, 2..=16 | 32 | 64 | 100 | 128 | 1000)
        || (top_number == 1 && bottom_number % 10 == 0);
    if !is_plain || !has_name || top_number >= bottom_number || left.starts_with('/') {
        return None;
    }
    let left = ["ths", "th", "rds", "rd", "nds", "nd"].iter().find_map(|end| word(left, end)).unwrap_or(left);
    let starred = bottom_number == 5 && spaced(left).starts_with("star");
    let rated =
        starred || matches!(bottom_number, 10 | 100) && top_number > 1 && word(spaced(left), "of").is_none();
    if rated {
        return Some((format!("{} out of {}", place.cardinal(top), place.cardinal(bottom)), left));
    }
    Some((named(top_number, bottom_number), left))
}

/// "three quarters".
pub(super) fn named(top: u32, bottom: u32) -> String {
    let one = match bottom {
        2 => "half".to_owned(),
        4 => "quarter".to_owned(),
        _ => ordinal(&cardinal(&bottom.to_string()))
            .replace("one hundredth", "hundredth")
            .replace("one thousandth", "thousandth"),
    };
    let name = match (top, one.as_str()) {
        (1, _) => one,
        (_, "half") => "halves".to_owned(),
        _ => plural(&one),
    };
    format!("{} {name}", cardinal(&top.to_string()))
}

/// "½" as one over two.
pub(super) fn vulgar(text: &str) -> Option<(u32, u32, &str)> {
    let mut chars = text.chars();
    let (top, bottom) = match chars.next()? {
        '½' => (1, 2),
        '⅓' => (1, 3),
        '⅔' => (2, 3),
        '¼' => (1, 4),
        '¾' => (3, 4),
        '⅕' => (1, 5),
        '⅖' => (2, 5),
        '⅗' => (3, 5),
        '⅘' => (4, 5),
        '⅙' => (1, 6),
        '⅚' => (5, 6),
        '⅐' => (1, 7),
        '⅛' => (1, 8),
        '⅜' => (3, 8),
        '⅝' => (5, 8),
        '⅞' => (7, 8),
        '⅑' => (1, 9),
        '⅒' => (1, 10),
        _ => return None,
    };
    Some((top, bottom, chars.as_str()))
}

/// "24/7", "9/11", "20/20", "4/4 time": not what they seem.
fn idiom<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if let Some(left) = place.text.strip_prefix("24/7/365").filter(|left| stands(left)) {
        return Some(Found::new(Class::Fraction, "twenty-four seven three sixty-five", left));
    }
    let (top, left) = digits_of(place.text, 1, 3)?;
    let (bottom, left) = digits_of(left.strip_prefix('/')?, 1, 3)?;
    let ends = ends_word(left) && !left.starts_with('/');
    if !ends {
        return None;
    }
    let (first, second) = (place.cardinal(top), place.cardinal(bottom));
    let said = match (top, bottom) {
        ("24", "7") => "twenty-four seven".to_owned(),
        ("9", "11") => "nine eleven".to_owned(),
        ("50", "50") => "fifty-fifty".to_owned(),
        ("20", "20" | "200" | "400") => format!("twenty {second}"),
        ("365", _) => format!("three sixty-five {second}"),
        _ if small(top)? + small(bottom)? == 100 => format!("{first} {second}"),
        _ if word(spaced(left), "time").is_some() => format!("{first} {second}"),
        _ => return None,
    };
    Some(Found::new(Class::Fraction, said, left))
}

/// "120/80": without a name for the lower one.
fn over<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (top, left) = digits_of(place.text, 1, 4)?;
    let (bottom, left) = digits_of(left.strip_prefix(['/', '⁄'])?, 1, 4)?;
    if !ends_word(left) || left.starts_with('/') {
        return None;
    }
    if matches!(bottom, "10" | "100") {
        let said = format!("{} out of {}", place.cardinal(top), place.cardinal(bottom));
        return Some(Found::new(Class::Fraction, said, left));
    }
    let part = |digits: &str| if digits.len() == 3 { paired(digits) } else { place.cardinal(digits) };
    Some(Found::new(Class::Fraction, format!("{} over {}", part(top), part(bottom)), left))
}
