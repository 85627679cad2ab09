//! A document that is too long to be spoken at once, as several.

use std::ops::Range;

use speech::{Boundary, Clause, Element, Node, Passage, Score, Span, SpeechGraph, has_sound};
use unicode_script::{Script, UnicodeScript as _};

/// Characters that stand for a syllable or a word, such as those of Chinese and figures, of which a slow voice says so many a
/// second.
const SYLLABLES_PER_SECOND: f32 = 4.0;

/// What a character counts that stands for a sound, as the letters of most alphabets do, or for none.
const SOUND: f32 = 0.4;

/// Elements that may end in the midst of what they hold, and begin anew with the rest of it.
const CONTAINERS: [&str; 9] =
    ["speak", "voice", "p", "s", "lang", "prosody", "emphasis", "mstts:express-as", "mstts:turn"];

/// As how many code points a graph takes to say, where each stands for a syllable: a letter of an alphabet counts less, what is
/// said at half the voice's pace twice, and silence as what could be said in it. Of a text that is no document, its code points.
pub fn extent(graph: &SpeechGraph) -> usize {
    let words = graph.plain().as_str();
    match graph.score() {
        Some(score) => extent_of(words, &score.passages, 0..words.len()).ceil() as usize,
        None => graph.text().characters(),
    }
}

