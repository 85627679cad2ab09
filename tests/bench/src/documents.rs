//! Documents in SSML: two that are spoken, and all kinds that are refused.

use gateway::Config;
use language::ssml::MOST_BYTES;

use crate::texts;

/// A document around what the voice has to say.
pub fn document(inside: &str) -> String {
    format!(
        "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" xmlns:mstts=\"https://www.w3.org/2001/mstts\" \
         xml:lang=\"en-US\"><voice name=\"en-US-AvaMultilingualNeural\">{inside}</voice></speak>"
    )
}

/// Some 60 KB.
pub fn prose() -> String {
    let paragraph = format!("<p>{}</p>\n", texts::GREETING.repeat(12));
    document(&paragraph.repeat(60_000 / paragraph.len()))
}

/// As much, with an element around every word.
pub fn dense() -> String {
    let word = "<prosody rate=\"+10%\" pitch=\"+2st\">word</prosody> <break time=\"10ms\"/>";
    document(&word.repeat(60_000 / word.len()))
}

/// Texts that are refused, and what is wrong with them.
pub fn refused() -> Vec<(&'static str, String)> {
    let nested = |depth: usize| ["<p>".repeat(depth), "a".to_owned(), "</p>".repeat(depth)].concat();
    vec![
        ("more than 64 KB", document(&"a ".repeat(MOST_BYTES / 2))),
        ("1 MB", document(&"a ".repeat(500_000))),
        ("elements 200 deep", document(&nested(200))),
        ("an element of 10,000 attributes", document(&format!("<p {}>a</p>", "a='' ".repeat(10_000)))),
        ("80,000 attributes", document(&format!("<p {}>a</p>", "a='' ".repeat(80_000)))),
        ("10,000 elements that are not closed", document(&"<p>".repeat(10_000))),
        ("60 KB that break off before the last end", dense().replace("</speak>", "")),
        ("51 voices", document(&"<voice name='v'>a</voice>".repeat(51))),
        ("namespaces without end", document(&"<p xmlns:a='b'>a</p>".repeat(20).replace("</p>", ""))),
        ("an entity in every word", document(&"&nope; ".repeat(MOST_BYTES / 8))),
        ("a DOCTYPE", format!("<!DOCTYPE speak [<!ENTITY a \"a\">]>{}", document("&a;"))),
        ("UTF-8 that says it is UTF-16", format!("<?xml version='1.0' encoding='UTF-16'?>{}", document("a"))),
    ]
}

/// What else may come through a door: what is no text, and what is more than a door takes, whichever it is.
pub fn refused_at_the_door() -> Vec<(&'static str, Vec<u8>)> {
    let umlauts = document(&"\u{fc}ber ".repeat(MOST_BYTES / 8));
    let utf_16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    // A WebSocket takes twice the limit.
    let most = Config::default().max_body_bytes * 2;
    vec![
        ("Latin-1", umlauts.chars().filter_map(|c| u8::try_from(c).ok()).collect()),
        ("UTF-16", utf_16(&format!("\u{feff}{}", document(&"a ".repeat(MOST_BYTES / 8))))),
        ("UTF-16 without a mark", utf_16(&document(&"a ".repeat(MOST_BYTES / 8)))),
        ("more than the limit of a body, and of a message", document(&"a ".repeat(most / 2)).into_bytes()),
    ]
}

#[cfg(test)]
mod tests {
    use speech::{Notation, Reading, SpeechError, SpeechText};

    use super::*;

    fn read(document: &str) -> Result<(), SpeechError> {
        let notation = Notation::Ssml { may_fetch: false };
        let text = SpeechText::new(document, None)?;
        language::compile(text, &Reading { notation, ..Reading::default() }).map(drop)
    }

    #[test]
    fn documents_are_spoken_or_refused_for_what_they_are_called() {
        for document in [prose(), dense(), document("a")] {
            read(&document).unwrap();
        }
        for (name, document) in refused() {
            let why = read(&document).unwrap_err().message().to_owned();
            let is_large = ["more than 64 KB", "1 MB", "80,000 attributes"].contains(&name);
            assert_eq!(why.contains("bytes; at most"), is_large, "{name}: {why}");
        }
    }

    #[test]
    fn what_is_no_text_is_none_in_the_encoding_that_it_is_called() {
        for (name, bytes) in refused_at_the_door() {
            let is_text = std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains('\0'));
            assert_eq!(is_text, name.starts_with("more than the limit"), "{name}");
        }
    }
}
