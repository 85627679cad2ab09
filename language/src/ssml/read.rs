//! From characters to a tree. Every limit holds before anything is done that takes longer the more there is of it.

use std::ops::Range;

use super::few_and_short;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use speech::{Attribute, Element, ErrorKind, Node, Span, SpeechError, SpeechText};

/// Bytes of a document: what Azure takes in a message on its WebSocket.
pub const MOST_BYTES: usize = 64 << 10;
/// Elements within each other.
pub const MOST_DEPTH: usize = 64;
/// Attributes of an element.
pub const MOST_ATTRIBUTES: usize = 32;
/// Declarations of namespaces that hold at one place.
const MOST_NAMESPACES: usize = 32;
/// `voice` and `audio` elements of a document: what Azure takes.
pub const MOST_VOICES: usize = 50;

/// The namespaces of SSML and of Azure's own elements.
const SSML: [&str; 1] = ["http://www.w3.org/2001/10/synthesis"];
const MSTTS: [&str; 2] = ["https://www.w3.org/2001/mstts", "http://www.w3.org/2001/mstts"];

/// Attributes by which an element has its reader fetch something.
const ADDRESSES: [&str; 4] = ["src", "uri", "url", "href"];

/// Reads a document, or what could stand in a `speak`: then the tree's root has an empty name.
///
/// A bare `&` means itself, as clients write it. Comments are gone.
///
/// # Errors
/// [`ErrorKind::InvalidText`] about `input` for what is no well-formed XML, for a DOCTYPE, a processing instruction, an
/// entity beyond the five of XML, and beyond [`MOST_BYTES`], [`MOST_DEPTH`], [`MOST_ATTRIBUTES`] and [`MOST_VOICES`].
pub fn read(text: &SpeechText) -> Result<Element, SpeechError> {
    let source = text.as_str();
    if source.len() > MOST_BYTES {
        let size = source.len();
        return Err(fault(format!("The SSML has {size} bytes; at most {MOST_BYTES} are allowed.")));
    }
    let mut reader = Reader::from_str(source);
    reader.config_mut().allow_dangling_amp = true;
    Tree { source, places: Places::default(), open: vec![root()], namespaces: known(), voices: 0 }
        .grow(reader)
}

/// Takes out what would have a reader fetch something, but not the words in it; says what it was.
pub(super) fn without_fetching(document: &mut Element) -> Vec<String> {
    let mut removed = Vec::new();
    take_fetching_out(document, &mut removed);
    if document.attributes.iter().any(is_address) {
        document.attributes.retain(|attribute| !is_address(attribute));
        removed.push(document.tag.clone());
    }
    removed.sort();
    removed.dedup();
    few_and_short(removed)
}

fn take_fetching_out(element: &mut Element, removed: &mut Vec<String>) {
    let children = std::mem::take(&mut element.children);
    for child in children {
        match child {
            Node::Element(mut inner) => {
                take_fetching_out(&mut inner, removed);
                if fetches(&inner) {
                    removed.push(inner.tag);
                    element.children.append(&mut inner.children);
                } else {
                    element.children.push(Node::Element(inner));
                }
            }
            text => element.children.push(text),
        }
    }
}

fn fetches(element: &Element) -> bool {
    element.tag == "audio" || element.attributes.iter().any(is_address)
}

fn is_address(attribute: &Attribute) -> bool {
    let name = attribute.name.rsplit(':').next().unwrap_or_default();
    declared(&attribute.name).is_none() && ADDRESSES.contains(&name.to_ascii_lowercase().as_str())
}

/// The prefix that an attribute of that name declares; the empty one is that of names without any.
fn declared(name: &str) -> Option<&str> {
    if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") }
}

/// What holds the document.
fn root() -> Element {
    let span = Span { offset: 0, length: 0 };
    Element { name: String::new(), tag: String::new(), attributes: Vec::new(), children: Vec::new(), span }
}

/// A prefix and what it means, in an element that stands in so many others.
struct Namespace {
    depth: usize,
    prefix: String,
    uri: String,
}

/// What prefixes mean where nobody declares them.
fn known() -> Vec<Namespace> {
    let known = [("", SSML[0]), ("mstts", MSTTS[0]), ("xml", "http://www.w3.org/XML/1998/namespace")];
    let own =
        |(prefix, uri): (&str, &str)| Namespace { depth: 0, prefix: prefix.to_owned(), uri: uri.to_owned() };
    known.into_iter().map(own).collect()
}

struct Tree<'t> {
    source: &'t str,
    places: Places,
    /// What is not closed yet, outermost first.
    open: Vec<Element>,
    /// What prefixes mean, innermost last.
    namespaces: Vec<Namespace>,
    voices: usize,
}

