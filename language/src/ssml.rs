//! SSML: a document is read once to a tree, scored for those who cannot read it, and written anew for those who can.
//!
//! The dialect is Azure's, <https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-structure>:
//! SSML 1.0 with the elements of `mstts`. What is unknown is kept in the tree, for a backend that may know it.

mod read;
mod say_as;
mod score;
mod shares;
mod values;
mod write;

use std::ops::Range;
use std::time::Duration;

use speech::{Element, Plain, Reading, SpeechError, SpeechGraph, SpeechText};

pub use read::{MOST_ATTRIBUTES, MOST_BYTES, MOST_DEPTH, MOST_VOICES, read};
pub use shares::{extent, shares};
pub use values::{rate, volume};
pub use write::{Manner, render, written};

use crate::clauses;

/// Bytes of the name of what is left out, and how many names there may be: they go into a header.
const LONGEST_NAME: usize = 64;
const MOST_NAMES: usize = 32;

/// Those of these names that a header has room for.
fn few_and_short(names: Vec<String>) -> Vec<String> {
    let all = names.len();
    let mut few: Vec<String> =
        names.into_iter().filter(|name| name.len() <= LONGEST_NAME).take(MOST_NAMES).collect();
    if few.len() < all {
        few.push("others".to_owned());
    }
    few
}

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

/// The same graph for a backend that reads SSML and calls the voices of its document by other names.
pub fn recast(graph: &SpeechGraph, name: impl Fn(&str) -> Option<String>) -> SpeechGraph {
    let Some(score) = graph.score() else { return graph.clone() };
    let mut score = score.clone();
    write::rename(&mut score.document, &name);
    score.is_cast = true;
    graph.clone().with(score)
}

/// Some of what is read of a graph as a text of its own. Its places are in that text.
///
/// # Errors
/// [`ErrorKind::InvalidText`](speech::ErrorKind::InvalidText), where its words alone are more than anybody can say.
pub fn excerpt(graph: &SpeechGraph, bytes: Range<usize>) -> Result<SpeechGraph, SpeechError> {
    let words = graph.plain().as_str().get(bytes.clone()).unwrap_or_default();
    let plain = Plain::verbatim(&SpeechText::new(words, None)?);
    // Nobody else ends sentences and paragraphs so.
    let text = SpeechText::new(words.replace(['\u{2028}', '\u{2029}'], "\n"), None)?;
    let clauses = clauses(&plain);
    let reading = Reading { lexicon: graph.lexicon().clone(), ..Reading::default() };
    let excerpt = SpeechGraph::new(text, plain, clauses, reading);
    let sayings = graph.score().map_or(&[][..], |score| &score.sayings);
    let sayings = sayings.iter().filter(|(said, _)| bytes.start <= said.start && said.end <= bytes.end);
    let moved = |said: &Range<usize>| said.start - bytes.start..said.end - bytes.start;
    let sayings: Vec<_> = sayings.map(|(said, saying)| (moved(said), saying.clone())).collect();
    Ok(if sayings.is_empty() { excerpt } else { excerpt.with(write::score_of(words, sayings)) })
}

/// How long a document is silent that has no words; none of any other text.
pub fn silence(text: &SpeechText) -> Option<Duration> {
    score::silence(&read(text).ok()?)
}

/// Reads a text in SSML, and scores it.
///
/// # Errors
/// [`ErrorKind::InvalidText`](speech::ErrorKind::InvalidText) with line and column.
pub(crate) fn compile(
    text: SpeechText,
    reading: &Reading,
    may_fetch: bool,
) -> Result<SpeechGraph, SpeechError> {
    let mut document = read(&text)?;
    let removed = if may_fetch { Vec::new() } else { read::without_fetching(&mut document) };
    let (plain, mut score) = score::score(document)?;
    score.removed = removed;
    let clauses = clauses(&plain);
    Ok(SpeechGraph::new(text, plain, clauses, reading.clone()).with(score))
}
