//! The compiled text.

use std::ops::Range;
use std::sync::Arc;

use crate::{Lexicon, Markup, Notation, Plain, Reading, Saying, Score, SpeechText};

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
    /// Where it stands in the plain text, in bytes: without white space at either end, with its punctuation.
    pub bytes: Range<usize>,
    /// The same place in the client's text.
    pub span: Span,
    /// What follows it.
    pub ends: Boundary,
}

/// A text, what is read of it, and where a reader would stop.
///
/// The clauses are in order, do not overlap, and together hold every character of the plain text that is not white
/// space: nothing is lost in compilation.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeechGraph {
    text: SpeechText,
    plain: Plain,
    clauses: Vec<Clause>,
    reading: Reading,
    score: Option<Arc<Score>>,
}

impl SpeechGraph {
    /// Joins a text with what is read of it, its clauses, whose `bytes` must be ranges of `plain`, and how the client
    /// wants it to be read.
    pub fn new(text: SpeechText, plain: Plain, clauses: Vec<Clause>, reading: Reading) -> Self {
        debug_assert!(clauses.iter().all(|clause| plain.as_str().get(clause.bytes.clone()).is_some()));
        Self { text, plain, clauses, reading, score: None }
    }

    /// The same, spoken as a document in SSML says.
    #[must_use]
    pub fn with(self, score: Score) -> Self {
        Self { score: Some(Arc::new(score)), ..self }
    }

    /// Some of it: those of its words, and their clauses, whose `bytes` must be ranges of them.
    #[must_use]
    pub fn cut_to(self, plain: Plain, clauses: Vec<Clause>) -> Self {
        debug_assert!(clauses.iter().all(|clause| plain.as_str().get(clause.bytes.clone()).is_some()));
        Self { plain, clauses, ..self }
    }

    /// What the document says of how its words are to be spoken; none of a text that is not in SSML.
    pub fn score(&self) -> Option<&Score> {
        self.score.as_deref()
    }

    /// How the client wants those bytes of the plain text to be said, where it says so just there.
    pub fn saying_of(&self, bytes: &Range<usize>) -> Option<&Saying> {
        let sayings = &self.score.as_ref()?.sayings;
        let at = sayings.binary_search_by_key(&bytes.start, |(said, _)| said.start).ok()?;
        sayings.get(at).filter(|(said, _)| said == bytes).map(|(_, saying)| saying)
    }

    /// The client's own text.
    pub fn text(&self) -> &SpeechText {
        &self.text
    }

    /// What is read of it.
    pub fn plain(&self) -> &Plain {
        &self.plain
    }

    /// The clauses, in reading order; at least one.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// How the text is written.
    pub fn notation(&self) -> Notation {
        self.reading.notation
    }

    /// How the client wants words to be said.
    pub fn lexicon(&self) -> &Lexicon {
        &self.reading.lexicon
    }

    /// What the client wants to become of its markup. `plain` is already what that leaves.
    pub fn markup(&self) -> &Markup {
        &self.reading.markup
    }

    /// The words of one clause, without markup.
    pub fn words_of(&self, clause: &Clause) -> &str {
        self.plain.as_str().get(clause.bytes.clone()).unwrap_or_default()
    }
}
