//! The compiled text.

use std::ops::Range;

use crate::SpeechText;

/// A stretch of the client's own text, counted in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first code point.
    pub offset: usize,
    /// How many code points.
    pub length: usize,
}

/// What a reader finds at the end of a clause, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Boundary {
    /// A comma, colon, semicolon, dash or bracket: the voice stays up.
    Clause,
    /// The end of a sentence.
    Sentence,
    /// A blank line, or the end of the text.
    Paragraph,
}

/// The smallest stretch that may be spoken by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Where it stands in the text, in bytes: without white space at either end, with its punctuation.
    pub bytes: Range<usize>,
    /// The same place in code points.
    pub span: Span,
    /// What follows it.
    pub ends: Boundary,
}

/// A text, and where a reader would stop in it.
///
/// The clauses are in order, do not overlap, and together hold every character of the text that is not white
/// space: nothing is lost in compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechGraph {
    text: SpeechText,
    clauses: Vec<Clause>,
}

impl SpeechGraph {
    /// Joins a text with its clauses, whose `bytes` must be ranges of it.
    pub fn new(text: SpeechText, clauses: Vec<Clause>) -> Self {
        debug_assert!(clauses.iter().all(|clause| text.as_str().get(clause.bytes.clone()).is_some()));
        Self { text, clauses }
    }

    /// The client's own text.
    pub fn text(&self) -> &SpeechText {
        &self.text
    }

    /// The clauses, in reading order; at least one.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The words of one clause, as the client wrote them.
    pub fn words_of(&self, clause: &Clause) -> &str {
        self.text.as_str().get(clause.bytes.clone()).unwrap_or_default()
    }
}
