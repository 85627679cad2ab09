//! A number as it is written, and how much it is.

use super::fractions;
use super::place::Place;
use super::scan::{dash, digits, digits_of, loose_dash};
use crate::english::cardinals::spelled;

/// "1,299.50": whole figures without what separates them, and figures behind the point.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Numeral<'t> {
    pub(super) whole: String,
    pub(super) part: Option<&'t str>,
    /// Whether thousands are set apart: it is no year and no name.
    pub(super) grouped: bool,
}

impl Numeral<'_> {
    /// "one thousand two hundred ninety-nine point five zero".
    pub(super) fn said(&self, place: &Place<'_>) -> String {
        match self.part {
            None => place.cardinal(&self.whole),
            Some(part) if self.whole.is_empty() => format!("point {}", spelled(part)),
            Some(part) => format!("{} point {}", place.cardinal(&self.whole), spelled(part)),
        }
    }

    pub(super) fn is_one(&self) -> bool {
        self.whole == "1" && self.part.is_none()
    }

    /// Whether it is less than that, without looking behind the point.
    pub(super) fn below(&self, other: &Self) -> bool {
        (self.whole.len(), &self.whole) < (other.whole.len(), &other.whole)
    }
}

/// The number that a text starts with.
pub(super) fn numeral(text: &str) -> Option<(Numeral<'_>, &str)> {
    if let Some(part) = text.strip_prefix('.') {
        let (part, left) = digits(part)?;
        return Some((Numeral { whole: String::new(), part: Some(part), grouped: false }, left));
    }
    if let Some(found) = surely_continental(text) {
        return Some(found);
    }
    let (first, left) = digits(text)?;
    let (whole, grouped, left) = grouped(first, left);
    if let Some((part, left)) = left.strip_prefix('.').and_then(digits) {
        return Some((Numeral { whole, part: Some(part), grouped }, left));
    }
    let comma = |text: &'_ str| text.starts_with(',') && !grouped;
    if let Some((part, left)) = left.strip_prefix(',').and_then(|part| digits_of(part, 1, 2))
        && comma(text.get(first.len()..).unwrap_or_default())
        && !left.starts_with([',', '.'])
    {
        return Some((Numeral { whole, part: Some(part), grouped }, left));
    }
    Some((Numeral { whole, part: None, grouped }, left))
}

/// Takes thousands that are set apart by commas, apostrophes, or white space that does not break.
fn grouped<'t>(first: &str, text: &'t str) -> (String, bool, &'t str) {
    let ungrouped = (first.to_owned(), false, text);
    let Some(mark) = text.chars().next() else { return ungrouped };
    if !matches!(mark, ',' | '_' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '٬') || first.len() > 3
    {
        return ungrouped;
    }
    let indian = mark == ',' && first.len() < 3;
    let (mut whole, mut left) = (first.to_owned(), text);
    let mut last = 0;
    while let Some((group, next)) = left.strip_prefix(mark).and_then(|group| digits_of(group, 2, 3)) {
        if group.len() == 2 && !(indian && next.starts_with(mark)) {
            break;
        }
        whole.push_str(group);
        (last, left) = (group.len(), next);
    }
    // "1,2345" is no number of thousands.
    let is_whole =
        last == 3 && !left.strip_prefix(mark).is_some_and(|next| digits(next).is_some() && mark == ',');
    if is_whole { (whole, true, left) } else { ungrouped }
}

/// "12 500" with plain white space, where a currency says that it is one number.
pub(super) fn spaced_thousands(text: &str) -> Option<(Numeral<'_>, &str)> {
    let (first, mut left) = digits_of(text, 1, 3).filter(|(first, _)| !first.starts_with('0'))?;
    let mut whole = first.to_owned();
    while let Some((group, next)) = left.strip_prefix(' ').and_then(|group| digits_of(group, 3, 3)) {
        whole.push_str(group);
        left = next;
    }
    let part = left.strip_prefix(['.', ',']).and_then(|part| digits_of(part, 2, 2));
    let (part, left) = part.map_or((None, left), |(part, left)| (Some(part), left));
    (whole.len() > first.len()).then_some((Numeral { whole, part, grouped: true }, left))
}

