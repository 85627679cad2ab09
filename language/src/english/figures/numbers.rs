//! "12", "1,299", "5–10", "#5", "50+", "Room 101", "1.".

use super::numerals::{amount, loose_range, numeral};
use super::place::{Found, Place, counts_things};
use super::scan::{digits_of, is_one_of, letters, spaced, stands, word};
use crate::Class;
use crate::english::cardinals::{paired, plural, spelled};

/// Words behind which three figures are a name: "seven forty-seven".
const NAMES: &str = "room flight route boeing airbus bus highway interstate hwy apartment apt suite channel \
        error http status bmw porsche ferrari peugeot train gate section area cessna nokia bay \
        locker studio extension ext building warehouse exit freeway xbox form fahrenheit port";

/// Numbers that are an aeroplane behind an article.
const JETS: &str = "707 717 727 737 747 757 767 777 787";

/// Words that end the name of a street.
const STREETS: &str = "avenue ave street st road rd boulevard blvd drive dr lane ln court ct place pl way \
        parkway pkwy highway hwy terrace circle square crescent close";

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    item(place)
        .or_else(|| name(place))
        .or_else(|| range(place))
        .or_else(|| thousands(place))
        .or_else(|| numbered(place))
        .or_else(|| clause(place))
        .or_else(|| following(place))
        .or_else(|| plain(place))
}

/// "2)" before the first word of an item.
fn item<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 1, 3)?;
    let left = left.strip_prefix(')').filter(|left| left.starts_with(char::is_whitespace))?;
    (place.is_first() && place.lead.is_empty())
        .then(|| Found::new(Class::Number, format!("{},", place.cardinal(digits)), left))
}

/// "Room 101", "Boeing 747", "F-150".
fn name<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, if place.named { 1 } else { 3 }, 4)?;
    let named = place.named || follows_name(place);
    let ends = stands(left) || place.tail(left) == "s";
    let class = if place.named { Class::Code } else { Class::Number };
    (named && ends && place.sign.is_empty()).then(|| Found::new(class, paired(digits), left))
}

/// Whether a number here is a name and no count.
pub(super) fn follows_name(place: &Place<'_>) -> bool {
    let is_model = place.before.len() > 1 && place.before.chars().all(|c| c.is_ascii_uppercase());
    let is_jet = is_one_of(place.before, "a the") && is_one_of(place.text.get(..3).unwrap_or_default(), JETS);
    (is_jet && !counts_things(place.text.get(3..).unwrap_or_default()))
        || is_one_of(place.before, NAMES)
        || (is_model
            && (place.follows("flight")
                || !counts_things(place.text.trim_start_matches(|c: char| c.is_ascii_digit()))))
}

/// "221B Baker Street", "1600 Pennsylvania Avenue".
pub(super) fn house<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 1, 5)?;
    let (suffix, left) = letters(left);
    let mut words = left.strip_prefix(' ')?.split(' ').take(4);
    let first_is_name = left.strip_prefix(' ')?.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let is_street = words.any(|word| is_one_of(word.trim_end_matches([',', '.', '?', '!']), STREETS));
    let is_house = first_is_name && is_street && suffix.len() < 2 && place.sign.is_empty();
    let suffix = if suffix.is_empty() { String::new() } else { format!(" {}", suffix.to_uppercase()) };
    is_house.then(|| Found::new(Class::Number, paired(digits) + &suffix, left))
}

/// "5-10", "3 – 7".
fn range<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let rises = |text: &'s str| {
        let (first, left) = numeral(text)?;
        let (second, _) =
            numeral(left.trim_start().trim_start_matches(['-', '–', '‐', '‑', '−', '—']).trim_start())?;
        let zero_led = |whole: &str| whole.len() > 1 && whole.starts_with('0');
        (first.below(&second) || first.part.is_some()).then_some(())?;
        (!zero_led(&first.whole) && !zero_led(&second.whole)).then_some(())
    };
    rises(place.text)?;
    let (found, left) = loose_range(place, place.text)?;
    let ends = stands(left) && !left.starts_with(['-', '–']);
    ends.then(|| Found::new(Class::Range, found.said, left))
}

/// "1 000 000" with plain white space, where nothing else can be meant.
fn thousands<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, mut left) = digits_of(place.text, 1, 3).filter(|(first, _)| !first.starts_with('0'))?;
    let (mut whole, mut last) = (first.to_owned(), "");
    while let Some((group, next)) = left.strip_prefix(' ').and_then(|text| digits_of(text, 3, 3)) {
        whole.push_str(group);
        (last, left) = (group, next);
    }
    (last == "000" && stands(left)).then(|| Found::new(Class::Number, place.cardinal(&whole), left))
}

/// "100s of people".
pub(super) fn masses<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text, 2, 7)?;
    let is_round = digits.strip_prefix('1').is_some_and(|zeros| zeros.chars().all(|c| c == '0'));
    let left = left.strip_prefix('s').filter(|left| word(spaced(left), "of").is_some() && is_round)?;
    let name = place.cardinal(digits);
    Some(Found::new(Class::Number, plural(name.strip_prefix("one ").unwrap_or(&name)), left))
}

/// "#5", "№ 5".
fn numbered<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let text = place.text.strip_prefix(['#', '№'])?;
    let (number, left) = numeral(spaced(text))?;
    if number.whole.len() > 4 && !number.grouped && number.part.is_none() {
        return stands(left)
            .then(|| Found::new(Class::Code, format!("number {}", spelled(&number.whole)), left));
    }
    stands(left).then(|| Found::new(Class::Number, format!("number {}", number.said(place)), left))
}

/// "5(1)" of a law.
fn clause<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (number, left) = digits_of(place.text, 1, 3)?;
    let (part, left) = left.strip_prefix('(')?.split_once(')')?;
    let is_part = (1..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    let part = super::names::parts(part).filter(|_| is_part && stands(left))?.join(" ");
    let number = if number.len() == 3 { paired(number) } else { place.cardinal(number) };
    Some(Found::new(Class::Number, format!("{number} {part}"), left))
}

/// "pp. 12ff."
fn following<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (number, left) = digits_of(place.text, 1, 4)?;
    let left = word(left, "ff")?;
    let left = left.strip_prefix('.').unwrap_or(left);
    Some(Found::new(Class::Number, format!("{} and following", place.cardinal(number)), left))
}

/// A number that only counts.
fn plain<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (number, left) = amount(place, place.text)?;
    stands(left).then(|| Found::new(Class::Number, number.said, left))
}
