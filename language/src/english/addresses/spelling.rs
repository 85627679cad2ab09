//! Addresses part by part.

use super::super::writing::{between_words, fragment, name};

/// Says an address from left to right: its parts as words, its signs by name.
pub(super) fn spelled(address: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    let decoded = decoded(address);
    let mut rest = decoded.as_str();
    while let Some(first) = rest.chars().next() {
        if is_part(first) {
            let (part, after) = rest.split_at(rest.find(|c| !is_part(c)).unwrap_or(rest.len()));
            said.push(part_said(part));
            rest = after;
            continue;
        }
        said.push(sign(first).to_owned());
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    said.retain(|part| !part.is_empty());
    said.join(" ")
}

/// Case tells nothing apart in mail and in names of hosts: what is all in capitals, or starts with one, is a word like
/// any other. Capitals inside a word show where another begins: "JaneDoe".
pub(super) fn cased(name: &str) -> String {
    let lowered = |part: &str| {
        let inside = part.chars().skip(1);
        let humps = part.chars().any(char::is_lowercase) && inside.clone().any(char::is_uppercase);
        if humps { part.to_owned() } else { part.to_lowercase() }
    };
    name.split_inclusive(|c: char| !c.is_alphanumeric()).map(lowered).collect()
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || speech::is_combining_mark(c)
}

/// Letters and figures; what another script is written in is read as anywhere else.
fn part_said(part: &str) -> String {
    if part.is_ascii() { fragment(part) } else { crate::english::said(part) }
}

/// What a sign is called in an address.
fn sign(sign: char) -> &'static str {
    match sign {
        '-' | '‐' | '‑' => "dash",
        '–' | '—' => "long dash",
        ':' => "colon",
        ';' => "semicolon",
        ',' => "comma",
        '!' => "exclamation mark",
        '?' => "question mark",
        '&' => "ampersand",
        '\'' | '’' => "apostrophe",
        '"' => "quote",
        '(' => "open parenthesis",
        ')' => "close parenthesis",
        '[' => "open bracket",
        ']' => "close bracket",
        '{' => "open brace",
        '}' => "close brace",
        ' ' => "space",
        '`' => "backtick",
        _ => name(sign).unwrap_or_else(|| match between_words(sign) {
            "," => "",
            said => said,
        }),
    }
}

/// Takes percent-escapes back, where they stand for a space or a letter: "%20", "%C3%A9".
fn decoded(address: &str) -> String {
    if !address.contains('%') {
        return address.to_owned();
    }
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        match escaped {
            Some(byte) if byte >= 0x20 && byte != 0x7F => {
                bytes.push(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| address.to_owned())
}

fn hex(figure: u8) -> Option<u8> {
    char::from(figure).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
