//! "v1.2.3", "Python 3.12", "3.0.0-rc.1", "1.0b2".

use super::numerals::surely_continental;
use super::place::{Found, Place};
use super::scan::{digits, ends_word, letters};
use crate::Class;
use crate::english::cardinals::{cardinal, spelled};

/// Names behind which "3.12" is three point twelve.
const SOFTWARE: &str = "python ios ipados macos android java node node.js ubuntu debian fedora kernel linux ruby \
        php perl rust django rails postgres postgresql mysql version versions release releases \
        firmware build chrome firefox kubernetes docker git php lua julia swift kotlin scala \
        angular react unity tensorflow pytorch numpy openssl ver update";

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if !place.sign.is_empty()
        || (surely_continental(place.text).is_some() && !place.follows_at_once(SOFTWARE))
    {
        return None;
    }
    let marked = place.text.strip_prefix(['v', 'V']).filter(|text| digits(text).is_some());
    let (first, mut left) = digits(marked.unwrap_or(place.text))?;
    let mut parts = vec![first];
    while let Some((part, next)) = left.strip_prefix('.').and_then(digits) {
        parts.push(part);
        left = next;
    }
    let known = marked.is_some() || place.named || place.follows_at_once(SOFTWARE);
    let (suffix, left) = suffix(left);
    let is_version =
        parts.len() > 2 || (parts.len() == 2 && (known || !suffix.is_empty())) || place.text.starts_with('v');
    let shorter = (left.starts_with('-') && !place.named)
        || left.starts_with('.') && left.get(1..).is_some_and(|left| digits(left).is_some());
    if !is_version
        || !ends_word(left)
        || shorter
        || left.starts_with(['/', ':', '%', ',']) && left.get(1..).is_some_and(|left| digits(left).is_some())
    {
        return None;
    }
    let mut said = parts.iter().map(|part| cardinal(part)).collect::<Vec<_>>().join(" point ");
    if marked.is_some() {
        said = format!("version {said}");
    }
    Some(Found::new(Class::Version, said + &suffix, left))
}

/// "-rc.1", "b2", "-beta".
fn suffix(text: &str) -> (String, &str) {
    const NAMES: [(&str, &str); 13] = [
        ("alpha", "alpha"),
        ("beta", "beta"),
        ("rc", "R C"),
        ("RC", "R C"),
        ("a", "A"),
        ("b", "B"),
        ("dev", "dev"),
        ("pre", "pre"),
        ("post", "post"),
        ("preview", "preview"),
        ("snapshot", "snapshot"),
        ("SNAPSHOT", "snapshot"),
        ("LTS", "L T S"),
    ];
    let none = (String::new(), text);
    let next = text.strip_prefix(['-', '.', '+']).unwrap_or(text);
    let (name, left) = letters(next);
    let Some((_, said)) = NAMES.iter().find(|(written, _)| *written == name) else { return none };
    let number = left.strip_prefix(['.', '-']).unwrap_or(left);
    match digits(number) {
        Some((number, left)) if number.starts_with('0') => (format!(" {said} {}", spelled(number)), left),
        Some((number, left)) => (format!(" {said} {}", cardinal(number)), left),
        None if next.len() < text.len() => (format!(" {said}"), left),
        None => none,
    }
}
