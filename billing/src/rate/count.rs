//! How vendors count characters.

use serde::Deserialize;
use unicode_script::{Script, UnicodeScript};

/// A vendor's way to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Every Unicode code point is one.
    #[default]
    CodePoints,
    /// The same, but a Han character is two (Microsoft, "Text to speech", pricing note, 2025-03).
    Azure,
}

impl Counting {
    pub(crate) fn count(self, text: &str) -> u64 {
        let count = match self {
            Self::CodePoints => text.chars().count(),
            Self::Azure => text.chars().map(|c| 1 + usize::from(c.script() == Script::Han)).sum(),
        };
        count as u64
    }
}
