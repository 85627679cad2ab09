//! Where a reader stops.

use speech::{Boundary, has_sound};

use crate::abbreviations::may_end_sentence;
use crate::english::is_unit;

/// A line shorter than this that is followed by a capital was broken on purpose: a heading, an address, a verse.
const SHORT_LINE: usize = 60;

/// A place between two characters where a reader may stop.
pub(crate) struct Break {
    /// Bytes before it.
    pub(crate) at: usize,
    /// How long the stop is.
    pub(crate) ends: Boundary,
}

/// Every stop of the text in order; the last one is its end.
pub(crate) fn breaks(text: &str) -> impl Iterator<Item = Break> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut at = 0;
    let mut found = Vec::new();
    while let Some(&(byte, c)) = chars.get(at) {
        let run = |holds: fn(char) -> bool| chars.iter().skip(at).take_while(|(_, c)| holds(*c)).count();
        let (length, stop) = if c.is_whitespace() {
            let length = run(char::is_whitespace);
            (length, line_stop(&chars, at, length))
        } else if is_mark(c) {
            let length = run(is_mark);
            (length, mark_stop(&chars, at, length))
        } else {
            if opens_bracket(c) && at > 0 && is_white(&chars, at - 1) {
                found.push(Break { at: byte, ends: Boundary::Clause });
            }
            (1, None)
        };
        at += length;
        if let Some(ends) = stop {
            found.push(Break { at: chars.get(at).map_or(text.len(), |(byte, _)| *byte), ends });
        }
    }
    found.push(Break { at: text.len(), ends: Boundary::Paragraph });
    found.into_iter()
}

/// Whether a full stop at the end of a text could be that of an abbreviation or an initial, before what follows.
pub(crate) fn could_abbreviate(text: &str, next: &str) -> bool {
    let Some(sounds) = text.rfind(has_sound) else { return false };
    let is_stop = text.get(sounds..).is_some_and(|marks| marks.contains('.'));
    let joined = format!("{text} {next}");
    is_stop && !breaks(&joined).any(|found| (sounds + 1..=text.len() + 1).contains(&found.at))
}

/// Whether a reader could stop at punctuation that opens a line.
pub(crate) fn has_stop(marks: &str) -> bool {
    marks.contains(|c| is_mark(c) && !is_dash(c))
}

/// The stop that a run of white space makes: two line breaks end a paragraph; one ends a sentence before an item
/// of a list, and a clause after a line that was broken on purpose. Otherwise the text flows on.
fn line_stop(chars: &[(usize, char)], at: usize, length: usize) -> Option<Boundary> {
    let run: Vec<char> = chars.iter().skip(at).take(length).map(|(_, c)| *c).collect();
    let feeds = run.iter().filter(|c| matches!(c, '\n' | '\u{85}')).count();
    let returns = run.iter().filter(|c| **c == '\r').count();
    let lines = feeds.max(returns);
    if lines >= 2 || run.contains(&'\u{2029}') {
        return Some(Boundary::Paragraph);
    }
    let next = chars.get(at + length).map(|(_, c)| *c)?;
    if run.contains(&'\u{2028}') {
        return Some(Boundary::Sentence);
    }
    if lines == 0 {
        return None;
    }
    if opens_item(chars, at + length) {
        return Some(Boundary::Sentence);
    }
    let line =
        chars.iter().take(at).rev().take(SHORT_LINE).take_while(|(_, c)| !matches!(c, '\n' | '\r')).count();
    (next.is_uppercase() && line < SHORT_LINE).then_some(Boundary::Clause)
}

/// "- milk", "• milk", "2. milk", "b) milk".
fn opens_item(chars: &[(usize, char)], at: usize) -> bool {
    let word: String =
        chars.iter().skip(at).take_while(|(_, c)| !c.is_whitespace()).take(5).map(|(_, c)| *c).collect();
    let numbered = word.strip_suffix(['.', ')']).is_some_and(|number| {
        !number.is_empty() && (number.chars().all(|c| c.is_ascii_digit()) || number.chars().count() == 1)
    });
    numbered || matches!(word.as_str(), "-" | "*" | "•" | "–" | "—" | "+" | "‣" | "◦")
}

/// The stop that a run of punctuation makes.
fn mark_stop(chars: &[(usize, char)], at: usize, length: usize) -> Option<Boundary> {
    let marks: Vec<char> = chars.iter().skip(at).take(length).map(|(_, c)| *c).collect();
    let after = at + length;
    let stands_free = after >= chars.len() || is_white(chars, after);
    let opens_line = opens_line(chars, at);
    let has = |holds: fn(char) -> bool| marks.iter().copied().any(holds);

    if has(is_wide_stop) {
        return Some(Boundary::Sentence);
    }
    let clause = if opens_line && marks.iter().all(|c| is_dash(*c)) {
        false
    } else if has(is_wide_comma) || has(is_em_dash) || marks.windows(2).any(|pair| pair == ['-', '-']) {
        true
    } else if marks.iter().all(|c| is_dash(*c)) {
        stands_free && at > 0 && is_white(chars, at - 1)
    } else {
        stands_free && (has(is_comma) || has(closes_bracket))
    };
    let sentence = stands_free && has(is_stop) && ends_sentence(chars, at, &marks);
    if sentence {
        let next = next_word(chars, after);
        let goes_on = next.starts_with(char::is_lowercase) && marks != ['.'];
        return Some(if goes_on { Boundary::Clause } else { Boundary::Sentence });
    }
    clause.then_some(Boundary::Clause)
}

