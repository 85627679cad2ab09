//! "3rd", "1,000th".

use super::numerals::numeral;
use super::place::{Found, Place};
use super::scan::{dash, word};
use crate::Class;
use crate::english::cardinals::{ordinal, plural};

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let first = one(place, place.text)?;
    let joint =
        dash(first.left).map(|text| (" to ", text)).or_else(|| Some((" ", first.left.strip_prefix('/')?)));
    match joint.and_then(|(joint, text)| Some((joint, one(place, text)?))) {
        Some((joint, second)) => {
            Some(Found::new(Class::Ordinal, first.said + joint + &second.said, second.left))
        }
        None => Some(first),
    }
}

fn one<'s>(place: &Place<'s>, text: &'s str) -> Option<Found<'s>> {
    let (number, left) = numeral(text).filter(|(number, _)| number.part.is_none())?;
    let left = left.strip_prefix('\'').unwrap_or(left);
    let said = ordinal(&place.cardinal(&number.whole));
    for end in ["st", "nd", "rd", "th", "ˢᵗ", "ⁿᵈ", "ʳᵈ", "ᵗʰ"] {
        if let Some(left) = word(left, end) {
            return Some(Found::new(Class::Ordinal, said, left));
        }
    }
    let left = word(left, "ths")?;
    Some(Found::new(Class::Ordinal, plural(&said), left))
}
