//! "$1.5 million", "EUR 1,299.00", "5 €", "50p".

use super::numerals::{Amount, Kind, Numeral, amount, continental, numeral, spaced_thousands};
use super::place::{Found, Place};
use super::scan::{dash, digits_of, ends_word, letters, loose_dash, spaced, stands, word};
use super::units::{CODES, Currency, SIGNS};
use crate::Class;

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    before(place).or_else(|| behind(place)).or_else(|| cents(place))
}

/// The currency that a text starts with.
fn currency(text: &str) -> Option<(&'static Currency, &str)> {
    let sign = SIGNS.iter().find_map(|(sign, currency)| Some((currency, text.strip_prefix(sign)?)));
    sign.or_else(|| {
        let code = |(code, currency): &'static (&str, Currency)| Some((currency, text.strip_prefix(code)?));
        CODES.iter().find_map(code).filter(|(_, left)| !left.starts_with(char::is_alphabetic))
    })
}

/// "$5", "EUR 1,299.00".
fn before<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (currency, left) = currency(place.text)?;
    let (minus, left) = match dash(left) {
        Some(left) => ("minus ", left),
        None => ("", left),
    };
    let left = spaced(left);
    if let Some((numeral, left)) = spaced_thousands(left)
        && stands(left)
        && magnitude(left).is_none()
    {
        let said = coins(place, &numeral, currency, left);
        return Some(Found::new(Class::Money, format!("{minus}{said}"), left));
    }
    if let Some((numeral, left)) = exact(left, currency)
        && dash(left).and_then(|left| numeral_behind(left)).is_none()
        && magnitude(left).is_none()
    {
        let said = coins(place, &numeral, currency, left);
        return Some(Found::new(Class::Money, format!("{minus}{said}"), left));
    }
    let (first, left) = range(place, currency, left)?;
    let said = whole(place, &first, currency, left);
    Some(Found::new(Class::Money, format!("{minus}{said}"), left))
}

fn numeral_behind(text: &str) -> Option<(Numeral<'_>, &str)> {
    numeral(currency(text).map_or(text, |(_, left)| left))
}

/// "5-10", "5–$10", "1.5 million", "1 million to".
fn range<'s>(place: &Place<'s>, currency: &Currency, text: &'s str) -> Option<(Amount, &'s str)> {
    let (mut first, left) = amount(place, text)?;
    let left = match magnitude(left) {
        Some((name, left)) => {
            first = Amount { said: format!("{} {name}", first.said), kind: Kind::Many };
            left
        }
        None => left,
    };
    let second = loose_dash(left).and_then(|second| match self::currency(second) {
        Some((other, second)) => (other.one == currency.one).then_some(second),
        None => Some(second).filter(|second| magnitude_behind(second)),
    });
    let Some(second) = second else { return Some((first, left)) };
    let (second, left) = amount(place, second)?;
    let (second, left) = match magnitude(left) {
        Some((name, left)) => (format!("{} {name}", second.said), left),
        None => (second.said, left),
    };
    Some((Amount { said: format!("{} to {second}", first.said), kind: Kind::Range }, left))
}

/// Whether a number with its magnitude starts here: "2B".
fn magnitude_behind(text: &str) -> bool {
    numeral(text).is_some_and(|(_, left)| magnitude(left).is_some())
}

/// "5 €", "1.299,00 €", "10 USD", "5 million euros" stays as it is.
fn behind<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let comma = |c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.'));
    let figures = place.text.trim_start_matches(|c: char| !comma(c));
    if let Some((currency, _)) = currency(spaced(figures))
        && let Some((numeral, left)) = exact(place.text, currency)
        && let Some((_, left)) = self::currency(spaced(left))
    {
        return Some(Found::new(Class::Money, coins(place, &numeral, currency, left), left));
    }
    if let Some((numeral, left)) = spaced_thousands(place.text)
        && let Some((currency, left)) = currency(spaced(left))
    {
        return Some(Found::new(Class::Money, coins(place, &numeral, currency, left), left));
    }
    let (mut first, mut left) = amount(place, place.text)?;
    if let Some((name, behind)) = magnitude(left) {
        first = Amount { said: format!("{} {name}", first.said), kind: Kind::Many };
        left = behind;
    }
    let (currency, left) = currency(spaced(left))?;
    Some(Found::new(Class::Money, whole(place, &first, currency, left), left))
}

