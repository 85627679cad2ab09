//! Whatever holds a figure.

mod codes;
mod dates;
mod durations;
mod foreign;
mod fractions;
mod maths;
mod money;
mod names;
mod numbers;
mod numerals;
mod ordinals;
mod percents;
mod phones;
mod place;
mod quantities;
mod ratios;
mod scan;
mod tails;
mod times;
mod units;
mod versions;
mod years;

pub(crate) use dates::month_name;

use crate::Class;
use crate::sentence::{Match, Rule, Sentence};

use place::{Found, Parser, Place};

/// Whether this may be the sign of a unit that is written with a full stop: "in", "min".
pub(crate) fn is_unit(sign: &str) -> bool {
    sign == "c" || units::CUT_SHORT.contains(&sign)
}

/// In the order in which they are asked.
pub(super) const RULES: &[Rule] = &[read];

/// Those that know more come first.
const PARSERS: &[Parser] = &[
    maths::read,
    dates::read,
    phones::read,
    durations::stopwatch,
    times::read,
    codes::read,
    money::read,
    numbers::masses,
    percents::read,
    numbers::house,
    years::read,
    durations::read,
    versions::read,
    quantities::read,
    fractions::read,
    ordinals::read,
    ratios::read,
    numbers::read,
];

/// What is left: letters and figures in one word.
const NAMES: &[Parser] = &[names::read, names::with_decimal];

/// Those that may start with a word.
const WORDED: &[Parser] = &[dates::read_month, money::read, maths::read];

fn read(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let core = sentence.core(at);
    let has_figure = holds_figure(core);
    if !has_figure && !starts_figure(sentence, at) {
        return None;
    }
    if let Some(plain) = foreign::figures(core) {
        return Some(same(&plain, sentence));
    }
    let place = Place::new(sentence, at)?;
    if !has_figure && place.sign.is_empty() {
        return first(WORDED, &place);
    }
    let found = first(PARSERS, &place)
        .or_else(|| with_prefix(core, &place))
        .or_else(|| between_slashes(core, sentence.british));
    found.or_else(|| Some(same(&foreign::lowered(core)?, sentence))).or_else(|| first(NAMES, &place))
}

/// How a chunk is read that was written anew.
fn same(plain: &str, sentence: &Sentence<'_>) -> Match {
    let plain = Sentence::new(plain, sentence.british);
    Match { chunks: 1, opens: 0, closes: 0, ..super::read(&plain, 0) }
}

/// The first reading that ends where a word ends.
fn first(parsers: &[Parser], place: &Place<'_>) -> Option<Match> {
    parsers.iter().find_map(|parser| place.matched(tails::with_tail(place, parser(place)?)?))
}

/// "mid-1980s", "COVID-19": a word and a figure joined.
fn with_prefix(core: &str, place: &Place<'_>) -> Option<Match> {
    let prefix = names::prefix(core)?;
    let inner = place.behind(prefix.len());
    let word = names::prefix_said(prefix);
    PARSERS.iter().find_map(|parser| {
        let found = tails::with_tail(&inner, parser(&inner)?)?;
        place.matched(Found { said: format!("{word} {}", found.said), ..found })
    })
}

/// "30°C/86°F", "192kHz/24-bit": the same in other measures.
fn between_slashes(core: &str, british: bool) -> Option<Match> {
    let (first, second) = core.split_once('/').filter(|(_, second)| !second.contains('/'))?;
    let measure = |text: &str| {
        let sentence = Sentence::new(text, british);
        let starts = text.starts_with(|c: char| c.is_ascii_digit() || "$€£".contains(c));
        let found = super::read(&sentence, 0);
        let measures = matches!(found.class, Class::Unit | Class::Money | Class::Percent | Class::Duration);
        (starts && sentence.chunks().len() == 1).then_some((found, measures))
    };
    let ((first, true), (second, _)) = (measure(first)?, measure(second)?) else { return None };
    Some(Match::one(first.class, format!("{}, {}", first.said, second.said)))
}

/// A figure, or a fraction, a power or a sign of maths that is read with them.
fn holds_figure(core: &str) -> bool {
    core.contains(|c: char| {
        c.is_ascii_digit()
            || (!c.is_ascii() && (c.is_numeric() || matches!(c, '√' | 'π' | '∞')) && !c.is_alphabetic())
    })
}

/// Whether what has no figure itself may go on with one: "May 5", "EUR 5", "x = 5", "a ≥ b".
fn starts_figure(sentence: &Sentence<'_>, at: usize) -> bool {
    const SIGNS: &str = "+=<>×÷≠≤≥≈±−π∞√";
    let (core, next) = (sentence.core(at), sentence.core(at + 1));
    let is_word = core.bytes().all(|byte| byte.is_ascii_alphabetic());
    let figure_follows = next.starts_with(|c: char| c.is_ascii_digit());
    let sign_follows = core.len() <= 4 && next.starts_with(|c: char| SIGNS.contains(c));
    let is_formula = !is_word && core.len() < 8 && core.contains(|c: char| SIGNS.contains(c));
    (figure_follows && core.len() < 12) || sign_follows || is_formula
}
