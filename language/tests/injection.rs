//! Nothing that a client writes becomes markup of ours: whatever stands in whichever slot, a vendor gets the same tree.

use language::ssml::{Manner, render};
use speech::{Notation, Reading, SpeechGraph, SpeechText, Speed};

const SSML: &str = "http://www.w3.org/2001/10/synthesis";

/// Beginnings, ends and insides of whatever XML knows.
const PIECES: [&str; 24] = [
    "\"",
    "'",
    "<",
    ">",
    "&",
    "</voice>",
    "</speak>",
    "<voice name=\"x\">",
    "<audio src='http://x'/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x y?>",
    "<!DOCTYPE a>",
    "&lt;",
    "&#60;",
    "&amp;lt;",
    "\" evil=\"1",
    "' evil='1",
    "/>",
    "xmlns:mstts=\"urn:x\"",
    "\n\t\r\n",
    "\u{2028}\u{feff}\u{fffd}",
];

/// Every piece alone, doubled, and behind and before every fourth other one, with a letter that is heard.
fn payloads() -> Vec<String> {
    let mut payloads = Vec::new();
    for (at, piece) in PIECES.iter().enumerate() {
        payloads.push(format!("a{piece}"));
        payloads.push(format!("{piece}a{piece}"));
        let others = PIECES.iter().skip(at % 4).step_by(4);
        payloads.extend(others.map(|other| format!("{piece}{other}a")));
    }
    payloads
}

/// What a slot is filled with, and the document that comes of it; none where the text is refused.
type Slot = (&'static str, fn(&str) -> Option<String>);

fn graph(text: &str, notation: Notation) -> Option<SpeechGraph> {
    let text = SpeechText::new(text, None).ok()?;
    language::compile(text, &Reading { notation, ..Reading::default() }).ok()
}

fn plain(manner: Manner<'_>) -> Option<String> {
    Some(render(&graph("Hello.", Notation::Plain)?, &manner))
}

/// A document with that inside, and a second voice, so that names stay what they are.
fn document(inside: &str) -> Option<String> {
    let document = format!(
        "<speak version=\"1.0\" xmlns=\"{SSML}\" xmlns:mstts=\"http://www.w3.org/2001/mstts\" xml:lang=\"en-US\">\
         <voice name=\"a\">Hello {inside}.</voice><voice name=\"b\">Bye.</voice></speak>"
    );
    let may_fetch = false;
    Some(render(&graph(&document, Notation::Ssml { may_fetch })?, &Manner::of("v")))
}

/// As a client writes it that knows XML.
fn written(value: &str) -> String {
    value
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_string() } else { format!("&#{};", u32::from(c)) })
        .collect()
}

fn with(element: &str, attribute: &str, value: &str) -> Option<String> {
    document(&format!("<{element} {attribute}=\"{}\">word</{element}>", written(value)))
}

const SLOTS: [Slot; 26] = [
    ("text", |it| Some(render(&graph(it, Notation::Plain)?, &Manner::of("v")))),
    ("voice", |it| plain(Manner::of(it))),
    ("language", |it| plain(Manner { language: Some(it), ..Manner::of("v") })),
    ("style", |it| plain(Manner { style: Some(it), ..Manner::of("v") })),
    ("role", |it| plain(Manner { style: Some("sad"), role: Some(it), ..Manner::of("v") })),
    ("all at once", |it| {
        let speed = Speed::new(1.5).ok()?;
        let (language, style, role) = (Some(it), Some(it), Some(it));
        plain(Manner { language, style, role, speed, degree: Some(0.5), ..Manner::of(it) })
    }),
    ("text of a document", |it| document(&written(it))),
    ("text in CDATA", |it| document(&format!("<![CDATA[{}]]>", it.replace("]]>", "]]")))),
    ("voice@name", |it| with("voice", "name", it)),
    ("lang@xml:lang", |it| with("lang", "xml:lang", it)),
    ("express-as@style", |it| with("mstts:express-as", "style", it)),
    ("express-as@role", |it| with("mstts:express-as", "role", it)),
    ("express-as@styledegree", |it| with("mstts:express-as", "styledegree", it)),
    ("prosody@rate", |it| with("prosody", "rate", it)),
    ("prosody@pitch", |it| with("prosody", "pitch", it)),
    ("prosody@volume", |it| with("prosody", "volume", it)),
    ("prosody@contour", |it| with("prosody", "contour", it)),
    ("say-as@interpret-as", |it| with("say-as", "interpret-as", it)),
    ("say-as@format", |it| with("say-as", "format", it)),
    ("phoneme@ph", |it| with("phoneme", "ph", it)),
    ("phoneme@alphabet", |it| with("phoneme", "alphabet", it)),
    ("sub@alias", |it| with("sub", "alias", it)),
    ("break@time", |it| with("break", "time", it)),
    ("bookmark@mark", |it| with("bookmark", "mark", it)),
    ("silence@value", |it| with("mstts:silence", "value", it)),
    ("an unknown element", |it| with("odd", "thing", it)),
];

/// Elements and the names of their attributes, without what they say.
fn shape(xml: &str) -> Result<Vec<String>, roxmltree::Error> {
    let document = roxmltree::Document::parse(xml)?;
    let nodes = document.descendants().filter(|node| node.is_element() || node.is_comment() || node.is_pi());
    let shape = nodes.map(|node| {
        let names: Vec<String> =
            node.attributes().map(|it| format!("{:?}{}", it.namespace(), it.name())).collect();
        let namespaces: Vec<&str> = node.namespaces().map(|it| it.uri()).collect();
        format!("{:?} {} {names:?} {namespaces:?}", node.tag_name(), node.ancestors().count())
    });
    Ok(shape.collect())
}

/// All that it says, in its texts and attributes.
fn said(xml: &str) -> Result<String, roxmltree::Error> {
    let document = roxmltree::Document::parse(xml)?;
    let mut said = String::new();
    for node in document.descendants() {
        said.extend(node.attributes().map(|it| it.value()));
        if node.is_text() {
            said.push_str(node.text().unwrap_or_default());
        }
    }
    Ok(said)
}

#[test]
fn whatever_stands_in_whichever_slot_the_tree_is_the_same_and_the_value_what_it_was() {
    let payloads = payloads();
    let (mut cases, mut faults) = (0, Vec::new());
    for (slot, fill) in SLOTS {
        let harmless = fill("harmless").map(|xml| shape(&xml).expect("well-formed")).expect("taken");
        for payload in &payloads {
            cases += 1;
            // What is no text is refused, and reaches nobody.
            let Some(xml) = fill(payload) else { continue };
            let is_same = shape(&xml).is_ok_and(|shape| shape == harmless);
            let expected = payload.replace("\r\n", "\n");
            let is_kept = said(&xml).is_ok_and(|said| {
                said.contains(payload.as_str()) || said.contains(&expected) || slot == "text in CDATA"
            });
            if !is_same || !is_kept {
                faults.push(format!("{slot}: {payload:?} -> {xml}"));
            }
        }
    }
    assert!(cases >= 2_000, "{cases} cases");
    assert!(faults.is_empty(), "{} of {cases}: {}", faults.len(), faults[..faults.len().min(5)].join("\n"));
}

#[test]
fn few_of_them_are_refused() {
    let taken = |(_, fill): &Slot| payloads().iter().filter(|payload| fill(payload).is_some()).count();
    let taken: Vec<usize> = SLOTS.iter().map(taken).collect();
    assert!(taken.iter().all(|taken| taken * 10 > payloads().len() * 9), "{taken:?} of {}", payloads().len());
}
