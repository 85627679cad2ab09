//! How a text is to be read.

use serde::{Deserialize, Serialize};

use crate::Lexicon;

/// What the reader knows beside the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// How the text is written.
    pub notation: Notation,
    /// What becomes of Markdown and HTML.
    pub markup: Markup,
    /// How words are to be said.
    pub lexicon: Lexicon,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notation {
    /// Plainly, or in Markdown or HTML.
    #[default]
    Plain,
    /// In SSML: a document, or what could stand in one.
    Ssml {
        /// Whether it may have a backend fetch sound or words from elsewhere.
        may_fetch: bool,
    },
}

/// What becomes of the parts of a text that Markdown or HTML marks. Their marks are never read out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Markup {
    /// Headings.
    pub headings: Manner,
    /// Lists, item by item.
    pub lists: Manner,
    /// Stressed and struck words.
    pub emphasis: Manner,
    /// The words of links, and the descriptions of images; not their addresses.
    pub links: Manner,
    /// Code, within a line or in blocks.
    pub code: Manner,
    /// Tables, row by row.
    pub tables: Manner,
}

/// How a marked part is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manner {
    /// Its words are read.
    #[default]
    Keep,
    /// It is left out.
    Skip,
    /// A word before it says what it is.
    Announce,
}
