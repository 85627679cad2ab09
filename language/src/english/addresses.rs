//! E-mail, links, files, handles and hashtags.

use crate::sentence::Rule;

/// In the order in which they are asked.
pub(super) const RULES: &[Rule] = &[];