/// A document as several that follow one another, each of at most that [`extent`] unless a clause alone is longer: what
/// stands open where one ends is closed there, and opened again by the next. Their places are those of the whole.
pub fn shares(graph: &SpeechGraph, most: usize) -> Vec<SpeechGraph> {
    let Some(score) = graph.score() else { return vec![graph.clone()] };
    let cuts = cuts(graph, score);
    let mut shares = Vec::new();
    let mut from = Cut { byte: 0, offset: 0, ends: Boundary::Paragraph };
    let mut rest = cuts.as_slice();
    while let Some(last) = rest.last() {
        let extent = |cut: &Cut| extent_of(graph.plain().as_str(), &score.passages, from.byte..cut.byte);
        let fits = rest.partition_point(|cut| extent(cut) <= most as f32);
        let is_all = fits == rest.len();
        let near = rest.get(..fits.max(1)).unwrap_or_default();
        let sentence = near.iter().rposition(|cut| cut.ends >= Boundary::Sentence);
        let at = if is_all { rest.len() - 1 } else { sentence.unwrap_or(near.len() - 1) };
        let to = rest.get(at).unwrap_or(last);
        shares.push(share(graph, score, &from, to, at + 1 == rest.len()));
        from = to.clone();
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    shares
}

/// Where a document may be cut.
#[derive(Clone)]
struct Cut {
    /// In the plain text.
    byte: usize,
    /// In the client's text.
    offset: usize,
    /// What ends there.
    ends: Boundary,
}

/// The ends of clauses at which nothing is cut through that belongs together; the last is the end of the document.
fn cuts(graph: &SpeechGraph, score: &Score) -> Vec<Cut> {
    let clauses: Vec<&Clause> =
        graph.clauses().iter().filter(|clause| graph.words_of(clause).contains(has_sound)).collect();
    let next = clauses.iter().skip(1).map(Some).chain([None]);
    let cut = |(clause, next): (&&Clause, Option<&&Clause>)| {
        let Some(next) = next else { return Some(end_of(graph, score)) };
        let offset = outside(&score.document, clause.span.offset + clause.span.length);
        let cut = Cut { byte: next.bytes.start, offset, ends: clause.ends };
        (offset <= next.span.offset).then_some(cut)
    };
    clauses.iter().zip(next).filter_map(cut).collect()
}

fn end_of(graph: &SpeechGraph, score: &Score) -> Cut {
    let Span { offset, length } = score.document.span;
    Cut { byte: graph.plain().as_str().len(), offset: offset + length, ends: Boundary::Paragraph }
}

/// That place, or the end of what holds it and may not be cut.
fn outside(element: &Element, offset: usize) -> usize {
    let holds = |Span { offset: start, length }: Span| start < offset && offset < start + length;
    let before = element.children.partition_point(|child| span_of(child).offset < offset);
    match before.checked_sub(1).and_then(|last| element.children.get(last)) {
        Some(Node::Element(inner)) if holds(inner.span) => match CONTAINERS.contains(&inner.tag.as_str()) {
            true => outside(inner, offset),
            false => inner.span.offset + inner.span.length,
        },
        _ => offset,
    }
}

fn span_of(node: &Node) -> Span {
    match node {
        Node::Element(element) => element.span,
        Node::Text { span, .. } => *span,
    }
}

/// As how many code points those bytes of the plain text take to say.
fn extent_of(words: &str, passages: &[Passage], bytes: Range<usize>) -> f32 {
    let first = passages.partition_point(|passage| passage.bytes.end <= bytes.start);
    let within = passages.iter().skip(first).take_while(|passage| passage.bytes.start < bytes.end);
    let extents = within.map(|Passage { bytes: own, rest, tone }| {
        let said = words.get(own.start.max(bytes.start)..own.end.min(bytes.end)).unwrap_or_default();
        let rest = if own.start >= bytes.start { rest.as_secs_f32() } else { 0.0 };
        said.chars().map(extent_of_character).sum::<f32>() / tone.rate + rest * SYLLABLES_PER_SECOND
    });
    extents.sum()
}

fn extent_of_character(c: char) -> f32 {
    let is_sound = match c.script() {
        Script::Latin | Script::Greek | Script::Cyrillic | Script::Armenian | Script::Georgian => true,
        Script::Common | Script::Inherited => !has_sound(c),
        _ => false,
    };
    if is_sound { SOUND } else { 1.0 }
}

/// What stands between two cuts.
fn share(graph: &SpeechGraph, score: &Score, from: &Cut, to: &Cut, is_last: bool) -> SpeechGraph {
    let bytes = from.byte..to.byte;
    let clip = |own: &Range<usize>| {
        let clipped = own.start.max(bytes.start)..own.end.min(bytes.end);
        (clipped.start < clipped.end).then(|| clipped.start - bytes.start..clipped.end - bytes.start)
    };
    let passages = score.passages.iter().filter_map(|passage| {
        let rest = if passage.bytes.start >= bytes.start { passage.rest } else { Default::default() };
        Some(Passage { bytes: clip(&passage.bytes)?, rest, tone: passage.tone.clone() })
    });
    let clauses = graph.clauses().iter().filter_map(|clause| {
        Some(Clause { bytes: clip(&clause.bytes)?, span: clause.span, ends: clause.ends })
    });
    let places = from.offset..to.offset;
    let sayings = score.sayings.iter().filter_map(|(said, saying)| Some((clip(said)?, saying.clone())));
    let share = Score {
        document: cut(&score.document, &places),
        passages: passages.collect(),
        rest: if is_last { score.rest } else { Default::default() },
        marks: score.marks.iter().filter(|mark| places.contains(&mark.offset)).cloned().collect(),
        sayings: sayings.collect(),
        is_cast: score.is_cast,
        removed: score.removed.clone(),
        unsung: score.unsung.clone(),
    };
    graph.clone().cut_to(graph.plain().part(bytes.clone()), clauses.collect()).with(share)
}

/// What of an element stands at those places of the client's text.
fn cut(element: &Element, places: &Range<usize>) -> Element {
    let children = element.children.iter().filter_map(|child| match child {
        Node::Element(inner) => {
            let begins = inner.span.offset;
            let is_over = inner.span.offset + inner.span.length <= places.start;
            if is_over || begins >= places.end {
                return None;
            }
            let has_begun_before = begins < places.start;
            let inner = cut(inner, places);
            (!has_begun_before || has_content(&inner)).then_some(Node::Element(inner))
        }
        Node::Text { text, span } => within(text, *span, places),
    });
    Element {
        name: element.name.clone(),
        tag: element.tag.clone(),
        attributes: element.attributes.clone(),
        children: children.collect(),
        span: element.span,
    }
}

/// Whether anything is left of an element that goes on.
fn has_content(element: &Element) -> bool {
    element.children.iter().any(|child| match child {
        Node::Element(_) => true,
        Node::Text { text, .. } => !text.trim().is_empty(),
    })
}

/// The characters at those places; a reference is cut by nothing.
fn within(text: &str, Span { offset, length }: Span, places: &Range<usize>) -> Option<Node> {
    let (start, end) = (offset.max(places.start), (offset + length).min(places.end));
    if start >= end {
        return None;
    }
    if text.chars().count() != length {
        return Some(Node::Text { text: text.to_owned(), span: Span { offset, length } });
    }
    let text = text.chars().skip(start - offset).take(end - start).collect();
    Some(Node::Text { text, span: Span { offset: start, length: end - start } })
}
