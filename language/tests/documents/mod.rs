//! What holds for any document in SSML, good or bad.

use language::ssml::{Manner, read, render, voices};
use speech::{Notation, Reading, SpeechText, has_sound};

/// Reads a document, and says which promise it breaks.
///
/// # Errors
/// The broken promise.
pub(crate) fn check(ssml: &str) -> Result<(), String> {
    let Ok(text) = SpeechText::new(ssml, None) else { return Ok(()) };
    for may_fetch in [false, true] {
        let notation = Notation::Ssml { may_fetch };
        let reading = Reading { notation, ..Reading::default() };
        let Ok(graph) = language::compile(text.clone(), &reading) else { continue };
        let score = graph.score().ok_or("a document without a score")?;
        let plain = graph.plain().as_str();
        let mut end = 0;
        for passage in &score.passages {
            let words = plain.get(passage.bytes.clone()).ok_or("a passage beyond its text")?;
            if passage.bytes.start < end || !words.contains(has_sound) {
                return Err("a passage that overlaps another, or is silent".into());
            }
            if plain.get(end..passage.bytes.start).is_some_and(|between| between.contains(has_sound)) {
                return Err("words in no passage".into());
            }
            end = passage.bytes.end;
            language::ssml::excerpt(&graph, passage.bytes.clone()).map_err(|error| error.to_string())?;
        }
        if plain.get(end..).is_some_and(|rest| rest.contains(has_sound)) {
            return Err("words behind the last passage".into());
        }
        let characters = ssml.chars().count();
        let is_inside = |offset: usize, length: usize| offset + length <= characters;
        if !graph.clauses().iter().all(|clause| is_inside(clause.span.offset, clause.span.length)) {
            return Err("a clause beyond the document".into());
        }
        let rendered = render(&graph, &Manner::of("a voice & <more>"));
        let document =
            roxmltree::Document::parse(&rendered).map_err(|error| format!("rendered so that {error}"))?;
        if !may_fetch && document.descendants().any(|node| node.has_attribute("src")) {
            return Err("something that is fetched".into());
        }
        // Without a document of its own, what stands outside every voice is given one.
        let again = SpeechText::new(rendered.as_str(), None).map_err(|error| error.to_string())?;
        let again = read(&again).map_err(|error| error.to_string())?;
        if voices(&again).is_empty() {
            return Err("rendered without a voice".into());
        }
    }
    Ok(())
}
