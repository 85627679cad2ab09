//! `POST /api/v1/normalize`.

use std::fmt;

use serde::Serialize;
use speech::Reading;
use utoipa::ToSchema;

use super::reading::reading;
use crate::fields::{Fields, RequestError, within};

/// The most code points of a text that is only normalised.
pub const MOST_CHARACTERS: usize = 100_000;

const EXAMPLE: &str = r#"{"text":"Dr. Ng paid $5."}"#;

/// A language that a text can be normalised in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `en-US`
    #[default]
    AmericanEnglish,
    /// `en-GB`
    BritishEnglish,
}

/// What is asked.
#[derive(Clone, PartialEq)]
pub struct NormalizeText {
    /// Required: at most [`MOST_CHARACTERS`] code points, possibly empty.
    pub text: String,
    /// Which language it is in.
    pub language: Language,
    /// The fields `ssml`, `markup` and `lexicon`.
    pub reading: Reading,
}

impl NormalizeText {
    /// Reads a body. An optional field may be null; a field that is not known is refused.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, EXAMPLE)?;
        fields.only(None, &["text", "language", "ssml", "markup", "lexicon"])?;
        Ok(Self {
            text: within(MOST_CHARACTERS, "text", fields.required_text("text")?)?,
            language: language(&fields)?,
            reading: reading(&fields, "ssml", "markup", "lexicon")?,
        })
    }
}

fn language(fields: &Fields) -> Result<Language, RequestError> {
    match fields.text("language")?.as_deref() {
        None | Some("en-US") => Ok(Language::AmericanEnglish),
        Some("en-GB") => Ok(Language::BritishEnglish),
        Some(_) => Err(RequestError::NotAllowed { param: "language", allowed: vec!["en-US", "en-GB"] }),
    }
}

/// What is answered.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NormalizedText {
    /// What would be said, with its punctuation. To normalise it again changes nothing.
    pub text: String,
    /// Its words, in order.
    pub tokens: Vec<NormalizedToken>,
    /// What nobody can read and is left out, by name: `script:han`.
    pub dropped: Vec<String>,
}

/// Nobody's text belongs in a log.
impl fmt::Debug for NormalizedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = self.text.chars().count();
        write!(f, "NormalizedText({characters} characters, {} tokens)", self.tokens.len())
    }
}

/// A word, or several that are read as one. Places and lengths are counted in code points.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NormalizedToken {
    /// As it is written, without markup and without the punctuation around it.
    pub text: String,
    /// What it was taken for.
    pub class: &'static str,
    /// What is said.
    pub said: String,
    /// Where it stands in the client's text.
    pub offset: usize,
    /// How long it is there.
    pub length: usize,
    /// Where its words stand in the normalised text.
    pub said_offset: usize,
    /// How long they are there.
    pub said_length: usize,
}

impl fmt::Debug for NormalizedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, offset, length, said_offset, said_length, .. } = self;
        write!(f, "NormalizedToken({class} {offset}+{length} said {said_offset}+{said_length})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<NormalizeText, RequestError> {
        NormalizeText::from_json(body.as_bytes())
    }

    #[test]
    fn a_request_has_a_text_and_perhaps_a_language() {
        let least = read(r#"{"text":"Hi.","language":null}"#).unwrap();
        assert_eq!((least.text.as_str(), least.language), ("Hi.", Language::AmericanEnglish));
        let british = read(r#"{"text":"","language":"en-GB","lexicon":[{"word":"a","alias":"b"}]}"#).unwrap();
        assert_eq!(british.language, Language::BritishEnglish);
        assert!(!british.reading.lexicon.is_empty());
    }

    #[test]
    fn an_answer_never_shows_its_text() {
        let token = NormalizedToken {
            text: "$5".into(),
            class: "money",
            said: "five dollars".into(),
            offset: 4,
            length: 2,
            said_offset: 3,
            said_length: 12,
        };
        assert_eq!(format!("{token:?}"), "NormalizedToken(money 4+2 said 3+12)");
        let answer =
            NormalizedText { text: "Hi five dollars".into(), tokens: vec![token], dropped: Vec::new() };
        assert_eq!(format!("{answer:?}"), "NormalizedText(15 characters, 1 tokens)");
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(read("{}").err(), Some(RequestError::Missing("text")));
        let long = format!(r#"{{"text":"{}"}}"#, "é".repeat(100_001));
        let limit = MOST_CHARACTERS;
        let expected = RequestError::TooLong { param: "text", characters: 100_001, limit };
        assert_eq!(read(&long).err(), Some(expected));
        let german = read(r#"{"text":"Hallo","language":"de"}"#).err();
        assert!(matches!(german, Some(RequestError::NotAllowed { param: "language", .. })));
        let unknown = read(r#"{"text":"Hi.","voice":"x"}"#).err();
        assert!(matches!(unknown, Some(RequestError::UnknownField { .. })));
        let lexicon = read(r#"{"text":"Hi.","lexicon":[1]}"#).err();
        assert!(matches!(lexicon, Some(RequestError::WrongEntry { param: "lexicon", number: 1, .. })));
    }
}
