//! What a search finds.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Entry;

/// A page of what a search found.
#[derive(Clone, Debug, Serialize)]
pub struct Page<'i> {
    /// The voices of this page, in the order that was asked for; of equals, by their ids.
    pub voices: Vec<&'i Entry>,
    /// How many there are on all pages.
    pub total: usize,
    /// By filter and value, how many voices there would be with that value and all other filters as they are. A language
    /// is counted without its regions. Of accents, styles and use cases, which have no end, those 100 that most voices have.
    pub facets: BTreeMap<&'static str, BTreeMap<String, usize>>,
    /// Asks for the next page; none on the last.
    pub next_cursor: Option<String>,
}
