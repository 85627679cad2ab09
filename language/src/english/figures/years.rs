//! "1999", "the '90s", "44 BC", "1914–18".

use super::place::{Found, Place, counts_things};
use super::quantities;
use super::scan::{
    apostrophe, dash, digits_of, ends_word, is_one_of, letters, loose_dash, small, space, spaced, stands,
    word,
};
use crate::Class;
use crate::english::cardinals::{paired, plural};

/// Words behind "80s" that make it a decade and no time.
const ARTS: &str = "music style fashion rock pop movie movies film films show shows kid kids nostalgia hits era synth \
    hair hip party classics themed band bands sitcom disco cartoon cartoons";

/// Words before a number that make it a year though it could be a plain one.
const TIMES: &str = "in since by from until till before after during circa ca early late mid year spring \
        summer autumn fall winter of ad";

const ERAS: &[(&str, &str)] = &[
    ("BCE", "B C E"),
    ("BC", "B C"),
    ("CE", "C E"),
    ("AD", "A D"),
    ("B.C.E.", "B C E"),
    ("B.C.", "B C"),
    ("C.E.", "C E"),
    ("A.D.", "A D"),
];

/// A year in words: four figures.
pub(super) fn year(place: &Place<'_>, digits: &str) -> String {
    match digits.strip_prefix("200") {
        Some(_) => place.cardinal(digits),
        None => paired(digits),
    }
}

/// The year of a date: from 1000 to 2999.
pub(super) fn full_year(text: &str) -> Option<(String, &str)> {
    let (digits, left) = digits_of(text, 4, 4)?;
    let is_year = digits.starts_with(['1', '2']) && ends_word(left);
    is_year.then(|| (paired(digits), left))
}

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if !place.sign.is_empty() && place.sign != "about" {
        return None;
    }
    decade(place)
        .or_else(|| short(place))
        .or_else(|| with_era(place))
        .or_else(|| span(place))
        .or_else(|| bare(place))
}

/// "1990s", "'90s", "in her 20s".
fn decade<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 2, 4)?;
    let left = apostrophe(left).unwrap_or(left).strip_prefix('s').filter(|left| ends_word(left))?;
    let is_round = digits.ends_with('0') && digits.len() != 3;
    let ages = "the my your his her their our early late mid low high upper lower";
    let is_decade = is_round
        && (digits.len() == 4
            || place.named
            || is_short(place)
            || is_one_of(place.before, ages)
            || is_one_of(letters(spaced(left)).0, ARTS));
    if !is_decade {
        return None;
    }
    let found = Found::new(Class::Year, plural(&paired(digits)), left);
    let until = dash(left).and_then(|text| {
        let (digits, left) = digits_of(apostrophe(text).unwrap_or(text), 2, 4)?;
        Some((digits, left.strip_prefix('s').filter(|left| ends_word(left))?))
    });
    let found = match until {
        Some((digits, left)) => {
            Found::new(Class::Year, format!("{} to {}", found.said, plural(&paired(digits))), left)
        }
        None => found,
    };
    Some(Found { opens: apostrophe_before(place), ..found })
}

/// Whether an apostrophe stands for the century.
fn is_short(place: &Place<'_>) -> bool {
    apostrophe_before(place) > 0
}

/// The bytes of that apostrophe.
fn apostrophe_before(place: &Place<'_>) -> usize {
    let mark = place.lead.chars().next_back().filter(|c| matches!(c, '\'' | '’' | '‘'));
    mark.map_or(0, char::len_utf8)
}

/// "'68": read without its century.
fn short<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 2, 2)?;
    let is_short = is_short(place) && ends_word(left) && !left.starts_with(['\'', '’', ':', '%', '/']);
    let said = match digits.strip_prefix('0') {
        Some(one) => format!("oh {}", place.cardinal(one)),
        None => place.cardinal(digits),
    };
    is_short.then(|| Found { opens: apostrophe_before(place), ..Found::new(Class::Year, said, left) })
}

/// "500 BC", "AD 79".
fn with_era<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 1, 4)?;
    let said = if digits.len() == 4 { year(place, digits) } else { place.cardinal(digits) };
    let (said, left) = match dash(left).and_then(|text| digits_of(text, 1, 4)) {
        Some((until, left)) => (format!("{said} to {}", paired(until)), left),
        None => (said, left),
    };
    let gap = left.trim_start();
    for (written, spoken) in ERAS {
        if let Some(left) = gap.strip_prefix(written).filter(|left| ends_word(left)) {
            return Some(Found::new(Class::Year, format!("{said} {spoken}"), left));
        }
    }
    let is_year = matches!(place.before, "AD" | "A.D") && ends_word(left) && digits.len() < 4;
    is_year.then(|| Found::new(Class::Year, said, left))
}

/// "1914–18", "1999-2003".
fn span<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, left) = digits_of(place.text, 4, 4)?;
    let far = loose_dash(left).and_then(|text| digits_of(text, 4, 4));
    let (second, left) = far.or_else(|| digits_of(dash(left)?, 1, 4))?;
    let from = small(first)?;
    if !(1100..=2099).contains(&from)
        || !ends_word(left)
        || left.starts_with(['-', '/', ':'])
        || counts_things(left)
    {
        return None;
    }
    let until = match (second.len(), small(second)?) {
        (4, until) if from < until && until < 2100 => year(place, second),
        (2, until) if until > from % 100 && until >= 10 => place.cardinal(second),
        (1 | 2, until) if until > from % 100 % 10 && from % 100 < until => {
            year(place, &format!("{}{until:02}", from / 100))
        }
        _ => return None,
    };
    Some(Found::new(Class::Year, format!("{} to {until}", year(place, first)), left))
}

/// "1999" by itself.
fn bare<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 4, 4)?;
    let ends = stands(left);
    let number = small(digits)?;
    if !ends || space(left).is_some_and(|next| next.starts_with(|c: char| "%°×÷*=<>+−".contains(c))) {
        return None;
    }
    if space(left).is_some_and(|next| quantities::unit(place, next, true).is_some()) {
        return None;
    }
    let follows = is_one_of(place.before, TIMES) || place.named;
    let is_year = match number {
        1001..1100 => follows && !counts_things(left),
        1100..2100 if place.named || place.before.eq_ignore_ascii_case("the") => true,
        1100..2100 => !counts_things(left) && !counted(left),
        _ => false,
    };
    is_year.then(|| Found::new(Class::Year, year(place, digits), left))
}

/// Whether "of them", "more" or "per" says that it was a count.
fn counted(left: &str) -> bool {
    ["more", "fewer", "per", "million", "billion", "of", "out"]
        .iter()
        .any(|next| space(left).and_then(|left| word(left, next)).is_some())
}
