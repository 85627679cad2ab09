//! SSML: a document is read once to a tree, scored for those who cannot read it, and written anew for those who can.
//!
//! The dialect is Azure's, <https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-structure>:
//! SSML 1.0 with the elements of `mstts`. What is unknown is kept in the tree, for a backend that may know it.

mod read;
mod say_as;
mod score;
mod values;
mod write;

use speech::{Element, SpeechError, SpeechGraph, SpeechText};

pub use read::{MOST_ATTRIBUTES, MOST_BYTES, MOST_DEPTH, MOST_VOICES, read};
pub use write::{Manner, render, written};

use crate::clauses;

/// The names of a document's voices, in order and without repetition.
pub fn voices(document: &Element) -> Vec<&str> {
    let mut voices: Vec<&str> = Vec::new();
    for voice in document.elements().filter(|element| element.tag == "voice") {
        if let Some(name) = voice.attribute("name").filter(|name| !voices.contains(name)) {
            voices.push(name);
        }
    }
    voices
}

/// Reads a text in SSML, and scores it.
///
/// # Errors
/// [`ErrorKind::InvalidText`](speech::ErrorKind::InvalidText) with line and column.
pub(crate) fn compile(
    text: SpeechText,
    reading: &speech::Reading,
    may_fetch: bool,
) -> Result<SpeechGraph, SpeechError> {
    let mut document = read(&text)?;
    let removed = if may_fetch { Vec::new() } else { read::without_fetching(&mut document) };
    let (plain, mut score) = score::score(document)?;
    score.removed = removed;
    let clauses = clauses(&plain);
    Ok(SpeechGraph::new(text, plain, clauses, reading.clone()).with(score))
}
