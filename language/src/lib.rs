//! From text to a graph of what can be spoken by itself. Pure: no models, no clocks, no I/O.
//!
//! [`compile`] takes Markdown and HTML out, or reads SSML, and finds where a reader would stop: at clauses, sentences and paragraphs.
//! [`normalise`] says what is said, word by word, and [`Sentences`] the same as it is asked for. Whatever they give
//! knows where it stands in the client's own text, in code points.

mod abbreviations;
mod breaks;
mod english;
mod markup;
mod normalise;
mod scripts;
mod sentence;
mod settled;
pub mod ssml;
mod token;

use speech::{
    Boundary, Clause, ErrorKind, Notation, Plain, Reading, SpeechError, SpeechGraph, SpeechText, has_sound,
};

pub use normalise::{English, Normalised, Sentences, left_out, normalise};
pub use scripts::{Unreadable, unreadable};
pub use token::{Class, Token};

use crate::breaks::{Break, breaks};

/// Takes the markup out of a text and finds the clauses of what is left.
///
/// Every character of the plain text that is not white space is in exactly one clause, in order. A clause always
/// holds something that has a sound: a stretch of mere punctuation belongs to the clause before it, or to the first
/// one. The last clause ends a paragraph.
///
/// # Errors
/// [`ErrorKind::InvalidText`] when nothing that has a sound is left, and for SSML that cannot be read; see
/// [`ssml::read`].
pub fn compile(text: SpeechText, reading: &Reading) -> Result<SpeechGraph, SpeechError> {
    if let Notation::Ssml { may_fetch } = reading.notation {
        return ssml::compile(text, reading, may_fetch);
    }
    let plain = markup::plain(&text, &reading.markup);
    if !plain.as_str().contains(has_sound) {
        return Err(nothing_left());
    }
    let clauses = clauses(&plain);
    Ok(SpeechGraph::new(text, plain, clauses, reading.clone()))
}

fn nothing_left() -> SpeechError {
    SpeechError::new(ErrorKind::InvalidText, "Nothing is left to say of the text without its markup.")
        .about("input")
}

fn clauses(plain: &Plain) -> Vec<Clause> {
    let text = plain.as_str();
    let mut clauses: Vec<Clause> = Vec::new();
    let mut start = 0;
    for Break { at, ends } in breaks(text) {
        let stretch = text.get(start..at).unwrap_or_default();
        let words = stretch.trim();
        if words.is_empty() {
            // White space only: what ends here ended before it.
            if let Some(last) = clauses.last_mut() {
                last.ends = last.ends.max(ends);
            }
            start = at;
            continue;
        }
        let from = start + (stretch.len() - stretch.trim_start().len());
        let bytes = from..from + words.len();
        match clauses.last_mut() {
            Some(last) if !words.contains(has_sound) || !sounds(text, last) => {
                last.bytes.end = bytes.end;
                last.span = plain.span(last.bytes.clone());
                last.ends = last.ends.max(ends);
            }
            _ => clauses.push(Clause { span: plain.span(bytes.clone()), bytes, ends }),
        }
        start = at;
    }
    if let Some(last) = clauses.last_mut() {
        last.ends = Boundary::Paragraph;
    }
    clauses
}

/// Only the first clause can be without a sound, while nothing that follows it has been read yet.
fn sounds(text: &str, clause: &Clause) -> bool {
    text.get(clause.bytes.clone()).is_some_and(|words| words.contains(has_sound))
}
