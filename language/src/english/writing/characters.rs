//! Characters beyond ASCII: what each is, and how those that are no English letters are read.

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

use super::super::cardinals::cardinal;
use super::signs;
use crate::Class;
use crate::english;
use crate::sentence::{Match, Sentence};

/// No sequence of one emoji is longer, in code points.
const LONGEST_EMOJI: usize = 16;

/// What a character is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A letter of English or of a name from a language in Latin letters.
    Latin,
    /// A letter of a script for which a rule is sure.
    Sure,
    /// A letter of another script.
    Unsure,
    /// "0" to "9".
    Figure,
    /// A sign with a name.
    Named,
    /// Punctuation, marks, decoration: no sound.
    Silent,
    /// Private use, unassigned, or a sign without an English name.
    Unknown,
}

/// What a character is by itself.
pub(crate) fn kind(c: char) -> Kind {
    if c.is_ascii() {
        return match c {
            _ if c.is_ascii_alphabetic() => Kind::Latin,
            _ if c.is_ascii_digit() => Kind::Figure,
            _ if speech::has_sound(c) => Kind::Named,
            _ => Kind::Silent,
        };
    }
    if signs::name(c).is_some() && !c.is_alphabetic() {
        return Kind::Named;
    }
    if !speech::has_sound(c) || is_ignorable(c) || is_decoration(c) {
        return Kind::Silent;
    }
    if let Some(other) = rewrite(c) {
        let is_read = |c| !matches!(kind(c), Kind::Unsure | Kind::Unknown);
        return if other.chars().all(is_read) { Kind::Named } else { Kind::Unknown };
    }
    if c.is_alphabetic() {
        return match c.script() {
            Script::Latin if is_plain_latin(c) => Kind::Latin,
            Script::Latin => {
                if any_ascii::any_ascii_char(c).is_empty() {
                    Kind::Unknown
                } else {
                    Kind::Sure
                }
            }
            Script::Greek
            | Script::Cyrillic
            | Script::Hangul
            | Script::Hiragana
            | Script::Katakana
            | Script::Georgian
            | Script::Armenian => {
                if any_ascii::any_ascii_char(c).is_empty() {
                    Kind::Unknown
                } else {
                    Kind::Sure
                }
            }
            Script::Common | Script::Inherited if c == 'ー' => Kind::Sure,
            Script::Unknown | Script::Common | Script::Inherited => Kind::Unknown,
            _ => Kind::Unsure,
        };
    }
    if is_emoji(c) {
        return Kind::Named;
    }
    if is_small(c) {
        return match any_ascii::any_ascii_char(c) {
            "" => Kind::Unknown,
            plain if plain.contains(speech::has_sound) => Kind::Named,
            _ => Kind::Silent,
        };
    }
    match c.script() {
        Script::Unknown
        | Script::Common
        | Script::Inherited
        | Script::Latin
        | Script::Greek
        | Script::Cyrillic => Kind::Unknown,
        _ => Kind::Unsure,
    }
}

/// Letters that names in Latin script are written with.
fn is_plain_latin(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | 'ª' | 'º')
}

/// A code point of an emoji.
fn is_emoji(c: char) -> bool {
    let mut buffer = [0; 4];
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}' | '\u{1F3FB}'..='\u{1F3FF}')
        || emojis::get(c.encode_utf8(&mut buffer)).is_some()
}

/// Figures, signs and brackets that are raised or lowered, and those of fractions.
fn is_small(c: char) -> bool {
    matches!(c, '⁰'..='₟' | '²' | '³' | '¹' | '¼'..='¾' | '⅐'..='⅟')
}

/// Boxes, blocks, shapes, dots: drawn, not said.
fn is_decoration(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{25FF}' | '\u{2800}'..='\u{28FF}' | '\u{2729}'..='\u{274B}' | '\u{2756}' | '\u{2758}'..='\u{2761}'
        | '\u{2768}'..='\u{2775}' | '\u{2794}'..='\u{2794}' | '\u{1FB00}'..='\u{1FBEF}' | '‣' | '¯' | '〜' | '〰' | '・' | '\u{2E00}'..='\u{2E5D}' | '\u{FE30}'..='\u{FE4F}' | '\u{3014}'..='\u{301F}')
}

/// Without a shape of its own.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// How else a character of a compatibility form, or a figure of another script, is written.
fn rewrite(c: char) -> Option<String> {
    let compatible = matches!(c, '\u{2102}'..='\u{2115}' | '\u{2119}'..='\u{211E}' | '\u{2121}' | '\u{2124}' | '\u{212C}'..='\u{2138}' | '\u{213B}'..='\u{214E}'
        | '\u{2160}'..='\u{2188}' | '\u{2460}'..='\u{24FF}' | '\u{3200}'..='\u{33FF}' | '\u{FB00}'..='\u{FB06}' | '\u{FF01}'..='\u{FFEE}'
        | '\u{1D400}'..='\u{1D7FF}' | '\u{1F100}'..='\u{1F16F}');
    let apostrophe = matches!(c, 'ʼ' | 'ʻ' | 'ʹ' | 'ʾ' | 'ʿ' | 'ˈ' | '‛' | '＇');
    if apostrophe {
        return Some("'".to_owned());
    }
    if compatible && !matches!(c, '℃' | '℉' | '№' | '℗' | '℠' | '™') {
        let folded: String = [c].into_iter().nfkc().collect();
        return (folded != c.to_string()).then_some(folded);
    }
    if c.is_numeric() && !c.is_ascii() && !is_small(c) {
        let figures = any_ascii::any_ascii_char(c);
        return (!figures.is_empty() && figures.bytes().all(|b| b.is_ascii_digit()))
            .then(|| figures.to_owned());
    }
    None
}

