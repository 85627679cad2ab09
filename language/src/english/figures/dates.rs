//! "2024-05-17", "5/17/2024", "May 17, 2024", "17 May".

use super::place::{Found, Place, counts_things};
use super::scan::{dash, digits_of, ends_word, is_one_of, letters, small, space, spaced, stands, word};
use super::{times, years};
use crate::Class;
use crate::english::cardinals::{cardinal, ordinal};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: &str = "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs \
        fri sat sun";

/// The name of a month by its number.
pub(crate) fn month_name(month: u32) -> Option<&'static str> {
    MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?).copied()
}

/// A month by its name, "Sept." or "May", in capitals as names are. Whole names that are no other words may be small.
pub(super) fn month(text: &str) -> Option<(u32, &str)> {
    let (name, left) = letters(text);
    let at = MONTHS.iter().position(|month| {
        let short = (name.len() == 3 || (name.len() == 4 && is_one_of(name, "sept june july")))
            && month.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let whole = month.eq_ignore_ascii_case(name);
        let is_other_word = is_one_of(name, "may march mar august jan dec jun");
        (short || whole) && (name.starts_with(char::is_uppercase) || (whole && !is_other_word))
    })?;
    let short = MONTHS.get(at).is_some_and(|month| month.len() > name.len());
    let left = if short { left.strip_prefix('.').unwrap_or(left) } else { left };
    Some((u32::try_from(at).ok()? + 1, left))
}

/// A date that starts with its figures.
pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if !place.sign.is_empty() {
        return None;
    }
    iso(place)
        .or_else(|| iso_month(place))
        .or_else(|| day_month(place))
        .or_else(|| slashed(place))
        .or_else(|| day_and_month(place))
}

/// A date that starts with its month.
pub(super) fn read_month<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (month, left) = month(place.text)?;
    let left = space(left)?;
    if let Some((day, left)) = day(left)
        && (ends_word(left))
        && stands(left)
        && !counts_things(left)
    {
        let (until, left) = until_day(left);
        let (year, left) = year(left);
        let said = if place.british() {
            format!("{} the {}", month_name(month)?, nth(day))
        } else {
            month_day(month, day)?
        };
        return Some(Found::new(Class::Date, said + &until + &year, left));
    }
    let (year, left) = years::full_year(left)?;
    let is_date = stands(left) && dash(left).is_none();
    let name = month_name(month).filter(|_| is_date)?;
    Some(Found::new(Class::Date, format!("{name} {year}"), left))
}

/// "May seventeenth".
fn month_day(month: u32, day: u32) -> Option<String> {
    Some(format!("{} {}", month_name(month)?, nth(day)))
}

/// "May seventeenth, twenty twenty-four" or "the seventeenth of May, twenty twenty-four".
fn spoken(place: &Place<'_>, day: u32, month: u32, year: &str) -> Option<String> {
    if !(1..=31).contains(&day) {
        return None;
    }
    let date = if place.british() { the_day(place, day, month)? } else { month_day(month, day)? };
    Some(if year.is_empty() { date } else { format!("{date}, {year}") })
}

/// "the seventeenth of May"; without the article where it is written.
fn the_day(place: &Place<'_>, day: u32, month: u32) -> Option<String> {
    let the = if place.before.eq_ignore_ascii_case("the") { "" } else { "the " };
    Some(format!("{the}{} of {}", nth(day), month_name(month)?))
}

fn nth(day: u32) -> String {
    ordinal(&cardinal(&day.to_string()))
}

/// A day of a month, perhaps as an ordinal.
fn day(text: &str) -> Option<(u32, &str)> {
    let (digits, left) = digits_of(text, 1, 2)?;
    let day = small(digits).filter(|day| (1..=31).contains(day))?;
    let left = ["st", "nd", "rd", "th"].iter().find_map(|end| word(left, end)).unwrap_or(left);
    Some((day, left))
}

/// "-18" of "May 17-18".
fn until_day(text: &str) -> (String, &str) {
    match dash(text).and_then(day) {
        Some((until, left)) if stands(left) => (format!(" to {}", nth(until)), left),
        _ => (String::new(), text),
    }
}

/// ", 2024" or " 2024" as ", twenty twenty-four".
fn year(text: &str) -> (String, &str) {
    let next = spaced(text.strip_prefix(',').unwrap_or(text));
    match years::full_year(next) {
        Some((year, left))
            if next.len() < text.len()
                && ends_word(left)
                && stands(left)
                && !left.starts_with([':', '-', '/']) =>
        {
            (format!(", {year}"), left)
        }
        _ => (String::new(), text),
    }
}

