//! A sentence as the rules of a language see it.

use speech::{has_sound, is_combining_mark};

use crate::Class;

/// What stands between two spaces is cut here: nobody writes longer words, but somebody will send one. In code points.
const LONGEST: usize = 200;

/// One sentence (or what is read at once of an endless one), cut into chunks.
pub(crate) struct Sentence<'t> {
    text: &'t str,
    chunks: Vec<Chunk<'t>>,
    /// Whether days come before months: "3/4" is the third of April.
    pub(crate) british: bool,
}

/// What stands between two spaces or dashes: punctuation, something that has a sound, punctuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk<'t> {
    /// Bytes of the sentence before it.
    pub(crate) at: usize,
    /// Characters without a sound: "(" or "-" or "*".
    pub(crate) lead: &'t str,
    /// From the first to the last character that has a sound: "O'Neill", "$1.5", "a/b". Empty for mere punctuation.
    pub(crate) core: &'t str,
    /// Characters without a sound.
    pub(crate) trail: &'t str,
}

/// A chunk of nothing, where there is none.
pub(crate) const NOTHING: Chunk<'static> = Chunk { at: 0, lead: "", core: "", trail: "" };

/// How a rule reads some chunks.
pub(crate) struct Match {
    /// How many chunks, at least one. The punctuation between them is part of it.
    pub(crate) chunks: usize,
    /// What it is.
    pub(crate) class: Class,
    /// What is said; see [`Token::said`](crate::Token::said).
    pub(crate) said: String,
    /// Bytes at the end of the first chunk's lead that belong to it: 1 for the sign of "-5".
    pub(crate) opens: usize,
    /// Bytes at the start of the last chunk's trail that belong to it: 1 for the stop of "Dr.".
    pub(crate) closes: usize,
}

impl Match {
    /// One chunk's core.
    pub(crate) fn one(class: Class, said: impl Into<String>) -> Self {
        Self::many(1, class, said)
    }

    /// From the first chunk's core to the last one's.
    pub(crate) fn many(chunks: usize, class: Class, said: impl Into<String>) -> Self {
        Self { chunks, class, said: said.into(), opens: 0, closes: 0 }
    }

    /// With so many bytes of the lead before it.
    pub(crate) fn opening(mut self, bytes: usize) -> Self {
        self.opens = bytes;
        self
    }

    /// With so many bytes of the trail after it.
    pub(crate) fn closing(mut self, bytes: usize) -> Self {
        self.closes = bytes;
        self
    }
}

/// Reads what starts at a chunk, if it knows how. Looks only at a bounded number of chunks around it, so that reading
/// is linear.
pub(crate) type Rule = fn(&Sentence<'_>, usize) -> Option<Match>;

impl<'t> Sentence<'t> {
    /// Cuts a text at white space, after dashes and ellipses between words, and where a word is too long.
    pub(crate) fn new(text: &'t str, british: bool) -> Self {
        let mut chunks = Vec::new();
        let mut at = 0;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let rest_trimmed = rest.trim_start();
            at += rest.len() - rest_trimmed.len();
            if rest_trimmed.is_empty() {
                return Self { text, chunks, british };
            }
            let raw = rest_trimmed.get(..length(rest_trimmed)).unwrap_or(rest_trimmed);
            chunks.push(Chunk::new(raw, at));
            at += raw.len();
        }
    }

    pub(crate) fn chunks(&self) -> &[Chunk<'t>] {
        &self.chunks
    }

    /// A chunk by its number.
    pub(crate) fn chunk(&self, at: usize) -> Option<&Chunk<'t>> {
        self.chunks.get(at)
    }

    /// A chunk's core; empty beyond the sentence.
    pub(crate) fn core(&self, at: usize) -> &'t str {
        self.chunk(at).map_or("", |chunk| chunk.core)
    }

    /// The text from a place on, to the end of the chunk with that number, or to its own end.
    pub(crate) fn text(&self, from: usize, last: usize) -> &'t str {
        let end = self.chunk(last).map_or(self.text.len(), |chunk| chunk.end());
        self.text.get(from..end).unwrap_or_default()
    }

    /// The core of the chunk before; empty at the start, and after punctuation that ends what was before it.
    pub(crate) fn before(&self, at: usize) -> &'t str {
        let Some(before) = at.checked_sub(1).and_then(|before| self.chunk(before)) else { return "" };
        if before.trail.is_empty() || before.trail == "." { before.core } else { "" }
    }

    /// The core of the chunk after, if nothing but white space is between them; otherwise empty.
    pub(crate) fn after(&self, at: usize) -> &'t str {
        let joined = self.chunk(at).is_some_and(|chunk| chunk.trail.is_empty());
        match self.chunk(at + 1) {
            Some(next) if joined && next.lead.is_empty() => next.core,
            _ => "",
        }
    }
}

