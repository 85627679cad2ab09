//! The written words of a text, one after the other.

use std::sync::Arc;

use speech::{Boundary, Span, SpeechGraph, has_sound, is_combining_mark};

/// What stands between two spaces is cut here: nobody writes longer words, but somebody will send one.
const LONGEST: usize = 200;

/// One written word with the punctuation around it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    /// Punctuation before it, as the model's vocabulary writes it.
    pub(crate) lead: String,
    /// From the first character that has a sound to the last one: empty for punctuation that stands alone.
    pub(crate) core: String,
    /// Punctuation after it, as the model's vocabulary writes it.
    pub(crate) trail: String,
    /// Where the core stands in the client's text.
    pub(crate) span: Span,
    /// What ends with this word.
    pub(crate) ends: Option<Boundary>,
}

/// The words of a graph in reading order; takes only as much of the text as is asked for.
pub(crate) struct Words {
    graph: Arc<SpeechGraph>,
    /// The clause that is being read.
    clause: usize,
    /// Bytes and code points of it that were read.
    byte: usize,
    offset: usize,
}

impl Words {
    pub(crate) fn new(graph: Arc<SpeechGraph>) -> Self {
        Self { graph, clause: 0, byte: 0, offset: 0 }
    }
}

impl Iterator for Words {
    type Item = Written;

    fn next(&mut self) -> Option<Written> {
        loop {
            let clause = self.graph.clauses().get(self.clause)?;
            let rest = self.graph.words_of(clause).get(self.byte..).unwrap_or_default();
            let white = rest.len() - rest.trim_start().len();
            self.offset += rest.get(..white).map_or(0, |white| white.chars().count());
            self.byte += white;
            let rest = rest.trim_start();
            if rest.is_empty() {
                self.clause += 1;
                (self.byte, self.offset) = (0, 0);
                continue;
            }
            let length = length(rest);
            let chunk = rest.get(..length).unwrap_or(rest);
            let ends = rest.get(length..).is_none_or(|rest| rest.trim().is_empty()).then_some(clause.ends);
            let word = written(chunk, clause.span.offset + self.offset, ends);
            self.byte += chunk.len();
            self.offset += chunk.chars().count();
            return Some(word);
        }
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
        let between_digits =
            before.is_some_and(|c: char| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit());
        let dash =
            matches!(c, '—' | '―') || (c == '–' && !between_digits) || (c == '-' && before == Some('-'));
        let ellipsis = c == '…' || (c == '.' && before == Some('.'));
        if word_follows && (dash || ellipsis) && at > 0 {
            return at + c.len_utf8();
        }
        before = Some(c);
        characters += 1;
    }
    text.len()
}

fn written(chunk: &str, offset: usize, ends: Option<Boundary>) -> Written {
    let chars: Vec<char> = chunk.chars().collect();
    let sounding = |c: &char| has_sound(*c);
    let first = chars.iter().position(sounding).unwrap_or(chars.len());
    let last = chars.iter().rposition(sounding).map_or(first, |last| last + 1);
    // A sign or a decimal point before a number is part of it.
    let signed = first > 0
        && chars.get(first).is_some_and(char::is_ascii_digit)
        && chars.get(first - 1).is_some_and(|c| matches!(c, '-' | '.'));
    let from = if signed { first - 1 } else { first };
    // Marks belong to the letter before them.
    let marks = chars.iter().skip(last).take_while(|c| !c.is_ascii() && is_combining_mark(**c)).count();
    let last = last + marks;
    Written {
        lead: punctuation(chars.get(..from).unwrap_or_default(), true),
        core: chars.get(from..last).unwrap_or_default().iter().collect(),
        trail: punctuation(chars.get(last..).unwrap_or_default(), false),
        span: Span { offset: offset + from, length: last - from },
        ends,
    }
}

/// The punctuation that the model knows, each once in a row and four at most.
fn punctuation(chars: &[char], leads: bool) -> String {
    let mut known = String::new();
    let mut stops = 0;
    for c in chars {
        stops = if *c == '.' { stops + 1 } else { 0 };
        let mark = match c {
            '.' if stops == 2 => {
                known.pop();
                '…'
            }
            '.' if stops > 2 => continue,
            '.' | ',' | ';' | ':' | '!' | '?' | '…' => *c,
            '。' | '｡' => '.',
            '、' | '，' => ',',
            '！' | '‼' => '!',
            '？' | '؟' | '⁇' => '?',
            '—' | '―' | '–' | '-' => '—',
            '(' | '[' | '{' | '（' => '(',
            ')' | ']' | '}' | '）' => ')',
            '"' | '“' | '”' | '«' | '»' | '„' | '‟' => {
                if leads {
                    '“'
                } else {
                    '”'
                }
            }
            _ => continue,
        };
        if !known.ends_with(mark) && known.chars().count() < 4 {
            known.push(mark);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use speech::SpeechText;

    fn words(text: &str) -> Vec<Written> {
        Words::new(Arc::new(language::compile(SpeechText::new(text, None).unwrap()))).collect()
    }

    fn shown(text: &str) -> Vec<String> {
        words(text).iter().map(|w| format!("{}|{}|{}", w.lead, w.core, w.trail)).collect()
    }

    #[test]
    fn words_come_without_their_punctuation() {
        assert_eq!(
            shown("He said \"hello\"—then left... (really)."),
            ["|He|", "|said|", "“|hello|”—", "|then|", "|left|…", "(|really|)."]
        );
        assert_eq!(
            shown("-15 to .5, well-known -- $9!!!"),
            ["|-15|", "|to|", "|.5|,", "|well-known|", "—||", "|$9|!"]
        );
    }

    #[test]
    fn words_know_their_place_in_the_text() {
        let text = "Ünter “den”\n\nLinden, naïve — cafe\u{301}.";
        let chars: Vec<char> = text.chars().collect();
        let found = words(text);
        for word in found.iter().filter(|w| !w.core.is_empty()) {
            let there: String = chars[word.span.offset..word.span.offset + word.span.length].iter().collect();
            assert_eq!(there, word.core);
        }
        assert_eq!(
            found.iter().map(|w| w.ends).collect::<Vec<_>>(),
            [
                None,
                Some(Boundary::Paragraph),
                Some(Boundary::Clause),
                None,
                Some(Boundary::Clause),
                Some(Boundary::Paragraph)
            ]
        );
    }

    #[test]
    fn an_endless_word_is_cut() {
        let found = words(&"a".repeat(450));
        assert_eq!(found.iter().map(|w| w.span.length).collect::<Vec<_>>(), [200, 200, 50]);
    }
}
