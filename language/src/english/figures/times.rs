//! "3:30 p.m.", "15:45", "9am-5pm", "0900 hours".

use super::place::{Found, Place};
use super::scan::{digits, digits_of, ends_word, is_one_of, letters, loose_dash, small, space, spaced, word};
use crate::Class;
use crate::english::cardinals::{cardinal, digit, spelled};

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if !place.sign.is_empty() && place.sign != "about" {
        return None;
    }
    range(place).or_else(|| one(place)).or_else(|| military(place))
}

/// "3:30 p.m.", "3 p.m.", "15:45", "15h30".
fn one<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (time, left) = half_day(place.text).or_else(|| clock(place.text)).or_else(|| french(place.text))?;
    let is_time = ends_word(left) && !left.starts_with([':', '/']) && !left.starts_with(['-', '–']);
    let ratios = "ratio odds scale aspect proportion proportions screen display monitor mix";
    let is_ratio = place.follows(ratios) || is_one_of(letters(spaced(left)).0, ratios);
    (is_time && !is_ratio).then(|| Found::new(Class::Time, time, left))
}

/// "9am-5pm", "9-5 p.m.", "9:00–17:00".
fn range<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = half_day(place.text).or_else(|| clock(place.text)).or_else(|| hour(place.text))?;
    let left = loose_dash(left)?;
    let (second, left) = match half_day(left) {
        Some(found) => found,
        None if digits(place.text)?.1.starts_with(':') => clock(left).or_else(|| verse(left))?,
        None => return None,
    };
    ends_word(left).then(|| Found::new(Class::Time, format!("{first} to {second}"), left))
}

/// The end of "8:28-30" or "3:30-4".
fn verse(text: &str) -> Option<(String, &str)> {
    let (end, left) =
        digits_of(text, 1, 2).filter(|(end, left)| !end.starts_with('0') && !left.starts_with(['-', '–']))?;
    Some((cardinal(end), left))
}

fn hour(text: &str) -> Option<(String, &str)> {
    let (hour, left) = digits_of(text, 1, 2)?;
    Some((cardinal(&small(hour).filter(|hour| (1..=12).contains(hour))?.to_string()), left))
}

/// "3pm", "3:05 a.m.": with its half of the day.
fn half_day(text: &str) -> Option<(String, &str)> {
    let (hour, left) = hour(text)?;
    let (minutes, left) = match left.strip_prefix([':', '.']).and_then(|text| digits_of(text, 2, 2)) {
        Some((minutes, left)) => (minutes, left),
        None => ("00", left),
    };
    let minutes = if minutes == "00" { String::new() } else { format!(" {}", minute(minutes)?) };
    let (half, left) = half(spaced(left))?;
    Some((format!("{hour}{minutes} {half} M"), left))
}

/// "A" of "a.m." or "AM".
fn half(text: &str) -> Option<(&'static str, &str)> {
    let half = match text.chars().next()? {
        'a' | 'A' => "A",
        'p' | 'P' => "P",
        _ => return None,
    };
    let left = text.get(1..)?;
    if let Some(left) = left.strip_prefix(['m', 'M']).filter(|left| ends_word(left)) {
        return Some((half, left));
    }
    let left = left.strip_prefix(". ").or_else(|| left.strip_prefix('.'))?.strip_prefix(['m', 'M'])?;
    let left = left.strip_prefix('.').unwrap_or(left);
    ends_word(left).then_some((half, left))
}

/// "15:45", "3:00", "14:30:15".
pub(super) fn clock(text: &str) -> Option<(String, &str)> {
    let (hour, left) = digits_of(text, 1, 2)?;
    let (minutes, left) = digits_of(left.strip_prefix(':')?, 2, 2)?;
    let hours = small(hour).filter(|hour| *hour <= 24)?;
    let (seconds, left) = match left.strip_prefix(':') {
        Some(seconds) => digits_of(seconds, 2, 2)?,
        None => ("", left),
    };
    let left = match left.strip_prefix('.').and_then(digits) {
        Some((_, left)) if !seconds.is_empty() => left,
        _ => left,
    };
    let spoken = spoken(hour, hours, minutes, matches!(seconds, "" | "00"))?;
    let said = match small(seconds) {
        None | Some(0) => spoken,
        Some(1) => format!("{spoken} and one second"),
        Some(seconds) => format!("{spoken} and {} seconds", cardinal(&seconds.to_string())),
    };
    Some((said, left))
}

/// "three o'clock", "fifteen hundred", "three oh five".
fn spoken(hour: &str, hours: u32, minutes: &str, exact: bool) -> Option<String> {
    let name = cardinal(&hours.to_string());
    Some(match (hours, minutes) {
        (0 | 24, "00") => "midnight".to_owned(),
        (1..=9, "00") => format!("{name} o'clock"),
        (10..=12, "00") if exact && !hour.starts_with('0') => format!("{name} o'clock"),
        (_, "00") => format!("{name} hundred"),
        _ => format!("{name} {}", minute(minutes)?),
    })
}

/// "15h30".
fn french(text: &str) -> Option<(String, &str)> {
    let (hour, left) = digits_of(text, 1, 2)?;
    let (minutes, left) = digits_of(left.strip_prefix('h')?, 2, 2)?;
    let hours = small(hour).filter(|hour| *hour <= 24)?;
    Some((spoken(hour, hours, minutes, true)?, left))
}

/// "thirty", "oh five".
fn minute(digits: &str) -> Option<String> {
    small(digits).filter(|minutes| *minutes < 60)?;
    Some(match digits.strip_prefix('0') {
        Some(one) => format!("oh {}", cardinal(one)),
        None => cardinal(digits),
    })
}

/// "0900 hours".
fn military<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 4, 4)?;
    word(space(left)?, "hours").or_else(|| word(spaced(left), "hrs"))?;
    let (hours, minutes) = digits.split_at(2);
    small(hours).filter(|hours| *hours <= 24)?;
    let hours = match hours.strip_prefix('0') {
        Some(one) => format!("zero {}", one.chars().next().and_then(digit)?),
        None => cardinal(hours),
    };
    let minutes = match minutes {
        "00" => "hundred".to_owned(),
        _ if minutes.starts_with('0') => spelled(minutes),
        _ => minute(minutes)?,
    };
    Some(Found::new(Class::Time, format!("{hours} {minutes}"), left))
}