impl<'t> Chunk<'t> {
    fn new(raw: &'t str, at: usize) -> Self {
        let first = raw.find(has_sound).unwrap_or(raw.len());
        let (lead, rest) = raw.split_at(first);
        let end = rest.char_indices().rfind(|(_, c)| has_sound(*c)).map_or(0, |(at, c)| at + c.len_utf8());
        // Marks belong to the letter before them.
        let marks = rest.get(end..).unwrap_or_default();
        let end = end + (marks.len() - marks.trim_start_matches(is_combining_mark).len());
        let (core, trail) = rest.split_at(end);
        Self { at, lead, core, trail }
    }

    /// Bytes of the sentence before its core.
    pub(crate) fn core_at(&self) -> usize {
        self.at + self.lead.len()
    }

    /// Bytes of the sentence before the white space that follows it.
    fn end(&self) -> usize {
        self.core_at() + self.core.len() + self.trail.len()
    }
}

/// The bytes up to white space, or to the end of a dash or an ellipsis between two words.
fn length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    let mut characters = 0;
    let mut before = None;
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() || characters == LONGEST {
            return at;
        }
        let next = chars.peek().map(|(_, next)| *next);
        let word_follows = next.is_some_and(char::is_alphanumeric);
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let between_digits = is_digit(before) && is_digit(next);
        let dash = (matches!(c, '—' | '―' | '–') && !between_digits) || (c == '-' && before == Some('-'));
        let ellipsis = c == '…' || (c == '.' && before == Some('.'));
        // "--flag" is one word; so is "../folder".
        let inside = text.get(..at).is_some_and(|before| before.contains(has_sound));
        if word_follows && (dash || ellipsis) && inside {
            return at + c.len_utf8();
        }
        before = Some(c);
        characters += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let sentence = Sentence::new(text, false);
        sentence
            .chunks()
            .iter()
            .map(|chunk| format!("{}|{}|{}", chunk.lead, chunk.core, chunk.trail))
            .collect()
    }

    #[test]
    fn chunks_know_what_sounds_and_what_does_not() {
        assert_eq!(
            shown("He said \"hello\"—then left... (really)."),
            ["|He|", "|said|", "\"|hello|\"—", "|then|", "|left|...", "(|really|)."]
        );
        assert_eq!(
            shown("-15 to .5, well-known -- $9!!! 1990–95 cafe\u{301}."),
            ["-|15|", "|to|", ".|5|,", "|well-known|", "--||", "|$9|!!!", "|1990–95|", "|cafe\u{301}|."]
        );
        assert_eq!(shown("--flag=3 ../a_b/c.txt"), ["--|flag=3|", "../|a_b/c.txt|"]);
    }

    #[test]
    fn an_endless_word_is_cut() {
        let lengths: Vec<usize> =
            Sentence::new(&"a".repeat(450), false).chunks().iter().map(|chunk| chunk.core.len()).collect();
        assert_eq!(lengths, [200, 200, 50]);
    }
}
