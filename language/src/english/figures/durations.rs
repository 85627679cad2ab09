//! "1h 20min", "90s", "2:15:09" of a run.

use super::numerals::{amount, numeral};
use super::place::{Found, Place};
use super::scan::{digits_of, ends_word, letters, small, spaced};
use super::units::TIMES;
use crate::Class;

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    chain(place)
}

/// "1h 20min 5s": two or more, or one that is glued to its number and can be nothing else.
fn chain<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (mut words, mut left): (Vec<String>, &str) = (Vec::new(), place.text);
    while let Some((part, next)) = part(place, spaced(left)) {
        words.push(part);
        left = next;
    }
    (words.len() > 1).then(|| Found::new(Class::Duration, words.join(" "), left)).or_else(|| {
        let (amount, behind) = amount(place, place.text)?;
        let behind = behind.strip_prefix('s').filter(|left| ends_word(left))?;
        let is_name = place.named
            || super::numbers::follows_name(place)
            || numeral(place.text).is_some_and(|(number, _)| number.whole.len() > 3);
        if is_name {
            return None;
        }
        Some(Found::new(Class::Duration, format!("{} {}", amount.said, seconds(place, behind)), behind))
    })
}

fn seconds(place: &Place<'_>, left: &str) -> &'static str {
    let is_one = place.text.starts_with("1s") || place.is_one_thing(left);
    if is_one { "second" } else { "seconds" }
}

/// "20min", "20 min": a number and its unit of time.
fn part<'s>(place: &Place<'_>, text: &'s str) -> Option<(String, &'s str)> {
    let (number, left) = numeral(text)?;
    let (sign, left) = letters(spaced(left));
    let (_, unit) = TIMES.iter().find(|(written, _)| *written == sign)?;
    let plural = if number.is_one() { "" } else { "s" };
    // "1h20m" goes on with a figure.
    Some((format!("{} {unit}{plural}", number.said(place)), left))
}

/// "2:15:09" behind "in" or "of", "4:05" behind "a time of".
pub(super) fn stopwatch<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let runs = "in ran run time marathon duration length lasted lasts finished clocked";
    let (first, left) = digits_of(place.text, 1, 2)?;
    let (second, left) = digits_of(left.strip_prefix(':')?, 2, 2)?;
    let (third, left) = digits_of(left.strip_prefix(':')?, 2, 2)?;
    let is_clock = first.len() == 2 && !first.starts_with('0');
    if !place.follows(runs) || is_clock || !ends_word(left) || left.starts_with(':') {
        return None;
    }
    let units = [(first, "hour"), (second, "minute"), (third, "second")];
    let count = |(digits, unit): (&str, &str)| {
        let number = small(digits).filter(|number| *number > 0)?;
        let plural = if number == 1 { "" } else { "s" };
        Some(format!("{} {unit}{plural}", place.cardinal(&number.to_string())))
    };
    let said: Vec<String> = units.into_iter().filter_map(count).collect();
    (!said.is_empty()).then(|| Found::new(Class::Duration, said.join(" "), left))
}
