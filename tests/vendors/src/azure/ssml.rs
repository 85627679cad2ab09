//! A document as Azure reads it.
//!
//! Simpler than the vendor's: text is spoken where a `<voice>` is around it, a `<break>` is silence, a `<prosody>`'s rate
//! is obeyed and a `<sub>` says its alias. Everything else is read and changes nothing that is heard, be it known or not.

use roxmltree::{Document, Node};

use super::recital::Recital;

/// Tags `<voice>` and `<audio>` in a document.
const MOST_VOICES: usize = 50;

/// Tags in one another: more than anybody writes, fewer than would exhaust the stack.
const DEEPEST: usize = 500;

/// The longest `<break>`, in milliseconds.
const LONGEST_BREAK: u64 = 20_000;

/// What is going to be heard of a document whose voices `knows` knows.
///
/// # Errors
/// What is wrong with it, in the vendor's words so far as they are known.
pub(super) fn read(ssml: &str, knows: impl Fn(&str) -> bool) -> Result<Recital, String> {
    let document = Document::parse(ssml).map_err(|error| format!("SSML is invalid: {error}."))?;
    let root = document.root_element();
    if root.tag_name().name() != "speak" {
        return Err("SSML is invalid: the root element has to be [speak].".to_owned());
    }
    let mut reader = Reader::default();
    reader.read(root, Manner { is_voiced: false, rate: 1.0, depth: 0 })?;
    if reader.voices.is_empty() {
        return Err("Ssml should contain at least one [voice] tag".to_owned());
    }
    if reader.voices.len() + reader.audios > MOST_VOICES {
        return Err(format!("Ssml should contain at most {MOST_VOICES} [voice] and [audio] tags"));
    }
    if let Some(unknown) = reader.voices.iter().find(|name| !knows(name)) {
        return Err(format!("Unsupported voice {unknown}."));
    }
    reader.recital.trim();
    Ok(reader.recital)
}

#[derive(Default)]
struct Reader<'a> {
    recital: Recital,
    /// The names of the voices.
    voices: Vec<&'a str>,
    audios: usize,
}

/// What the elements around a place make of the text there.
#[derive(Clone, Copy)]
struct Manner {
    is_voiced: bool,
    rate: f64,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn read(&mut self, element: Node<'a, '_>, manner: Manner) -> Result<(), String> {
        if manner.depth > DEEPEST {
            return Err("SSML is invalid: its elements are nested too deeply.".to_owned());
        }
        let mut inside = Manner { depth: manner.depth + 1, ..manner };
        match element.tag_name().name() {
            "voice" => {
                self.voices.push(element.attribute("name").unwrap_or_default());
                self.recital.edge();
                inside.is_voiced = true;
            }
            "p" | "s" => self.recital.edge(),
            "break" => self.recital.pause(length(element)),
            "bookmark" => self.recital.bookmark(element.attribute("mark").unwrap_or_default()),
            "mark" => self.recital.bookmark(element.attribute("name").unwrap_or_default()),
            "prosody" => inside.rate *= element.attribute("rate").map_or(1.0, rate),
            "audio" => self.audios += 1,
            "viseme" => self.recital.is_animated = element.attribute("type") == Some("FacialExpression"),
            "sub" if manner.is_voiced => {
                self.recital.say(element.attribute("alias").unwrap_or_default(), manner.rate);
                return Ok(());
            }
            _ => {}
        }
        for child in element.children() {
            if child.is_element() {
                self.read(child, inside)?;
            } else if child.is_text() && inside.is_voiced {
                self.recital.say(child.text().unwrap_or_default(), inside.rate);
            }
        }
        Ok(())
    }
}

/// How long a `<break>` is, in milliseconds.
fn length(element: Node<'_, '_>) -> u64 {
    let seconds = element.attribute("time").and_then(|time| match time.strip_suffix("ms") {
        Some(milliseconds) => milliseconds.trim().parse().ok().map(|time: f64| time / 1000.0),
        None => time.strip_suffix('s')?.trim().parse().ok(),
    });
    match (seconds, element.attribute("strength")) {
        (Some(seconds), _) => ((seconds.max(0.0) * 1000.0).round() as u64).min(LONGEST_BREAK),
        (None, Some("none")) => 0,
        (None, Some("x-weak")) => 250,
        (None, Some("weak")) => 500,
        (None, Some("strong")) => 1000,
        (None, Some("x-strong")) => 1250,
        (None, _) => 750,
    }
}

/// A `<prosody>`'s rate as a factor, between half and twice.
fn rate(value: &str) -> f64 {
    let factor = match value {
        "x-slow" => 0.5,
        "slow" => 0.64,
        "fast" => 1.55,
        "x-fast" => 2.0,
        _ => match value.strip_suffix('%') {
            Some(percent) => percent.parse().map_or(1.0, |percent: f64| 1.0 + percent / 100.0),
            None => value.parse().unwrap_or(1.0),
        },
    };
    factor.clamp(0.5, 2.0)
}
