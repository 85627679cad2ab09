//! "16:9", "won 3-2", "3-4-3".

use super::place::{Found, Place, counts_things};
use super::scan::{dash, digits_of, ends_word, small};
use crate::Class;
use crate::english::cardinals::cardinal;

/// Words before the score of a game.
const GAMES: &str = "won win wins winning lost lose loses beat beats beaten score scored lead leads led draw \
        drew tied tie final defeat defeated victory result finished ended voted ruled";

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if !place.sign.is_empty() {
        return None;
    }
    ratio(place).or_else(|| score(place)).or_else(|| formation(place))
}

/// "16:9", "1:1,000"; what could be a time was one.
fn ratio<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, mut left) = digits_of(place.text, 1, 5)?;
    let mut said = place.cardinal(first);
    let mut parts = 1;
    while let Some((number, next)) = left.strip_prefix([':', '∶']).and_then(super::numerals::numeral) {
        said = format!("{said} to {}", number.said(place));
        (left, parts) = (next, parts + 1);
    }
    if let (2, Some(minutes @ (first, _))) = (parts, minutes(place.text)) {
        let said = match minutes {
            (_, "00") => format!("{} minutes", cardinal(first)),
            (_, seconds) => format!("{} {}", cardinal(first), paired_seconds(seconds)),
        };
        return ends_word(left).then(|| Found::new(Class::Duration, said, left));
    }
    (parts > 1 && ends_word(left)).then(|| Found::new(Class::Ratio, said, left))
}

/// "45:30": too late for a time of the day.
fn minutes(text: &str) -> Option<(&str, &str)> {
    let (minutes, left) = digits_of(text, 2, 2).filter(|(minutes, _)| *minutes > "24")?;
    let (seconds, _) = digits_of(left.strip_prefix(':')?, 2, 2).filter(|(seconds, _)| *seconds < "60")?;
    Some((minutes, seconds))
}

fn paired_seconds(seconds: &str) -> String {
    seconds.strip_prefix('0').map_or_else(|| cardinal(seconds), |one| format!("oh {}", cardinal(one)))
}

/// "won 3-2", and what falls: "6-4".
fn score<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = digits_of(place.text, 1, 3)?;
    let (second, left) = digits_of(dash(left)?, 1, 3)?;
    let (one, other) = (small(first)?, small(second)?);
    let is_score = place.follows(GAMES) || one >= other;
    if !is_score
        || !ends_word(left)
        || left.starts_with(['-', '–', '%', '/', ':', '°'])
        || counts_things(left)
    {
        return None;
    }
    let zero_led = |digits: &str| digits.len() > 1 && digits.starts_with('0');
    if zero_led(first) || zero_led(second) {
        return None;
    }
    let said = match (one, other) {
        (50, 50) => "fifty-fifty".to_owned(),
        _ if one + other == 100 && other > 9 => format!("{} {}", cardinal(first), cardinal(second)),
        (0, 0) if place.british() => "nil nil".to_owned(),
        (_, 0) if place.british() => format!("{} nil", cardinal(first)),
        (0, _) if place.british() => format!("nil {}", cardinal(second)),
        _ => format!("{} to {}", cardinal(first), cardinal(second)),
    };
    Some(Found::new(Class::Ratio, said, left))
}

/// "4-4-2", "1-2-3".
fn formation<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, mut left) = digits_of(place.text, 1, 2)?;
    let mut words = vec![cardinal(first)];
    while let Some((number, next)) = left.strip_prefix('-').and_then(|text| digits_of(text, 1, 2)) {
        words.push(cardinal(number));
        left = next;
    }
    (words.len() > 2 && ends_word(left)).then(|| Found::new(Class::Ratio, words.join(" "), left))
}
