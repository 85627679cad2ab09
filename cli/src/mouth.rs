//! How words look that are spoken elsewhere: by our own lexicon, and what that does not know by its letters.

use std::borrow::Cow;
use std::sync::Arc;

use language::English;
use pronunciation::{Accent, ByLetters, How, Pronouncer, Said, by_letters, usual_shapes};
use speech::{Mouth, Reading, Shape, SpeechText, has_sound};

/// Signs that are said by other words than they are written in, beside digits.
const SIGNS: &str = "$€£¥%&@+=#°";

/// Speaks to be seen, and is made in no time.
pub(crate) struct Lips {
    american: Pronouncer,
    british: Pronouncer,
}

impl Lips {
    pub(crate) fn new() -> Self {
        let speaking = |accent| Pronouncer::new(accent, Arc::new(ByLetters));
        Self { american: speaking(Accent::American), british: speaking(Accent::British) }
    }
}

impl Mouth for Lips {
    /// A language that nobody names is English. Others are read as they are written; their numbers are English all the same.
    fn shapes(&self, word: &str, language: Option<&str>) -> Vec<Shape> {
        if !word.contains(has_sound) {
            return Vec::new();
        }
        let tag = language.unwrap_or("en").to_ascii_lowercase();
        let sound = match tag.split('-').next() {
            Some("en") if tag == "en-gb" => spoken(&self.british, &said(word, English::British)),
            Some("en") => spoken(&self.american, &said(word, English::American)),
            _ => by_letters(&said(word, English::British)),
        };
        usual_shapes(&sound)
    }
}

fn spoken(pronouncer: &Pronouncer, words: &str) -> String {
    let words: Vec<Said<'_>> = words.split_whitespace().map(|text| Said { text, how: How::Word }).collect();
    pronouncer.sounds(&words).join(" ")
}

/// The words that are said for a written one: "$42" is forty-two dollars.
fn said(word: &str, english: English) -> Cow<'_, str> {
    if !word.contains(|c: char| c.is_numeric() || SIGNS.contains(c)) {
        return Cow::Borrowed(word);
    }
    let text = SpeechText::new(word, None);
    match text.map(|text| language::compile(text, &Reading::default())) {
        Ok(Ok(graph)) => Cow::Owned(language::normalise(&Arc::new(graph), english).text),
        _ => Cow::Borrowed(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(word: &str, language: Option<&str>) -> Vec<u8> {
        Lips::new().shapes(word, language).iter().map(|shape| shape.id).collect()
    }

    #[test]
    fn english_is_seen_as_it_is_said() {
        assert_eq!(ids("mama,", None), [21, 2, 21, 1]);
        assert_eq!(ids("Thought", Some("en-US")), [19, 3, 19]);
        assert_eq!(ids("hot", Some("en-GB")), [12, 2, 19]);
        assert_eq!(ids("car", Some("en-GB")), [20, 2]);
        assert_eq!(ids("car", Some("en-US")), [20, 2, 13]);
        assert_eq!(ids("Zorblm", None), [15, 8, 13, 21, 14, 21]);
    }

    #[test]
    fn numbers_and_signs_are_seen_as_they_are_said() {
        assert_eq!(ids("42", None), ids("forty-two", None));
        assert_eq!(
            ids("$5", None),
            ids("five", None).into_iter().chain(ids("dollars", None)).collect::<Vec<_>>()
        );
        assert!(ids("50%", Some("de-DE")).len() > 4);
    }

    #[test]
    fn other_languages_are_seen_as_they_are_written_and_marks_are_not_seen() {
        assert_eq!(ids("Schöne", Some("de-DE")), [16, 8, 19, 4]);
        assert_eq!(ids("мама", Some("ru")), [21, 2, 21, 2]);
        assert!(!ids("東京", Some("ja-JP")).is_empty());
        for mark in ["", "—", "…!", "\u{200b}"] {
            assert!(ids(mark, None).is_empty(), "{mark}");
        }
    }
}
