//! Abbreviations, initials, Roman numerals, code, signs and emoji.

mod abbreviations;
mod characters;
mod code;
mod fragments;
mod initials;
mod months;
mod places;
mod roman;
mod signs;
mod slashes;
mod words;

use crate::sentence::Rule;

pub(crate) use abbreviations::{introduces, is_abbreviation};
pub(crate) use characters::{Kind, kind};
pub(super) use characters::{emoji, transliterated};
pub(super) use code::{is_negated, power};
pub(super) use fragments::{fragment, letters};
pub(super) use signs::{between_words, name, presses, punctuation};

/// Asked before figures are: "<3" and "f(3)" are no numbers.
pub(super) const BEFORE_FIGURES: &[Rule] = &[signs::emoticon, code::function, code::arrows, code::logarithm];

/// In the order in which they are asked.
pub(super) const RULES: &[Rule] = &[
    characters::rewritten,
    abbreviations::rule,
    places::rule,
    months::rule,
    slashes::rule,
    roman::rule,
    code::counts_down,
    initials::rule,
    code::rule,
    words::rule,
];
