use std::borrow::Cow;

use language::ssml::written;
use speech::{Attribute, Delivery, Element, Node, Span, SpeechGraph};

use super::lists::ENGLISH;
use crate::text::text_for;

/// What is sent of a text: the client's own, or where it is an excerpt of a document in which some words have their sounds,
/// what is read of it, with those words in tags. ElevenLabs reads no other part of a text as XML, so nothing else is
/// escaped.
pub(super) fn text<'g>(graph: &'g SpeechGraph, delivery: &Delivery, model: &str) -> Cow<'g, str> {
    let sayings = graph.score().filter(|_| reads(delivery, model)).map_or(&[][..], |score| &score.sayings);
    if sayings.is_empty() {
        return Cow::Borrowed(text_for(graph));
    }
    let words = graph.plain().as_str();
    let (mut text, mut from) = (String::new(), 0);
    for (said, saying) in sayings {
        text.push_str(words.get(from..said.start).unwrap_or_default());
        text.push_str(&phoneme(saying.text(), words.get(said.clone()).unwrap_or_default()));
        from = said.end;
    }
    text.push_str(words.get(from..).unwrap_or_default());
    Cow::Owned(text.replace(['\u{2028}', '\u{2029}'], "\n"))
}

/// Whether a model says words by their sounds: its English ones do, <https://elevenlabs.io/docs/best-practices/prompting>. How
/// the times of characters count the tags is told nowhere, so where times are wanted there are none.
pub(super) fn reads(delivery: &Delivery, model: &str) -> bool {
    ENGLISH.contains(&model) && !delivery.timed
}

fn phoneme(ipa: &str, word: &str) -> String {
    let attribute = |name: &str, value: &str| Attribute { name: name.to_owned(), value: value.to_owned() };
    let span = Span { offset: 0, length: 0 };
    written(&Element {
        name: "phoneme".to_owned(),
        tag: "phoneme".to_owned(),
        attributes: vec![attribute("alphabet", "ipa"), attribute("ph", ipa)],
        children: vec![Node::Text { text: word.to_owned(), span }],
        span,
    })
}
