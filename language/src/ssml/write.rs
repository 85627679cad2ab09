//! From a tree to characters. Nothing is ever pasted: what is written was read, or is escaped here.

use std::ops::Range;
use std::time::Duration;

use speech::{Attribute, Element, Node, Passage, Saying, Score, Span, SpeechGraph, Speed, Tone};

/// How a vendor that reads SSML is to speak what has no SSML of its own, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'m> {
    /// The vendor's own name of the voice.
    pub voice: &'m str,
    /// A BCP 47 tag for the document; `en-US` where nobody says.
    pub language: Option<&'m str>,
    /// How fast.
    pub speed: Speed,
    /// A speaking style of the voice: `cheerful`.
    pub style: Option<&'m str>,
    /// How much of it: 0.01 to 2.
    pub degree: Option<f32>,
    /// Whom the voice plays: `Girl`.
    pub role: Option<&'m str>,
}

impl<'m> Manner<'m> {
    /// That voice, as it speaks.
    pub fn of(voice: &'m str) -> Self {
        Self { voice, language: None, speed: Speed::NORMAL, style: None, degree: None, role: None }
    }

    /// The elements that say so, outermost first. One that would change nothing is not there: it would be billed.
    fn elements(&self) -> Vec<Element> {
        let degree = self.degree.map(|degree| degree.to_string());
        let style = [("style", self.style), ("styledegree", degree.as_deref()), ("role", self.role)];
        let style: Vec<_> = style.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let rate = (self.speed.times() * 100.0).round() / 100.0;
        let rate = rate.to_string();
        let mut elements = Vec::new();
        if self.style.is_some() || self.role.is_some() {
            elements.push(element("mstts:express-as", &style));
        }
        if self.speed != Speed::NORMAL {
            elements.push(element("prosody", &[("rate", &rate)]));
        }
        elements
    }
}

/// The document that says a graph: the client's own, with that voice in place of the one it names, or a new one around its
/// plain words.
pub fn render(graph: &SpeechGraph, manner: &Manner<'_>) -> String {
    let mut speak = match graph.score() {
        Some(score) if score.document.tag == "speak" => score.document.clone(),
        Some(score) => Element { children: score.document.children.clone(), ..element("speak", &[]) },
        None => Element { children: vec![text(graph.text().as_str())], ..element("speak", &[]) },
    };
    match graph.score() {
        Some(score) if score.is_cast => say_so(&mut speak, manner, true),
        _ => give_voice(&mut speak, manner),
    }
    complete(&mut speak, manner.language.unwrap_or("en-US"));
    written(&speak)
}

/// Puts the voice into those that are there, and around whatever stands in none; and how it speaks around what it says.
fn give_voice(speak: &mut Element, manner: &Manner<'_>) {
    let mut stray = Vec::new();
    for child in std::mem::take(&mut speak.children) {
        let belongs_outside = matches!(&child, Node::Element(element)
            if element.tag == "mstts:backgroundaudio" || element.elements().any(|inner| inner.tag == "voice"));
        if belongs_outside {
            voice_around(std::mem::take(&mut stray), speak);
            speak.children.push(child);
        } else {
            stray.push(child);
        }
    }
    voice_around(stray, speak);
    say_so(speak, manner, false);
}

/// Adds what stands in no voice: in a voice, if there is anything to say.
fn voice_around(stray: Vec<Node>, speak: &mut Element) {
    let is_blank = |node: &Node| matches!(node, Node::Text { text, .. } if text.trim().is_empty());
    if stray.iter().all(is_blank) {
        return speak.children.extend(stray);
    }
    let mut voice = element("voice", &[]);
    voice.children = stray;
    speak.children.push(Node::Element(voice));
}

/// Puts how it is to be spoken around what each voice says; and its name to it, unless each has its own.
fn say_so(element: &mut Element, manner: &Manner<'_>, keeps_names: bool) {
    if element.tag == "voice" {
        let name = element.attributes.iter_mut().find(|attribute| attribute.name == "name");
        match name {
            Some(_) if keeps_names => {}
            Some(name) => manner.voice.clone_into(&mut name.value),
            None => element.attributes.insert(0, attribute("name", manner.voice)),
        }
        for mut around in manner.elements().into_iter().rev() {
            around.children = std::mem::take(&mut element.children);
            element.children.push(Node::Element(around));
        }
        return;
    }
    for child in &mut element.children {
        if let Node::Element(element) = child {
            say_so(element, manner, keeps_names);
        }
    }
}