/// "2024-05-17", perhaps with a time.
fn iso<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (year, left) = digits_of(place.text, 4, 4)?;
    let separator = left.chars().next().filter(|c| matches!(c, '-' | '/' | '.' | '‑'))?;
    let (month, left) = digits_of(left.strip_prefix(separator)?, 1, 2)?;
    let (day, left) = digits_of(left.strip_prefix(separator)?, 1, 2)?;
    let said = spoken(place, small(day)?, small(month)?, &years::year(place, year))?;
    let Some(time) = left.strip_prefix(['T', 't']) else {
        return Some(Found::new(Class::Date, said, left));
    };
    let (time, left) = times::clock(time)?;
    let (zone, left) = zone(left);
    Some(Found::new(Class::Date, format!("{said}, {time}{zone}"), left))
}

/// "2024-05"; "2008-09" is two years.
fn iso_month<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (year, left) =
        digits_of(place.text, 4, 4).filter(|(year, _)| year.starts_with("20") || year.starts_with("19"))?;
    let (month, left) = digits_of(left.strip_prefix('-')?, 2, 2)?;
    let is_month = small(year)? % 100 >= small(month)? && stands(left) && !left.starts_with('-');
    let name = month_name(small(month)?).filter(|_| is_month)?;
    Some(Found::new(Class::Date, format!("{name} {}", years::year(place, year)), left))
}

/// "Z" or "+02:00" behind a time.
fn zone(text: &str) -> (String, &str) {
    if let Some(left) = text.strip_prefix('Z') {
        return (" U T C".to_owned(), left);
    }
    let offset = |text| {
        let (sign, text) = match dash(text) {
            Some(text) => ("minus", text),
            None => ("plus", str::strip_prefix(text, '+')?),
        };
        let (hours, left) = digits_of(text, 2, 2)?;
        let (minutes, left) = digits_of(left.strip_prefix(':').unwrap_or(left), 2, 2)?;
        let hours = cardinal(&small(hours)?.to_string());
        let minutes = if minutes == "00" { String::new() } else { format!(" {}", cardinal(minutes)) };
        Some((format!(" {sign} {hours}{minutes}"), left))
    };
    offset(text).unwrap_or((String::new(), text))
}

/// "17 May 2024", "4th of July", "3–5 March".
fn day_month<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = day(place.text)?;
    let (until, left) = until_day(left);
    let next = left.strip_prefix('-').or_else(|| space(left))?;
    let (month, left) = month(word(next, "of").map_or(next, spaced))?;
    if !ends_word(left) {
        return None;
    }
    let (year, left) = match left.strip_prefix('-').and_then(years::full_year) {
        Some((year, left)) => (format!(", {year}"), left),
        None => year(left),
    };
    let the = if place.before.eq_ignore_ascii_case("the") { "" } else { "the " };
    let until = until.replace(" to ", " to the ");
    let said = format!("{the}{}{until} of {}{year}", nth(first), month_name(month)?);
    Some(Found::new(Class::Date, said, left))
}

/// "5/17/2024", "17.05.2024", "05-17-24".
fn slashed<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = digits_of(place.text, 1, 2)?;
    let separator = left.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (second, left) = digits_of(left.strip_prefix(separator)?, 1, 2)?;
    let (year, left) = digits_of(left.strip_prefix(separator)?, 2, 4)?;
    if year.len() == 3
        || !ends_word(left)
        || (separator != '/' && year.len() == 2)
        || left.starts_with(separator)
            && !left.get(1..).is_some_and(|left| left.is_empty() || left.starts_with(char::is_whitespace))
    {
        return None;
    }
    let (day, month) = day_first(place, small(first)?, small(second)?, separator == '.')?;
    let year = match (year.len(), small(year)?) {
        (2, year @ 0..50) => years::year(place, &format!("20{year:02}")),
        (2, year) => years::year(place, &format!("19{year}")),
        _ => years::year(place, year),
    };
    Some(Found::new(Class::Date, spoken(place, day, month, &year)?, left))
}

/// Which of two is the day and which the month.
fn day_first(place: &Place<'_>, first: u32, second: u32, by_point: bool) -> Option<(u32, u32)> {
    let first_is_day = (place.british() || by_point || first > 12) && second <= 12;
    let (day, month) = if first_is_day { (first, second) } else { (second, first) };
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some((day, month))
}

/// "on 3/4", "Mon 3/4".
fn day_and_month<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = digits_of(place.text, 1, 2)?;
    let (second, left) = digits_of(left.strip_prefix('/')?, 1, 2)?;
    let late = |day: &str| (17..=31).contains(&small(day).unwrap_or(0));
    let certain = if place.british() { late(first) } else { late(second) };
    let is_date = certain || place.follows_at_once("on dated due") || place.follows_at_once(WEEKDAYS);
    if !is_date || !ends_word(left) || left.starts_with('/') || word(spaced(left), "of").is_some() {
        return None;
    }
    let (day, month) = day_first(place, small(first)?, small(second)?, false)?;
    Some(Found::new(Class::Date, spoken(place, day, month, "")?, left))
}
