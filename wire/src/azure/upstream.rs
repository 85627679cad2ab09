//! Azure's API from the side of its client: what is sent to it, and what it answers.
//!
//! What it answers is read liberally: a field that is absent, null or not what it should be is only missed where nothing
//! can be done without it.

mod boundary;
mod turn;
mod voice;

pub use boundary::{Event, events};
pub use turn::{speech_config, ssml, synthesis_context};
pub use voice::Voice;

/// What came is not what Azure sends there. Quotes nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not what Azure sends there: {0}")]
pub struct Malformed(String);

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        // The parser's own words may quote a value.
        let (kind, line, column) = (error.classify(), error.line(), error.column());
        Self(format!("{kind:?} error in JSON at line {line}, column {column}"))
    }
}
