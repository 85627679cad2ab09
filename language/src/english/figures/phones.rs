//! "+1 (555) 010-9999", "020 7946 0958", "1-800-FLOWERS", "911".

use super::place::{Found, Place, counts_things};
use super::scan::{digits, digits_of, ends_word, is_one_of, letters, spaced, stands};
use crate::Class;
use crate::english::cardinals::spelled;

/// Words before a number that is called.
const CALLS: &str = "call calls called calling dial dialed dialled phone telephone tel text fax ring number \
        mobile cell";

/// Words before the keys of a telephone.
const KEYS: &str = "press pressing enter hit type punch key code";

/// What follows a number of three figures that is called.
const EMERGENCY: &str = ". call calls caller operator operators dispatcher dispatchers emergency system now immediately and or if is";

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    named(place).or_else(|| grouped(place)).or_else(|| short(place)).or_else(|| keys(place))
}

/// "dial *67", "*123#".
fn keys<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 1, 6)?;
    let (hash, left) = left.strip_prefix('#').map_or(("", left), |left| (" hash", left));
    let pressed = is_one_of(place.before, CALLS) || is_one_of(place.before, KEYS) || !hash.is_empty();
    let starred = place.lead == "*" && pressed && ends_word(left) && !left.starts_with('*');
    let number = if digits.len() < 3 { place.cardinal(digits) } else { spelled(digits) };
    starred.then(|| Found { opens: 1, ..Found::new(Class::Phone, format!("star {number}{hash}"), left) })
}

/// Groups of figures with signs between them.
fn grouped<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if !matches!(place.sign, "" | "plus") {
        return None;
    }
    let mut groups = Vec::new();
    let (first, mut left) = digits_of(place.text, 1, 11)?;
    groups.push(first);
    let mut marks = String::new();
    let bracketed = place.lead.ends_with('(');
    let mut figures = first.len();
    while let Some((mark, group, next)) = next_group(left) {
        // What follows a whole number is another.
        let whole = (place.sign == "plus" && first == "1" && figures == 11)
            || (bracketed && figures == 10)
            || figures + group.len() > 15;
        if whole && mark == ' ' {
            break;
        }
        figures += group.len();
        marks.push(mark);
        groups.push(group);
        left = next;
    }
    let ends = stands(left) && !left.starts_with('-');
    let bracketed = bracketed && marks.starts_with(')');
    if !ends || !(place.sign == "plus" || is_number(place, &groups, &marks, bracketed, left)) {
        return None;
    }
    let count: usize = groups.iter().map(|group| group.len()).sum();
    let fits = place.sign != "plus" || ((7..=15).contains(&count) && (groups.len() > 1 || count > 9));
    // The bracket before the first group goes with the one behind it.
    let opens = usize::from(bracketed);
    fits.then(|| Found { opens, ..Found::new(Class::Phone, said(&groups), left) })
}

/// A sign between groups, the group behind it, and what is left.
fn next_group(text: &str) -> Option<(char, &str, &str)> {
    let group =
        |text: &'_ str| digits(text).filter(|(group, _)| group.len() <= 8).map(|(group, _)| group.len());
    let cut = |mark, at: usize| {
        let behind = text.get(at..)?;
        let length = group(behind)?;
        let (group, mut left) = behind.split_at(length);
        if let Some(open) = text.get(..at).filter(|before| before.contains('(')) {
            left = left.strip_prefix(')').filter(|_| !open.is_empty())?;
        }
        Some((mark, group, left))
    };
    // "(0)20"
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return cut(' ', 0);
    }
    for mark in [") ", ")-", " (", "-(", "(", ")", "-", "‑", ".", " ", "\u{a0}", "–"] {
        if text.starts_with(mark) {
            return cut(mark.chars().next()?, mark.len());
        }
    }
    None
}

/// Whether groups of figures are somebody's number and not a range, a date or a sum.
fn is_number(place: &Place<'_>, groups: &[&str], marks: &str, bracketed: bool, left: &str) -> bool {
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let same = marks.chars().all(|mark| marks.starts_with(mark));
    let called = is_one_of(place.before, CALLS) || place.follows_at_once("tel phone fax call");
    let count: usize = lengths.iter().sum();
    match lengths.as_slice() {
        [3, 3, 4] => bracketed || same,
        [3, 4] => {
            let (first, second) =
                (groups.first().copied().unwrap_or_default(), groups.get(1).copied().unwrap_or_default());
            let round = first.ends_with('0') && second.ends_with('0') && !second.starts_with('0');
            marks == "-" && (called || first == "555" || (!round && !counts_things(left)))
        }
        [1, 3, 3, 4] => groups.first() == Some(&"1"),
        [_, _, ..] if groups.first().is_some_and(|first| first.starts_with('0') && first.len() > 1) => {
            (9..=12).contains(&count) && !marks.contains('.')
        }
        [_, _, ..] => called && (7..=15).contains(&count),
        [_] => called && (7..=12).contains(&count),
        [] => false,
    }
}

/// Figure by figure, with pauses between the groups.
fn said(groups: &[&str]) -> String {
    let group = |group: &&str| match *group {
        "800" => "eight hundred".to_owned(),
        "900" => "nine hundred".to_owned(),
        _ => spelled(group),
    };
    groups.iter().map(group).collect::<Vec<_>>().join(", ")
}

/// "1-800-FLOWERS".
fn named<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = digits_of(place.text, 1, 3)?;
    let (area, left) = match left.strip_prefix('-').and_then(|text| digits_of(text, 3, 3)) {
        Some(found) if first == "1" => found,
        _ => return None,
    };
    let mut words = vec![format!("one, {}", said(&[area]))];
    let mut left = left;
    while let Some(next) = left.strip_prefix('-') {
        let (name, behind) = letters(next);
        let (part, behind) = if name.is_empty() {
            let (figures, behind) = digits(next)?;
            (spelled(figures), behind)
        } else {
            (name.to_lowercase(), behind)
        };
        words.push(part);
        left = behind;
    }
    let has_name = words.iter().skip(1).any(|word| left.len() < place.text.len() && !is_figures(word));
    (has_name && ends_word(left)).then(|| Found::new(Class::Phone, words.join(", "), left))
}

fn is_figures(words: &str) -> bool {
    words.split(' ').all(|word| {
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"].contains(&word)
    })
}

/// The word that follows, or "." for none.
fn word_after(left: &str) -> &str {
    match letters(spaced(left)).0 {
        "" => ".",
        word => word,
    }
}

/// "call 911".
fn short<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 3, 3)?;
    let emergency = matches!(digits, "911" | "999" | "112" | "411" | "311" | "101" | "111");
    let alone = digits == "911"
        && !super::numbers::follows_name(place)
        && (is_one_of(word_after(left), EMERGENCY) || place.follows("emergency"));
    let called = is_one_of(place.before, CALLS) || alone;
    (emergency && called && ends_word(left) && !left.starts_with(['-', '.', ':']))
        .then(|| Found::new(Class::Phone, spelled(digits), left))
}