/// Reads a chunk that is written with invisible characters or compatibility forms as if it were not.
pub(super) fn rewritten(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let core = sentence.core(at);
    if core.is_ascii() {
        return None;
    }
    let mut folded = String::with_capacity(core.len());
    let mut before = None;
    for c in core.chars() {
        match c {
            // A joiner between emoji is part of them.
            '\u{200D}' if before.is_some_and(|before: char| !before.is_alphanumeric()) => folded.push(c),
            '\u{E0020}'..='\u{E007F}' => folded.push(c),
            _ if is_ignorable(c) => {}
            _ => match rewrite(c) {
                Some(other) => folded.push_str(&other),
                None => folded.push(c),
            },
        }
        before = Some(c);
    }
    if folded == core {
        return None;
    }
    let inner = Sentence::new(&folded, sentence.british);
    match inner.chunks().len() {
        0 => Some(Match::one(Class::Pause, "")),
        1 if inner.chunk(0).is_some_and(|chunk| chunk.core.is_empty()) => Some(Match::one(Class::Pause, "")),
        1 => Some(english::read(&inner, 0)).map(|found| Match::one(found.class, found.said)),
        _ => {
            let said = english::said(&folded);
            Some(Match::one(if said.is_empty() { Class::Unreadable } else { Class::Code }, said))
        }
    }
}

/// Letters of a script with a sure rule, in Latin ones.
pub(crate) fn transliterated(run: &str) -> String {
    let composed: String = run.nfc().collect();
    let composed = composed
        .replace("ευ", "ef")
        .replace("Ευ", "Ef")
        .replace("αυ", "af")
        .replace("Αυ", "Af")
        .replace("ου", "ou")
        .replace("Ου", "Ou")
        .replace("εύ", "ef")
        .replace("αύ", "af")
        .replace("ού", "ou")
        .replace("γγ", "ng")
        .replace("γκ", "g")
        .replace("μπ", "b")
        .replace("Μπ", "B")
        .replace("ντ", "nt");
    let mut latin = String::new();
    for c in composed.chars() {
        let part = any_ascii::any_ascii_char(c);
        match c {
            // "shi" and a small "ya" are "sha".
            'ゃ' | 'ゅ' | 'ょ' | 'ャ' | 'ュ' | 'ョ' if latin.ends_with('i') => {
                latin.pop();
                let after_hush = latin.ends_with("sh") || latin.ends_with("ch") || latin.ends_with('j');
                latin.push_str(part.get(usize::from(after_hush)..).unwrap_or_default());
            }
            'っ' | 'ッ' => latin.push('+'),
            'ー' => {}
            _ => {
                if latin.ends_with('+') {
                    latin.pop();
                    latin.extend(part.chars().next());
                }
                latin.push_str(part);
            }
        }
    }
    let mut letters: String = latin.chars().filter(char::is_ascii_alphabetic).collect();
    letters.make_ascii_lowercase();
    if run.starts_with(char::is_uppercase)
        && let Some(first) = letters.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    letters
}

/// The emoji that a text starts with: its bytes and what is said for it.
pub(crate) fn emoji(text: &str) -> Option<(usize, String)> {
    let mut chars = text.char_indices().peekable();
    let (_, first) = chars.next()?;
    let keycap =
        first.is_ascii() && text.get(1..).is_some_and(|rest| rest.starts_with(['\u{FE0F}', '\u{20E3}']));
    if !keycap
        && (first.is_ascii()
            || (first.is_alphabetic() && first != 'ℹ' && first != 'Ⓜ')
            || speech::is_combining_mark(first))
    {
        return None;
    }
    let is_regional = |c: char| matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
    let mut ends = vec![first.len_utf8()];
    let mut joined = false;
    while let Some(&(at, c)) = chars.peek() {
        let goes_on = joined
            || matches!(c, '\u{FE0F}' | '\u{20E3}' | '\u{200D}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
            || (ends.len() == 1 && is_regional(first) && is_regional(c));
        if !goes_on || ends.len() == LONGEST_EMOJI {
            break;
        }
        joined = c == '\u{200D}';
        ends.push(at + c.len_utf8());
        chars.next();
    }
    ends.into_iter().rev().find_map(|end| {
        let found = emojis::get(text.get(..end)?)?;
        Some((end, emoji_name(found.name())))
    })
}

/// A name of the CLDR in words: "flag: Japan" is "Japan flag".
fn emoji_name(name: &str) -> String {
    if let Some(land) = name.strip_prefix("flag: ") {
        return english::said(land) + " flag";
    }
    if let Some(key) = name.strip_prefix("keycap: ") {
        return match key {
            "#" => "hash".to_owned(),
            "*" => "star".to_owned(),
            _ => cardinal(key),
        };
    }
    let parts = name.split([':', ',', '(']).map(english::said);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