impl Tree<'_> {
    fn grow(mut self, mut reader: Reader<&[u8]>) -> Result<Element, SpeechError> {
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event();
            let end = reader.buffer_position() as usize;
            let place = start..end;
            match event {
                Err(error) => return Err(self.ill_formed(reader.error_position() as usize, &error)),
                Ok(Event::Eof) => break,
                Ok(Event::Start(tag)) => self.start(&tag, place)?,
                Ok(Event::Empty(tag)) => {
                    self.start(&tag, place.clone())?;
                    self.end(place)?;
                }
                Ok(Event::End(_)) => self.end(place)?,
                Ok(Event::Text(text)) => self.lines(&text.into_inner(), start)?,
                Ok(Event::CData(text)) => self.lines(&text.into_inner(), start + "<![CDATA[".len())?,
                Ok(Event::GeneralRef(name)) => {
                    let c = match name.resolve_char_ref() {
                        Ok(Some(c)) => Some(c),
                        Ok(None) => {
                            quick_xml::escape::resolve_xml_entity(&name).and_then(|it| it.chars().next())
                        }
                        Err(_) => None,
                    };
                    let c = c.ok_or_else(|| {
                        self.at(start, "an entity that is none of &amp; &lt; &gt; &quot; &apos;")
                    })?;
                    self.text(&c.to_string(), place)?;
                }
                Ok(Event::Comment(_)) => {}
                Ok(Event::Decl(declaration)) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf-8")) {
                        return Err(self.at(start, "an encoding that is not UTF-8"));
                    }
                }
                Ok(Event::DocType(_)) => return Err(self.at(start, "a DOCTYPE, which is not allowed")),
                Ok(Event::PI(_)) => {
                    return Err(self.at(start, "a processing instruction, which is not allowed"));
                }
            }
        }
        self.root()
    }

    fn start(&mut self, tag: &BytesStart<'_>, place: Range<usize>) -> Result<(), SpeechError> {
        let at = place.start;
        if self.open.len() > MOST_DEPTH {
            return Err(self.at(at, &format!("an element within {MOST_DEPTH} others; no more are allowed")));
        }
        let mut names = tag.attributes();
        if names.with_checks(false).nth(MOST_ATTRIBUTES).is_some() {
            return Err(self.at(at, &format!("an element of more than {MOST_ATTRIBUTES} attributes")));
        }
        let depth = self.open.len();
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| self.at(at, "attributes that are not well-formed"))?;
            let name = attribute.key.as_ref().to_owned();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| {
                self.at(at, "an attribute with an entity that XML does not have, or a bare &")
            })?;
            if attribute_is_unwritable(&name, &value) {
                return Err(self.at(at, "an attribute with a name or a character that XML does not allow"));
            }
            if let Some(prefix) = declared(&name) {
                let (prefix, uri) = (prefix.to_owned(), value.clone().into_owned());
                self.namespaces.push(Namespace { depth, prefix, uri });
            }
            attributes.push(Attribute { name, value: value.into_owned() });
        }
        if self.namespaces.len() > MOST_NAMESPACES {
            return Err(self.at(at, &format!("more than {MOST_NAMESPACES} namespaces")));
        }
        let name = tag.name().as_ref().to_owned();
        if !is_name(&name) {
            return Err(self.at(at, "an element whose name XML does not allow"));
        }
        for Attribute { name, .. } in &attributes {
            let prefix = name.split_once(':').map(|(prefix, _)| prefix);
            if prefix.is_some_and(|prefix| prefix != "xmlns" && self.meaning(prefix).is_none()) {
                return Err(self.at(at, "an attribute with a prefix that no xmlns declares"));
            }
        }
        let tag = self
            .tag_of(&name)
            .ok_or_else(|| self.at(at, "an element with a prefix that no xmlns declares"))?;
        self.voices += usize::from(matches!(tag.as_str(), "voice" | "audio"));
        if self.voices > MOST_VOICES {
            return Err(self.at(at, &format!("more than {MOST_VOICES} voice and audio elements")));
        }
        let span = Span { offset: self.places.of(self.source, at), length: 0 };
        self.open.push(Element { name, tag, attributes, children: Vec::new(), span });
        Ok(())
    }

    fn end(&mut self, place: Range<usize>) -> Result<(), SpeechError> {
        let end = self.places.of(self.source, place.end);
        let closed = if self.open.len() > 1 { self.open.pop() } else { None };
        let Some(mut element) = closed else {
            return Err(self.at(place.start, "the end of an element that was not begun"));
        };
        self.namespaces.retain(|namespace| namespace.depth < self.open.len());
        element.span.length = end - element.span.offset;
        self.push(Node::Element(element));
        Ok(())
    }

    /// Characters as they stand, but that every kind of line break is one, as XML has it.
    fn lines(&mut self, text: &str, start: usize) -> Result<(), SpeechError> {
        let mut at = start;
        let mut rest = text;
        while let Some(end) = rest.find('\r') {
            let length = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
            self.text(&rest[..end], at..at + end)?;
            self.text("\n", at + end..at + end + length)?;
            at += end + length;
            rest = &rest[end + length..];
        }
        self.text(rest, at..at + rest.len())
    }

    fn text(&mut self, text: &str, place: Range<usize>) -> Result<(), SpeechError> {
        if text.is_empty() {
            return Ok(());
        }
        if let Some(bad) = text.chars().find(|c| !speech::may_be_spoken(*c)) {
            let code = u32::from(bad);
            return Err(self.at(place.start, &format!("the character U+{code:04X}, which cannot be spoken")));
        }
        let offset = self.places.of(self.source, place.start);
        let length = self.places.of(self.source, place.end) - offset;
        self.push(Node::Text { text: text.to_owned(), span: Span { offset, length } });
        Ok(())
    }

    fn push(&mut self, node: Node) {
        if let Some(open) = self.open.last_mut() {
            open.children.push(node);
        }
    }

    /// The one element of the document; without a `speak`, all there is.
    fn root(mut self) -> Result<Element, SpeechError> {
        if let Some(element) = self.open.get(1) {
            let at = element.span.offset;
            let at = self.source.char_indices().nth(at).map_or(0, |(byte, _)| byte);
            return Err(self.at(at, "an element that is not closed"));
        }
        let mut root = self.open.pop().unwrap_or_else(root);
        root.span.length = self.source.chars().count();
        let is_speak = |node: &Node| matches!(node, Node::Element(element) if element.tag == "speak");
        if !root.children.iter().any(is_speak) {
            return Ok(root);
        }
        let is_space = |node: &Node| matches!(node, Node::Text { text, .. } if text.trim().is_empty());
        root.children.retain(|node| !is_space(node));
        match (root.children.pop(), root.children.is_empty()) {
            (Some(Node::Element(speak)), true) if speak.tag == "speak" => Ok(speak),
            _ => Err(fault("The SSML has something beside its speak element.".into())),
        }
    }

    /// What a prefix means there.
    fn meaning(&self, prefix: &str) -> Option<&str> {
        let mut known = self.namespaces.iter().rev();
        known.find(|known| known.prefix == prefix).map(|known| known.uri.as_str())
    }

    /// What an element means, whatever its prefix is called.
    fn tag_of(&self, name: &str) -> Option<String> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        Some(match self.meaning(prefix)? {
            uri if SSML.contains(&uri) || uri.is_empty() => local.to_owned(),
            uri if MSTTS.contains(&uri) => format!("mstts:{local}"),
            _ if prefix.is_empty() => format!(":{local}"),
            _ => name.to_owned(),
        })
    }

    /// What is wrong at a byte.
    fn at(&self, byte: usize, what: &str) -> SpeechError {
        let before = self.source.get(..self.source.floor_char_boundary(byte)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        fault(format!("The SSML has {what}, at line {line}, column {column}."))
    }

    fn ill_formed(&self, byte: usize, error: &quick_xml::Error) -> SpeechError {
        use quick_xml::errors::{IllFormedError, SyntaxError};
        let what = match error {
            quick_xml::Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
                "the end of another element than was begun last"
            }
            quick_xml::Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => {
                "the end of an element that was not begun"
            }
            quick_xml::Error::IllFormed(IllFormedError::MissingEndTag(_)) => "an element that is not closed",
            quick_xml::Error::Syntax(SyntaxError::UnclosedTag) => "a tag without its >",
            _ => "something that is not well-formed XML",
        };
        self.at(byte, what)
    }
}

/// A name that may be written again: of Latin letters, as every element of every dialect has.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    name.split(':').count() <= 2 && name.split(':').all(is_part)
}

fn attribute_is_unwritable(name: &str, value: &str) -> bool {
    !is_name(name) || value.chars().any(|c| !speech::may_be_spoken(c))
}

/// Places of bytes, counted from one to the next.
#[derive(Default)]
struct Places {
    byte: usize,
    characters: usize,
}

impl Places {
    /// Code points before a byte that is not before the last one asked for.
    fn of(&mut self, source: &str, byte: usize) -> usize {
        if byte < self.byte {
            *self = Self::default();
        }
        self.characters += source.get(self.byte..byte).map_or(0, |text| text.chars().count());
        self.byte = byte;
        self.characters
    }
}

fn fault(message: String) -> SpeechError {
    SpeechError::new(ErrorKind::InvalidText, message).about("input")
}
