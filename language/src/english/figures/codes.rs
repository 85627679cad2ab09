//! Figures that name something: addresses of machines, ISBN, postcodes, hexadecimals.

use super::place::{Found, Place};
use super::scan::{digits, digits_of, ends_word, is_one_of, small, stands};
use crate::Class;
use crate::english::cardinals::{cardinal, digit, paired, spelled};

/// Words before figures that are read one by one.
const SPELLED: &str = "code zip pin account order serial tracking isbn id passcode password extension \
        combination card box invoice badge passport";

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if !place.sign.is_empty() {
        return None;
    }
    machine(place)
        .or_else(|| hexadecimal(place))
        .or_else(|| grouped(place))
        .or_else(|| postcode(place))
        .or_else(|| long(place))
}

/// "192.168.0.1", perhaps with a port or the length of a prefix.
fn machine<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let mut words = Vec::new();
    let mut left = place.text;
    for part in 0..4 {
        let (number, next) = digits_of(if part == 0 { left } else { left.strip_prefix('.')? }, 1, 3)?;
        small(number).filter(|number| *number < 256)?;
        words.push(paired(number));
        left = next;
    }
    let mut said = words.join(" dot ");
    for (mark, name) in [(':', "port"), ('/', "slash")] {
        if let Some((number, next)) = left.strip_prefix(mark).and_then(|text| digits_of(text, 1, 5)) {
            said = format!("{said} {name} {}", paired(number));
            left = next;
        }
    }
    let ends = ends_word(left) && left.strip_prefix('.').and_then(digits).is_none();
    ends.then(|| Found::new(Class::Code, said, left))
}

/// "0xFF", "#FF5733".
fn hexadecimal<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (start, text) = match place.text.strip_prefix('#') {
        Some(text) => ("hash", text),
        None => ("zero X", place.text.strip_prefix("0x").or(place.text.strip_prefix("0X"))?),
    };
    let end = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
    let (value, left) = text.split_at(end);
    let fits = start != "hash"
        || (matches!(end, 3 | 4 | 6 | 8) && value.contains(|c: char| c.is_ascii_alphabetic()));
    (end > 0 && fits && ends_word(left))
        .then(|| Found::new(Class::Code, format!("{start} {}", characters(value)), left))
}

/// "F F five seven".
fn characters(value: &str) -> String {
    let name = |c: char| digit(c).map_or(c.to_ascii_uppercase().to_string(), str::to_owned);
    value.chars().map(name).collect::<Vec<_>>().join(" ")
}

/// "978-3-16-148410-0", "123-45-6789", "4111 1111 1111 1111".
fn grouped<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let mark = place.text.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '-' | ' ' | '‑'))?;
    let mut groups = Vec::new();
    let mut left = place.text;
    while let Some((group, next)) = digits(left) {
        groups.push(group);
        left = next;
        match next.strip_prefix(mark).filter(|next| digits(next).is_some()) {
            Some(next) => left = next,
            None => break,
        }
    }
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let book = mark != ' ' && groups.len() > 3 && matches!(lengths.iter().sum(), 10 | 13);
    let left = match left.strip_prefix("-X") {
        Some(left) if mark == '-' && lengths.iter().sum::<usize>() == 9 => {
            return Some(Found::new(Class::Code, format!("{}, X", pauses(&groups)), left));
        }
        _ => left,
    };
    let card = matches!(lengths.as_slice(), [4, 4, 4, 4] | [4, 6, 5]);
    let security = lengths == [3, 2, 4] && mark != ' ';
    let zip = lengths == [5, 4] && mark != ' ';
    // "no. 10-443"
    let numbered = mark == '-'
        && lengths.len() == 2
        && lengths.first() < lengths.last()
        && lengths.last() > Some(&2)
        && (is_one_of(place.before, SPELLED) || is_one_of(place.before, "no number ref reference"));
    let ends = ends_word(left) && !left.starts_with(['-', '/', ':']);
    (ends && (book || card || security || zip || numbered))
        .then(|| Found::new(Class::Code, pauses(&groups), left))
}

fn pauses(groups: &[&str]) -> String {
    groups.iter().map(|group| spelled(group)).collect::<Vec<_>>().join(", ")
}

/// "CA 90210", "code 1234", "error 404" is a name.
fn postcode<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 4, 18)?;
    let is_state =
        place.before.len() == 2 && place.before.chars().all(|c| c.is_ascii_uppercase()) && digits.len() == 5;
    let is_state = is_state && !is_one_of(place.before, "AD BC CE US UK EU UN OF IN TO");
    let is_code = is_state || is_one_of(place.before, SPELLED);
    let ends = stands(left) && !left.starts_with('-');
    (is_code && ends).then(|| Found::new(Class::Code, spelled(digits), left))
}

/// "007", and what is too long for a name.
fn long<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits(place.text)?;
    let is_code = (digits.starts_with('0') && digits.len() > 1) || digits.len() > 36;
    let ends = stands(left) && !left.starts_with('-');
    (is_code && ends).then(|| Found::new(Class::Number, cardinal(digits), left))
}
