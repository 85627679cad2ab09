//! What holds for any document in SSML, good or bad.

use language::ssml::{Manner, extent, read, render, shares, voices};
use speech::{Element, Node, Notation, Reading, SpeechGraph, SpeechText, has_sound};

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
        for most in [1, 40] {
            check_shares(&graph, most)?;
        }
    }
    Ok(())
}

/// The same of what a document becomes that is too long.
fn check_shares(graph: &SpeechGraph, most: usize) -> Result<(), String> {
    let shares = shares(graph, most);
    let score = |graph: &SpeechGraph| graph.score().cloned().ok_or("a share without a score");
    let (mut plain, mut words, mut said, mut marks) = (String::new(), String::new(), 0, Vec::new());
    for share in &shares {
        let score = score(share)?;
        if extent(share) > most && shares_of(share, most) > 1 {
            return Err("a share that could be shorter".into());
        }
        if score.passages.is_empty() {
            return Err("a share of no words".into());
        }
        plain += share.plain().as_str();
        collect(&score.document, &mut words);
        said += score.sayings.len();
        marks.extend(score.marks);
        let rendered = render(share, &Manner::of("anna"));
        let parsed = roxmltree::Document::parse(&rendered);
        parsed.map_err(|error| format!("a share rendered so that {error}"))?;
    }
    let whole = score(graph)?;
    let mut all = String::new();
    collect(&whole.document, &mut all);
    if plain != graph.plain().as_str() || words != all {
        return Err("words that are in no share, or in two".into());
    }
    if said != whole.sayings.len() || marks != whole.marks {
        return Err("a saying or a mark that is in no share, or in two".into());
    }
    Ok(())
}

/// Into how many a share could be cut itself.
fn shares_of(share: &SpeechGraph, most: usize) -> usize {
    shares(share, most).len()
}

/// All characters of an element that are no white space.
fn collect(element: &Element, words: &mut String) {
    for child in &element.children {
        match child {
            Node::Element(inner) => collect(inner, words),
            Node::Text { text, .. } => words.extend(text.chars().filter(|c| !c.is_whitespace())),
        }
    }
}
