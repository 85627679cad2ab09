//! What is written on behind a figure: "5-year-old", "$5/month", "747s", "100+".

use super::place::{Found, Place};
use super::quantities::{per, unit};
use super::scan::{apostrophe, digits, letters};
use crate::Class;
use crate::english::cardinals::{cardinal, plural};

/// The figure with the rest of its word.
pub(super) fn with_tail<'s>(place: &Place<'s>, found: Found<'s>) -> Option<Found<'s>> {
    let tail = place.tail(found.left);
    if tail.is_empty() {
        return Some(found);
    }
    let left = found.left.get(tail.len()..)?;
    let said = if let Some(owned) = apostrophe(tail) {
        let owned = owned.strip_prefix('s').filter(|owned| owned.is_empty()).is_some();
        owned.then(|| format!("{}'s", found.said))
    } else if tail == "s" && matches!(found.class, Class::Number | Class::Year | Class::Code) {
        Some(plural(&found.said))
    } else if tail == "+" {
        Some(format!("{} plus", found.said))
    } else if let Some(unit) = tail.strip_prefix('/') {
        per(place, unit)
            .filter(|(_, left)| left.is_empty())
            .map(|(unit, _)| format!("{} per {unit}", found.said))
    } else {
        compound(place, &found.said, tail)
    }?;
    Some(Found { said, left, ..found })
}

/// "-year-old", "-on-1".
fn compound(place: &Place<'_>, figure: &str, tail: &str) -> Option<String> {
    let mut said = figure.to_owned();
    for part in tail.strip_prefix(['-', '‐', '‑'])?.split(['-', '‐', '‑']) {
        let part = part_said(place, part)?;
        let apart = said.contains(' ') || part.contains(' ') || part.len() == 1;
        said = format!("{said}{}{part}", if apart { " " } else { "-" });
    }
    Some(said)
}

fn part_said(place: &Place<'_>, part: &str) -> Option<String> {
    if let Some((digits, "")) = digits(part) {
        return Some(cardinal(digits));
    }
    if let Some((digits, "s")) = digits(part) {
        return Some(plural(&cardinal(digits)));
    }
    if digits(part).is_some() {
        return Some(super::names::parts(part)?.join(" "));
    }
    let (word, rest) = letters(part);
    let is_plain = !word.is_empty() && (rest.is_empty() || apostrophe(rest) == Some("s"));
    if !is_plain {
        return None;
    }
    match unit(place, word, false) {
        Some((unit, "")) if rest.is_empty() => Some(unit.one),
        _ if word.chars().count() == 1 => {
            Some(if word == "a" { word.to_owned() } else { word.to_uppercase() })
        }
        _ => Some(crate::english::said(part)),
    }
}
