//! The SSML: what is to be said, and by whom.

use ::speech::{ErrorKind, SpeechError, SpeechRequest, SpeechText, Terms};
use language::ssml;

/// The request for a document: its text is the document, its voice the first that it names.
///
/// # Errors
/// It is not UTF-8 or no SSML, or names no voice.
pub(super) fn request(document: &[u8], terms: Terms) -> Result<SpeechRequest, SpeechError> {
    let text = std::str::from_utf8(document).map_err(|_| invalid("The SSML is not in UTF-8."))?;
    // Some editors of Microsoft's begin each file with a mark of the byte order.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = SpeechText::new(text, None)?;
    let document = ssml::read(&text)?;
    if document.tag != "speak" {
        return Err(invalid("The SSML is no document: it has no speak element."));
    }
    let voice = ssml::voices(&document).first().map(|&name| name.to_owned());
    // In Azure's words.
    let voice = voice.ok_or_else(|| invalid("Ssml should contain at least one [voice] tag."))?;
    Ok(SpeechRequest { text, voice, terms })
}

fn invalid(message: &str) -> SpeechError {
    SpeechError::new(ErrorKind::InvalidText, message)
}
