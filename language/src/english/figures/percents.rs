//! "50%", "5-10 %", "25 bps".

use super::numerals::Kind;
use super::numerals::{amount, loose_range, single};
use super::place::{Found, Place};
use super::scan::{loose_dash, spaced, word};
use crate::Class;

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    both(place).or_else(|| plain(place))
}

/// "5%-10%".
fn both<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = single(place, place.text)?;
    let (second, left) = single(place, loose_dash(spaced(left).strip_prefix('%')?)?)?;
    let left = spaced(left).strip_prefix('%')?;
    Some(Found::new(Class::Percent, format!("{} to {} percent", first.said, second.said), left))
}

fn plain<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (amount, left) = loose_range(place, place.text)
        .filter(|(_, left)| spaced(left).starts_with('%'))
        .or_else(|| amount(place, place.text))?;
    let next = spaced(left);
    let name =
        |one: &str, many: &str| if amount.kind == Kind::One { one.to_owned() } else { many.to_owned() };
    let (name, left) = if let Some(left) = next.strip_prefix('%') {
        ("percent".to_owned(), left)
    } else if let Some(left) = next.strip_prefix('‰') {
        ("per mille".to_owned(), left)
    } else if let Some(left) = word(next, "bps").or_else(|| word(next, "bp")) {
        (name("basis point", "basis points"), left)
    } else {
        (name("percentage point", "percentage points"), word(next, "pp").filter(|_| next.starts_with("pp"))?)
    };
    Some(Found::new(Class::Percent, format!("{} {name}", amount.said), left))
}