/// "1.299,00" and "1.299.000", as much of Europe writes them.
pub(super) fn continental(text: &str) -> Option<(Numeral<'_>, &str)> {
    let (first, mut left) = digits_of(text, 1, 3)?;
    let mut whole = first.to_owned();
    let mut groups = 0;
    while let Some((group, next)) = left.strip_prefix('.').and_then(|group| digits_of(group, 3, 3)) {
        whole.push_str(group);
        (groups, left) = (groups + 1, next);
    }
    match left.strip_prefix(',').and_then(|part| digits_of(part, 1, 2)) {
        Some((part, left)) => Some((Numeral { whole, part: Some(part), grouped: true }, left)),
        None if groups > 0 => Some((Numeral { whole, part: None, grouped: true }, left)),
        None => None,
    }
}

/// The same where nothing else can be meant: with both marks, or millions.
pub(super) fn surely_continental(text: &str) -> Option<(Numeral<'_>, &str)> {
    let (number, left) = continental(text)?;
    let has_point = text.get(..4).is_some_and(|start| start.contains('.'));
    // "1.234.567" is no address: no part of one is above 255.
    let bytes = text.len() - left.len();
    let mut groups = text.get(..bytes).unwrap_or_default().split('.');
    let head = groups.next().unwrap_or_default();
    let is_high = head.len() < 3 && !head.starts_with('0') && groups.any(|group| group > "255");
    let is_round = number.whole.ends_with("000");
    let sure = number.part.map_or(number.whole.len() > 6 && (is_round || is_high), |_| has_point);
    let ends = !left.starts_with(|c: char| c.is_alphanumeric())
        && left.strip_prefix(['.', ',']).and_then(digits).is_none();
    (sure && ends).then_some((number, left))
}

/// How much of something there is.
#[derive(Clone)]
pub(super) struct Amount {
    pub(super) said: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    One,
    /// More or less than one, with or without a point.
    Many,
    /// Less than one: "three quarters".
    Part,
    /// "one and a half".
    Mixed,
    /// "five to ten".
    Range,
}

/// The amount that a text starts with: a number, a fraction, or a range of them.
pub(super) fn amount<'s>(place: &Place<'s>, text: &'s str) -> Option<(Amount, &'s str)> {
    let (first, left) = single(place, text)?;
    if let Some(second) = dash(left)
        && let (minus, second) = dash(second).map_or(("", second), |second| ("minus ", second))
        && let Some((second, left)) = single(place, second)
        && dash(left).and_then(digits).is_none()
    {
        let said = format!("{} to {minus}{}", first.said, second.said);
        return Some((Amount { said, kind: Kind::Range }, left));
    }
    Some((first, left))
}

/// "5 – 10", too.
pub(super) fn loose_range<'s>(place: &Place<'s>, text: &'s str) -> Option<(Amount, &'s str)> {
    let (first, left) = single(place, text)?;
    let (second, left) = single(place, loose_dash(left)?)?;
    Some((Amount { said: format!("{} to {}", first.said, second.said), kind: Kind::Range }, left))
}

/// One number or fraction.
pub(super) fn single<'s>(place: &Place<'s>, text: &'s str) -> Option<(Amount, &'s str)> {
    if std::ptr::eq(text, place.text) {
        let bytes = |(amount, left): (Amount, &str)| (amount, text.len() - left.len());
        let (amount, bytes) = place.number.get_or_init(|| number(place, text).map(bytes)).clone()?;
        return Some((amount, text.get(bytes..)?));
    }
    number(place, text)
}

fn number<'s>(place: &Place<'s>, text: &'s str) -> Option<(Amount, &'s str)> {
    if !text.starts_with(|c: char| c == '.' || c.is_numeric()) {
        return None;
    }
    if let Some(found) = fractions::fraction(place, text) {
        return Some(found);
    }
    let (numeral, left) = numeral(text)?;
    let kind = if numeral.is_one() { Kind::One } else { Kind::Many };
    Some((Amount { said: numeral.said(place), kind }, left))
}
