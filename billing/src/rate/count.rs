//! How vendors count characters.

use serde::Deserialize;
use unicode_script::{Script, UnicodeScript};

/// A vendor's way to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Every Unicode code point is one.
    #[default]
    CodePoints,
    /// The same, but a Han character is two, and the tags `<speak>` and `<voice>` of an SSML document are none
    /// (Microsoft, "Text to speech", pricing note, 2025-03). All other markup counts.
    Azure,
}

impl Counting {
    pub(crate) fn count(self, text: &str) -> u64 {
        match self {
            Self::CodePoints => text.chars().count() as u64,
            // Only a document has tags; in any other text the same characters are spoken.
            Self::Azure if text.trim_start().starts_with("<speak") => weight_of_document(text),
            Self::Azure => weight(text),
        }
    }
}

/// A Han character is two.
fn weight(text: &str) -> u64 {
    text.chars().map(|c| 1 + u64::from(c.script() == Script::Han)).sum()
}

/// What is left of a document without its free tags.
fn weight_of_document(document: &str) -> u64 {
    let mut pieces = document.split('<');
    let before = weight(pieces.next().unwrap_or_default());
    let tags = pieces.map(|piece| match piece.split_once('>') {
        Some((tag, behind)) if is_free(tag) => weight(behind),
        _ => 1 + weight(piece),
    });
    before + tags.sum::<u64>()
}

/// Whether this stands between the brackets of a tag that is not counted.
fn is_free(tag: &str) -> bool {
    let name = tag.trim_start_matches('/').split([' ', '\t', '\r', '\n', '/']).next();
    matches!(name, Some("speak" | "voice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_are_counted_not_bytes_nor_what_looks_like_one() {
        for (text, count) in [("", 0), ("Héllo", 5), ("e\u{301}", 2), ("👩‍🚀", 3), ("漢字", 2), ("a b\n", 4)]
        {
            assert_eq!(Counting::CodePoints.count(text), count, "{text}");
        }
    }

    #[test]
    fn azure_counts_han_twice_and_no_other_script() {
        for (text, count) in
            [("漢字", 4), ("カナ かな", 5), ("한글", 2), ("𠀀", 2), ("時間 3:00", 9), ("Héllo", 5)]
        {
            assert_eq!(Counting::Azure.count(text), count, "{text}");
        }
    }

    #[test]
    fn azure_counts_markup_but_for_two_tags() {
        for (counted, document) in [
            ("Hi.", "<speak version='1.0'><voice name=\"en-US-AvaNeural\">Hi.</voice></speak>"),
            (
                "<break time='1s'/>Hi &amp; bye.",
                "<speak><voice>\n<break time='1s'/>Hi &amp; bye.</voice></speak>",
            ),
            ("<prosody rate='2'>漢</prosody>", "<speak>\t<prosody rate='2'>漢</prosody></speak>"),
            ("<speaker/><voices>", "<speak ><speaker/><voices></speak >"),
        ] {
            let free = document.matches(['\n', '\t']).count() as u64;
            assert_eq!(Counting::Azure.count(document), weight(counted) + free, "{document}");
        }
    }

    #[test]
    fn in_a_text_that_is_no_document_tags_are_words() {
        let text = "Say <voice> and <speak>.";
        assert_eq!(Counting::Azure.count(text), text.len() as u64);
    }
}