/// Gives every voice the name that is known for it.
pub(super) fn rename(element: &mut Element, name: &impl Fn(&str) -> Option<String>) {
    if element.tag == "voice" {
        for attribute in element.attributes.iter_mut().filter(|attribute| attribute.name == "name") {
            if let Some(known) = name(&attribute.value) {
                attribute.value = known;
            }
        }
    }
    for child in &mut element.children {
        if let Node::Element(inner) = child {
            rename(inner, name);
        }
    }
}

/// Adds what a `speak` must say, where it does not.
fn complete(speak: &mut Element, language: &str) {
    let uses_mstts = speak.elements().any(|element| element.name.starts_with("mstts:"));
    let needed = [
        ("version", Some("1.0")),
        ("xmlns", (!speak.name.contains(':')).then_some("http://www.w3.org/2001/10/synthesis")),
        ("xmlns:mstts", uses_mstts.then_some("https://www.w3.org/2001/mstts")),
        ("xml:lang", Some(language)),
    ];
    for (name, value) in needed {
        if let Some(value) = value.filter(|_| speak.attribute(name).is_none()) {
            speak.attributes.push(attribute(name, value));
        }
    }
}

/// The score of plain words of which some are said otherwise.
pub(super) fn score_of(words: &str, sayings: Vec<(Range<usize>, Saying)>) -> Score {
    let mut document = element("speak", &[]);
    let mut from = 0;
    for (said, saying) in &sayings {
        document.children.push(text(words.get(from..said.start).unwrap_or_default()));
        let mut phoneme = element("phoneme", &[("alphabet", "ipa"), ("ph", saying.text())]);
        phoneme.children.push(text(words.get(said.clone()).unwrap_or_default()));
        document.children.push(Node::Element(phoneme));
        from = said.end;
    }
    document.children.push(text(words.get(from..).unwrap_or_default()));
    let passage = Passage { bytes: 0..words.len(), rest: Duration::ZERO, tone: Tone::default() };
    Score {
        document,
        passages: vec![passage],
        rest: Duration::ZERO,
        marks: Vec::new(),
        sayings,
        is_cast: false,
        removed: Vec::new(),
        unsung: Vec::new(),
    }
}

fn element(name: &str, attributes: &[(&str, &str)]) -> Element {
    Element {
        name: name.to_owned(),
        tag: name.to_owned(),
        attributes: attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
        children: Vec::new(),
        span: Span { offset: 0, length: 0 },
    }
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), value: value.to_owned() }
}

fn text(text: &str) -> Node {
    Node::Text { text: text.to_owned(), span: Span { offset: 0, length: 0 } }
}

/// A tree as a document. Its canonical form (C14N) is that of what it was read from.
pub fn written(element: &Element) -> String {
    let mut document = String::new();
    write(element, &mut document);
    document
}

fn write(element: &Element, document: &mut String) {
    document.push('<');
    document.push_str(&element.name);
    for Attribute { name, value } in &element.attributes {
        document.push(' ');
        document.push_str(name);
        document.push_str("=\"");
        value.chars().for_each(|c| escape(c, true, document));
        document.push('"');
    }
    if element.children.is_empty() {
        return document.push_str("/>");
    }
    document.push('>');
    for child in &element.children {
        match child {
            Node::Element(element) => write(element, document),
            Node::Text { text, .. } => text.chars().for_each(|c| escape(c, false, document)),
        }
    }
    document.push_str("</");
    document.push_str(&element.name);
    document.push('>');
}

/// One character so that any parser reads that character. White space in an attribute would become spaces.
fn escape(c: char, in_attribute: bool, document: &mut String) {
    match c {
        '&' => document.push_str("&amp;"),
        '<' => document.push_str("&lt;"),
        '>' => document.push_str("&gt;"),
        '"' if in_attribute => document.push_str("&quot;"),
        '\t' if in_attribute => document.push_str("&#9;"),
        '\n' if in_attribute => document.push_str("&#10;"),
        '\r' => document.push_str("&#13;"),
        c if speech::may_be_spoken(c) => document.push(c),
        _ => document.push(' '),
    }
}