/// Whether the stops among the marks are more than the stop of an abbreviation.
fn ends_sentence(chars: &[(usize, char)], at: usize, marks: &[char]) -> bool {
    let stops: Vec<char> = marks.iter().copied().filter(|c| is_stop(*c)).collect();
    if stops != ['.'] || marks.first() != Some(&'.') {
        // "e.g.," is no sentence, "(etc.)." is one.
        return stops.len() > 1 || stops != ['.'] || !marks.iter().any(|c| is_comma(*c));
    }
    if marks.iter().any(|c| is_comma(*c)) {
        return false;
    }
    let before = chars.get(..at).unwrap_or_default();
    let letters = before.iter().rev().take_while(|(_, c)| !c.is_whitespace()).count();
    let word: String = before.iter().skip(at - letters).map(|(_, c)| *c).collect();
    if is_spelled(before.get(..at - letters).unwrap_or_default(), &word) {
        return true;
    }
    let next = next_word(chars, at + marks.len());
    if next.starts_with(char::is_lowercase)
        && follows_figure(&word, before.get(..at - letters).unwrap_or_default())
    {
        return false;
    }
    may_end_sentence(&word, &next, opens_line(chars, at - letters))
}

/// Whether a word is a unit behind a figure: "6 in.", "10-yr."
fn follows_figure(word: &str, before: &[(usize, char)]) -> bool {
    let (figure, unit) = word.rsplit_once('-').unwrap_or(("", word));
    let mut before = before.iter().rev().map(|(_, c)| *c);
    let mut numeric = || before.find(|c| !c.is_whitespace()).is_some_and(char::is_numeric);
    is_unit(unit) && if figure.is_empty() { numeric() } else { figure.ends_with(char::is_numeric) }
}

/// "G P U.": a capital after a capital is no initial of a name.
fn is_spelled(before: &[(usize, char)], word: &str) -> bool {
    let mut last = before.iter().rev().map(|(_, c)| *c);
    let letter = |word: &str| word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase());
    letter(word)
        && last.next().is_some_and(|c| c == ' ')
        && last.next().is_some_and(|c| c.is_ascii_uppercase())
        && last.next().is_none_or(char::is_whitespace)
}

/// Whether nothing but white space stands before this place in its line.
fn opens_line(chars: &[(usize, char)], at: usize) -> bool {
    let before = chars.get(..at).unwrap_or_default().iter().rev();
    before.take_while(|(_, c)| !matches!(c, '\n' | '\r')).all(|(_, c)| c.is_whitespace())
}

/// The word after the white space, without what opens it; empty where a paragraph ends first.
fn next_word(chars: &[(usize, char)], at: usize) -> String {
    let white = chars.iter().skip(at).take_while(|(_, c)| c.is_whitespace()).count();
    if line_stop(chars, at, white) == Some(Boundary::Paragraph) {
        return String::new();
    }
    if chars.get(at + white).is_some_and(|(_, c)| *c == '&') {
        return "and".to_owned();
    }
    let rest = chars.iter().skip(at + white).map(|(_, c)| *c);
    rest.skip_while(|c| !c.is_alphanumeric() && !c.is_whitespace())
        .take_while(|c| c.is_alphanumeric() || matches!(c, '\'' | '’'))
        .take(32)
        .collect()
}

fn is_white(chars: &[(usize, char)], at: usize) -> bool {
    chars.get(at).is_some_and(|(_, c)| c.is_whitespace())
}

/// Punctuation that takes part in ending something.
fn is_mark(c: char) -> bool {
    is_stop(c)
        || is_wide_stop(c)
        || is_comma(c)
        || is_wide_comma(c)
        || is_em_dash(c)
        || closes_bracket(c)
        || closes_quote(c)
        || is_dash(c)
}

/// Stops that need white space after them: inside a word they belong to a number, an address or a name.
fn is_stop(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '…'
            | '‼'
            | '⁇'
            | '⁈'
            | '⁉'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '։'
            | '።'
            | '፧'
            | '။'
    )
}

/// Stops of scripts that are written without spaces.
fn is_wide_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡')
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '،' | '؛')
}

fn is_wide_comma(c: char) -> bool {
    matches!(c, '、' | '，' | '；' | '：' | '､')
}

fn is_em_dash(c: char) -> bool {
    matches!(c, '—' | '―' | '⸺')
}

fn is_dash(c: char) -> bool {
    is_em_dash(c) || matches!(c, '-' | '–')
}

fn opens_bracket(c: char) -> bool {
    matches!(c, '(' | '[' | '{')
}

fn closes_bracket(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '）' | '］' | '｝' | '】')
}

fn closes_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '›' | '」' | '』')
}
