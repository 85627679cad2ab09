//! What is read of a text, and where it stands there.

use std::ops::Range;
use std::sync::Arc;

use crate::{Span, SpeechText};

/// A place is found by counting characters from the piece before it; no piece is longer than this.
const LONGEST_PIECE: usize = 256;

/// A text without its markup, in which every place knows its span in the client's text.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain {
    text: Arc<str>,
    /// In order, without gaps; the first starts at 0.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// Bytes of the plain text before it.
    at: usize,
    /// Where its source starts, in code points of the client's text.
    offset: usize,
    /// Code points of the source, where they are not the piece's own.
    instead_of: Option<usize>,
}

impl Plain {
    /// A text that has no markup.
    pub fn verbatim(text: &SpeechText) -> Self {
        let mut builder = PlainBuilder::default();
        builder.copy(text.as_str(), 0);
        Self { text: text.shared(), pieces: builder.pieces }
    }

    /// What is read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where bytes of it stand in the client's text: the smallest stretch that holds all they came from.
    pub fn span(&self, bytes: Range<usize>) -> Span {
        let offset = self.place(bytes.start, false);
        let end = if bytes.is_empty() { offset } else { self.place(bytes.end, true) };
        Span { offset, length: end.saturating_sub(offset) }
    }

    /// Some of it, with its places in the client's text.
    #[must_use]
    pub fn part(&self, bytes: Range<usize>) -> Self {
        let text = self.text.get(bytes.clone()).unwrap_or_default();
        let first = self.pieces.partition_point(|piece| piece.at <= bytes.start).saturating_sub(1);
        let pieces = self.pieces.iter().skip(first).take_while(|piece| piece.at < bytes.end);
        let moved = pieces.map(|piece| {
            let passed = self.text.get(piece.at..bytes.start).filter(|_| piece.instead_of.is_none());
            let passed = passed.map_or(0, |passed| passed.chars().count());
            Piece { at: piece.at.saturating_sub(bytes.start), offset: piece.offset + passed, ..*piece }
        });
        Self { pieces: moved.collect(), text: text.into() }
    }

    /// The code point of the client's text at a byte; as an end it is the one behind what precedes the byte.
    fn place(&self, byte: usize, is_end: bool) -> usize {
        let before = |piece: &Piece| if is_end { piece.at < byte } else { piece.at <= byte };
        let index = self.pieces.partition_point(before).saturating_sub(1);
        let Some(piece) = self.pieces.get(index) else { return 0 };
        match piece.instead_of {
            Some(length) if is_end => piece.offset + length,
            Some(_) => piece.offset,
            None => piece.offset + self.text.get(piece.at..byte).map_or(0, |text| text.chars().count()),
        }
    }
}

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plain({} bytes)", self.text.len())
    }
}

/// Builds a [`Plain`] from left to right.
#[derive(Default)]
pub struct PlainBuilder {
    text: String,
    pieces: Vec<Piece>,
}

impl PlainBuilder {
    /// Appends what stands in the client's text from that code point on.
    pub fn copy(&mut self, text: &str, mut offset: usize) {
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(LONGEST_PIECE));
            self.pieces.push(Piece { at: self.text.len(), offset, instead_of: None });
            self.text.push_str(piece);
            offset += piece.chars().count();
            rest = after;
        }
    }

    /// Appends what is read instead of those code points of the client's text, or because of them.
    pub fn replace(&mut self, source: Span, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece {
                at: self.text.len(),
                offset: source.offset,
                instead_of: Some(source.length),
            });
            self.text.push_str(text);
        }
    }

    /// What was appended so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The plain text.
    pub fn build(self) -> Plain {
        Plain { text: self.text.into(), pieces: self.pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_plain_text_is_known_in_the_client_s() {
        let mut plain = PlainBuilder::default();
        plain.replace(Span { offset: 0, length: 2 }, "Heading: ");
        plain.copy("Zürich", 2);
        plain.replace(Span { offset: 10, length: 5 }, "&");
        let plain = plain.build();
        assert_eq!(plain.as_str(), "Heading: Zürich&");
        assert_eq!(plain.span(0..7), Span { offset: 0, length: 2 });
        assert_eq!(plain.span(9..16), Span { offset: 2, length: 6 });
        assert_eq!(plain.span(12..13), Span { offset: 4, length: 1 });
        assert_eq!(plain.span(15..17), Span { offset: 7, length: 8 });
        assert_eq!(plain.span(16..17), Span { offset: 10, length: 5 });
    }

    #[test]
    fn a_part_of_a_text_keeps_its_places() {
        let mut plain = PlainBuilder::default();
        plain.copy("Zürich ", 3);
        plain.replace(Span { offset: 10, length: 5 }, "and");
        plain.copy(" Überlingen", 15);
        let plain = plain.build();
        let text = plain.as_str().to_owned();
        let borders: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
        for (at, &from) in borders.iter().enumerate() {
            for &to in &borders[at + 1..] {
                let part = plain.part(from..to);
                assert_eq!(part.as_str(), &text[from..to]);
                assert_eq!(part.span(0..to - from), plain.span(from..to), "{from}..{to}");
                assert_eq!(part.span(0..1), plain.span(from..from + 1), "{from}");
            }
        }
    }

    #[test]
    fn every_character_of_a_long_text_keeps_its_place() {
        let text = SpeechText::new("naïve 👍 text ".repeat(200), None).unwrap();
        let plain = Plain::verbatim(&text);
        for (offset, (byte, c)) in text.as_str().char_indices().enumerate() {
            assert_eq!(plain.span(byte..byte + c.len_utf8()), Span { offset, length: 1 });
        }
    }
}
