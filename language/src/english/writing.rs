//! Abbreviations, initials, Roman numerals, code, signs and emoji.

use crate::sentence::Rule;

/// In the order in which they are asked.
pub(super) const RULES: &[Rule] = &[];
