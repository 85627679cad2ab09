//! A text that is written in SSML: the document, and what a reader takes from it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::{Saying, Span};

/// An element, as the client wrote it: names with their prefixes, declarations of namespaces among the attributes.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name with its prefix: `mstts:express-as`.
    pub name: String,
    /// What it means, whatever the prefix is called.
    pub tag: Tag,
    /// Its attributes in the client's order.
    pub attributes: Vec<Attribute>,
    /// What stands in it.
    pub children: Vec<Node>,
    /// The whole of it in the client's text.
    pub span: Span,
}

/// An attribute.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name with its prefix: `xml:lang`.
    pub name: String,
    /// What it says, without references.
    pub value: String,
}

/// What stands in an element.
#[derive(Clone, PartialEq, Eq)]
pub enum Node {
    /// Another element.
    Element(Element),
    /// Characters.
    Text {
        /// Without references.
        text: String,
        /// Where they stand in the client's text. It is longer than they are where a reference stands for them.
        span: Span,
    },
}

/// What an element means: its name in its own vocabulary. Those of Azure begin with `mstts:`, one that nobody knows with
/// its prefix.
pub type Tag = String;

impl Element {
    /// What an attribute says.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The elements in it, outermost first, in reading order; the first is itself.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let element = open.pop()?;
            let inner = element.children.iter().rev().filter_map(|child| match child {
                Node::Element(element) => Some(element),
                Node::Text { .. } => None,
            });
            open.extend(inner);
            Some(element)
        })
    }
}

/// Nobody's text belongs in a log.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Element({}, {} inside)", self.tag, self.children.len())
    }
}

/// The same of its parts.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(element) => element.fmt(f),
            Self::Text { span, .. } => write!(f, "Text({} characters)", span.length),
        }
    }
}

/// The same of an attribute.
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.name)
    }
}

/// What a document in SSML says of how its words are to be spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The document without what may not be: for a backend that reads SSML.
    pub document: Element,
    /// Stretches of one tone each, in reading order; together they hold every word.
    pub passages: Vec<Passage>,
    /// Silence after the last word.
    pub rest: Duration,
    /// Bookmarks in reading order.
    pub marks: Vec<Mark>,
    /// How some words are to be said, by their bytes in the plain text; in order.
    pub sayings: Vec<(Range<usize>, Saying)>,
    /// Whether the voices of the document have their names at the backend that is to speak it.
    pub is_cast: bool,
    /// What was taken out of the document for everyone: `audio`.
    pub removed: Vec<String>,
    /// What of the document the passages do not carry: `emphasis`, `prosody.contour`.
    pub unsung: Vec<String>,
}

/// Words that are spoken in one breath of one tone.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Its words in the plain text.
    pub bytes: Range<usize>,
    /// Silence before it that the document asks for.
    pub rest: Duration,
    /// How it is spoken.
    pub tone: Tone,
}

/// How a passage is spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Tone {
    /// The voice as the client named it; none where no element names one.
    pub voice: Option<Arc<str>>,
    /// A BCP 47 tag, where the document or an element of it names one that is not the document's own.
    pub language: Option<Arc<str>>,
    /// Times the voice's own pace: 0.25 to 4.
    pub rate: f32,
    /// Times the voice's own pitch: 0.5 to 2.
    pub pitch: f32,
    /// Times the voice's own level: 0 to 4.
    pub gain: f32,
}

impl Default for Tone {
    fn default() -> Self {
        Self { voice: None, language: None, rate: 1.0, pitch: 1.0, gain: 1.0 }
    }
}

/// A place that the client wants to hear of.
#[derive(Clone, PartialEq, Eq)]
pub struct Mark {
    /// What the client calls it.
    pub name: String,
    /// Code points of the client's text before it.
    pub offset: usize,
    /// Silence that is asked for between the last word and it.
    pub rest: Duration,
}

/// Nobody's text belongs in a log.
impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mark(at {})", self.offset)
    }
}

impl Score {
    /// Whether every word is in a voice element that names its voice.
    pub fn names_all_voices(&self) -> bool {
        self.passages.iter().all(|passage| passage.tone.voice.is_some())
    }

    /// Whose words there are, in order and without repetition; those in no voice element are of `otherwise`.
    pub fn cast<'s>(&'s self, otherwise: &'s str) -> Vec<&'s str> {
        let mut cast: Vec<&str> = Vec::new();
        for passage in &self.passages {
            let voice = passage.tone.voice.as_deref().unwrap_or(otherwise);
            if !cast.contains(&voice) {
                cast.push(voice);
            }
        }
        cast
    }
}