/// "5¢", "50p".
fn cents<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (amount, left) = amount(place, place.text)?;
    if let Some(left) = spaced(left).strip_prefix('¢') {
        let name = if amount.kind == Kind::One { "cent" } else { "cents" };
        return Some(Found::new(Class::Money, format!("{} {name}", amount.said), left));
    }
    let (digits, left) = digits_of(place.text, 1, 2)?;
    let left = word(left, "p").filter(|_| left.starts_with('p'))?;
    let name = if digits == "1" { "penny" } else { "pence" };
    Some(Found::new(Class::Money, format!("{} {name}", amount.said), left))
}

/// A number that may have coins behind its point, on either side of the Channel.
fn exact<'t>(text: &'t str, currency: &Currency) -> Option<(Numeral<'t>, &'t str)> {
    let plain = numeral(text);
    let at_home = currency.one.ends_with("dollar") || currency.one == "pound";
    let fits = |number: &Numeral<'_>, left: &str| {
        plain.as_ref().is_none_or(|(_, behind)| left.len() <= behind.len())
            && !(at_home && number.part.is_none())
    };
    let foreign = continental(text).filter(|(number, left)| fits(number, left));
    foreign.or(plain).filter(|(_, left)| {
        !left.starts_with(['/', '½', '¼', '¾'])
            || !left.get(1..).is_some_and(|left| left.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// "million" behind a number, in words or short: "$5M", "$3bn", "$10k".
fn magnitude(text: &str) -> Option<(&'static str, &str)> {
    const NAMES: [(&str, &str); 17] = [
        ("hundred", "hundred"),
        ("thousand", "thousand"),
        ("million", "million"),
        ("billion", "billion"),
        ("trillion", "trillion"),
        ("mm", "million"),
        ("mn", "million"),
        ("mln", "million"),
        ("mio", "million"),
        ("bn", "billion"),
        ("bln", "billion"),
        ("tn", "trillion"),
        ("trn", "trillion"),
        ("k", "thousand"),
        ("m", "million"),
        ("b", "billion"),
        ("t", "trillion"),
    ];
    let next = text.strip_prefix('-').unwrap_or_else(|| spaced(text));
    let is_far = next.len() < text.len();
    NAMES
        .iter()
        .filter(|(short, name)| short == name || !is_far || short.len() > 1)
        .find_map(|(short, name)| Some((*name, word(next, short)?)))
}

/// "three dollars and fifty cents".
fn coins(place: &Place<'_>, numeral: &Numeral<'_>, currency: &Currency, left: &str) -> String {
    let words = |number: &str| place.cardinal(number);
    let one_thing = place.is_one_thing(left) || is_joined(left);
    let name = |is_one: bool| if is_one || one_thing { currency.one } else { currency.many };
    let Some(part) = numeral.part.filter(|part| part.len() == 2 && !currency.coin.is_empty()) else {
        let zeros = numeral.part.is_some_and(|part| part.chars().all(|c| c == '0'));
        let amount = if zeros { words(&numeral.whole) } else { numeral.said(place) };
        return format!("{amount} {}", name(numeral.whole == "1" && (numeral.part.is_none() || zeros)));
    };
    let coins = part.trim_start_matches('0');
    let coin = if coins == "1" || one_thing { currency.coin } else { currency.coins };
    let whole = numeral.whole.as_str();
    match (whole.trim_start_matches('0').is_empty(), coins.is_empty()) {
        (_, true) => format!("{} {}", words(if whole.is_empty() { "0" } else { whole }), name(whole == "1")),
        (true, false) => format!("{} {coin}", words(coins)),
        (false, false) => format!("{} {} and {} {coin}", words(whole), name(whole == "1"), words(coins)),
    }
}

/// "one point five million dollars".
fn whole(place: &Place<'_>, amount: &Amount, currency: &Currency, left: &str) -> String {
    let written = place.text.strip_suffix(left).unwrap_or_default();
    let glued = amount.kind == Kind::Many
        && ["-hundred", "-thousand", "-million", "-billion", "-trillion"]
            .iter()
            .any(|name| written.ends_with(name));
    let one_thing = amount.kind == Kind::One || place.is_one_thing(left) || is_joined(left) || glued;
    match amount.kind {
        Kind::Part => format!("{} of a {}", amount.said, currency.one),
        _ => format!("{} {}", amount.said, if one_thing { currency.one } else { currency.many }),
    }
}

/// "$5-bill", not "$1,000-a-night".
fn is_joined(left: &str) -> bool {
    left.strip_prefix('-').is_some_and(|left| {
        let next = letters(left).0;
        next.starts_with(char::is_alphabetic) && !["a", "an", "per", "plus"].contains(&next)
    }) && ends_word(left)
}
