//! From text to a graph of what can be spoken by itself. Pure: no models, no clocks, no I/O.
//!
//! [`compile`] finds where a reader would stop: at clauses, sentences and paragraphs. It changes nothing: every
//! clause is a range of the client's own text, counted both in bytes and in code points.

mod abbreviations;
mod breaks;

use speech::{Boundary, Clause, Span, SpeechGraph, SpeechText, has_sound};

use crate::breaks::{Break, breaks};

/// Finds the clauses of a text.
///
/// Every character that is not white space is in exactly one clause, in order. A clause always holds something
/// that has a sound: a stretch of mere punctuation belongs to the clause before it, or to the first one.
/// The last clause ends a paragraph.
pub fn compile(text: SpeechText) -> SpeechGraph {
    let clauses = clauses(text.as_str());
    SpeechGraph::new(text, clauses)
}

fn clauses(text: &str) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut start = 0;
    let mut counted = Place { byte: 0, offset: 0 };
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
        let from = counted.advance(text, start + (stretch.len() - stretch.trim_start().len()));
        let to = counted.advance(text, from.byte + words.len());
        match clauses.last_mut() {
            Some(last) if !words.chars().any(has_sound) || !sounds(text, last) => {
                last.bytes.end = to.byte;
                last.span.length = to.offset - last.span.offset;
                last.ends = last.ends.max(ends);
            }
            _ => clauses.push(Clause {
                bytes: from.byte..to.byte,
                span: Span { offset: from.offset, length: to.offset - from.offset },
                ends,
            }),
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
    text.get(clause.bytes.clone()).is_some_and(|words| words.chars().any(has_sound))
}

/// A place in the text, in both units; walks forward only, so that counting is linear.
#[derive(Clone, Copy)]
struct Place {
    byte: usize,
    offset: usize,
}

impl Place {
    fn advance(&mut self, text: &str, byte: usize) -> Place {
        self.offset += text.get(self.byte..byte).map_or(0, |skipped| skipped.chars().count());
        self.byte = byte;
        *self
    }
}
