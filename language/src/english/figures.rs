//! Whatever holds a figure.

use crate::sentence::Rule;

/// In the order in which they are asked.
pub(super) const RULES: &[Rule] = &[];
