//! The client's text, once it is known to be speakable.

use std::fmt;
use std::sync::Arc;

use crate::{ErrorKind, SpeechError};

/// More combining marks in a row than any orthography uses; beyond it a text is an attack on the renderer.
const MOST_MARKS_IN_A_ROW: usize = 16;

/// A text that can be spoken: not blank, without control characters. Exactly the client's code points; cheap to
/// clone; its `Debug` shows the length only, since nobody's text belongs in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct SpeechText {
    text: Arc<str>,
    characters: usize,
}

/// Why a text cannot be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// There is nothing to say.
    #[error("the text is empty; send at least one letter or digit")]
    Blank,
    /// Longer than the door allows.
    #[error("the text has {characters} characters; at most {limit} are allowed")]
    TooLong {
        /// Code points in the text.
        characters: usize,
        /// Code points allowed.
        limit: usize,
    },
    /// A control character; tab, line feed and carriage return are allowed.
    #[error(
        "character {offset} of the text is the control character U+{code:04X}; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed"
    )]
    Control {
        /// Code points before it.
        offset: usize,
        /// Its code point.
        code: u32,
    },
    /// A mark that turns the direction of writing: it has no sound, and hides what is really said.
    #[error(
        "character {offset} of the text is the direction mark U+{code:04X}, which cannot be spoken; remove it"
    )]
    Direction {
        /// Code points before it.
        offset: usize,
        /// Its code point.
        code: u32,
    },
    /// A pile of combining marks.
    #[error(
        "more than {MOST_MARKS_IN_A_ROW} combining marks follow each other at character {offset} of the text; at most {MOST_MARKS_IN_A_ROW} are allowed"
    )]
    Marks {
        /// Code points before the first mark too many.
        offset: usize,
    },
    /// Punctuation or symbols only: nothing that has a sound.
    #[error("the text has no letter, digit or symbol that could be spoken")]
    Silent,
}

impl SpeechText {
    /// Takes a text of at most `limit` code points.
    ///
    /// # Errors
    /// The first [`TextError`] in reading order; an over-long text is refused before it is read.
    pub fn new(text: impl Into<Arc<str>>, limit: Option<usize>) -> Result<Self, TextError> {
        let text = text.into();
        let characters = text.chars().count();
        if let Some(limit) = limit.filter(|&limit| characters > limit) {
            return Err(TextError::TooLong { characters, limit });
        }
        let mut marks = 0;
        for (offset, c) in text.chars().enumerate() {
            let code = u32::from(c);
            if c.is_control() && !matches!(c, '\t' | '\n' | '\r') {
                return Err(TextError::Control { offset, code });
            }
            if is_direction_mark(c) {
                return Err(TextError::Direction { offset, code });
            }
            marks = if is_combining_mark(c) { marks + 1 } else { 0 };
            if marks > MOST_MARKS_IN_A_ROW {
                return Err(TextError::Marks { offset });
            }
        }
        if text.trim().is_empty() {
            return Err(TextError::Blank);
        }
        if !text.chars().any(has_sound) {
            return Err(TextError::Silent);
        }
        Ok(Self { text, characters })
    }

    /// The client's own code points.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same, shared.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// How many code points: the unit that speech is billed by.
    pub fn characters(&self) -> usize {
        self.characters
    }
}

impl fmt::Debug for SpeechText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpeechText({} characters)", self.characters)
    }
}

impl From<TextError> for SpeechError {
    fn from(error: TextError) -> Self {
        let mut message = error.to_string();
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        message.push('.');
        SpeechError::new(ErrorKind::InvalidText, message).about("input")
    }
}

/// Whether a text may have this character: no control character but tab and line breaks, no direction mark, and nothing that
/// is no character.
pub fn may_be_spoken(c: char) -> bool {
    let is_control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    !is_control && !is_direction_mark(c) && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// The Bidi_Control property (Unicode 16, PropList).
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The blocks that hold only combining marks for Latin, Greek and Cyrillic, symbols and half marks: the ones
/// that can be piled up without end.
pub fn is_combining_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}')
}

/// A letter, a digit, or a sign with a name ("%", "€", "☃"), in contrast to punctuation, marks and space.
pub fn has_sound(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '$' | '%' | '&' | '+' | '<' | '=' | '>' | '@' | '#')
        || (!c.is_ascii() && !c.is_whitespace() && !is_combining_mark(c) && !is_silent_sign(c))
}

/// Non-ASCII punctuation and invisible characters.
fn is_silent_sign(c: char) -> bool {
    matches!(c,
        '\u{00A0}'..='\u{00A1}' | '\u{00A8}' | '\u{00AB}' | '\u{00AD}' | '\u{00AF}' | '\u{00B4}' | '\u{00B7}'..='\u{00B8}'
        | '\u{00BB}' | '\u{00BF}' | '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<usize, TextError> {
        SpeechText::new(text, Some(4096)).map(|text| text.characters())
    }

    #[test]
    fn speakable_texts_keep_their_code_points() {
        for text in ["Hello, world.", "Zürich\t\r\n", "5", "€", "naïve cafe\u{301}", "👍", "日本語", "%"]
        {
            assert_eq!(check(text), Ok(text.chars().count()), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_spoken_is_refused_with_its_place() {
        assert_eq!(check(""), Err(TextError::Blank));
        assert_eq!(check(" \n\t "), Err(TextError::Blank));
        assert_eq!(check("... - !"), Err(TextError::Silent));
        assert_eq!(check("\u{AD}\u{200B}"), Err(TextError::Silent));
        assert_eq!(check("ab\0"), Err(TextError::Control { offset: 2, code: 0 }));
        assert_eq!(check("a\u{7f}"), Err(TextError::Control { offset: 1, code: 0x7f }));
        assert_eq!(check("né\u{200F}"), Err(TextError::Direction { offset: 2, code: 0x200F }));
        assert_eq!(check(&"a".repeat(4097)), Err(TextError::TooLong { characters: 4097, limit: 4096 }));
        assert_eq!(check(&format!("e{}", "\u{301}".repeat(4000))), Err(TextError::Marks { offset: 17 }));
    }

    #[test]
    fn a_text_never_shows_itself() {
        let text = SpeechText::new("my secret", None).unwrap();
        assert_eq!(format!("{text:?}"), "SpeechText(9 characters)");
    }
}
