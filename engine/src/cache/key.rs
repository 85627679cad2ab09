//! Under what a speech is kept: a digest of everything that can be heard of it, and of nothing else.

use sha2::{Digest as _, Sha256};
use speech::{
    AudioFormat, Boundary, Clause, Delivery, Lexicon, Manner, Markup, Notation, Span, SpeechGraph, Utterance,
};

use crate::route::Call;

/// What this program makes of a text may differ from one version to the next.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// A SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// Of a call, for everyone or for that client alone.
    ///
    /// Each part of it is taken apart by name, so that a new field is decided upon here before it compiles.
    pub(super) fn of(call: &Call, client: Option<&str>) -> Self {
        let Call { backend, most_characters, utterance, format, volume, bypasses_cache: _, tab: _ } = call;
        let Utterance { graph, delivery } = utterance;
        let Delivery {
            voice,
            model,
            speed,
            instructions,
            language,
            extras,
            format: asked,
            timed,
            visemes,
            whole,
        } = delivery;
        let mut parts = Parts::default();
        parts.text(PROGRAM);
        parts.option(client, Parts::text);
        parts.text(backend.kind());
        parts.text(backend.name());
        // Its name may be given to another server tomorrow.
        parts.text(backend.house());
        parts.text(&backend.version());
        // A text is cut elsewhere, and sounds otherwise there.
        parts.option(*most_characters, Parts::count);
        parts.graph(graph);
        parts.text(voice);
        parts.option(model.as_deref(), Parts::text);
        parts.number(speed.times().to_bits().into());
        parts.option(instructions.as_deref(), Parts::text);
        parts.option(language.as_deref(), Parts::text);
        parts.count(extras.iter().count());
        for (field, value) in extras.iter() {
            parts.text(field);
            parts.text(&value.to_string());
        }
        parts.format(*asked);
        parts.format(*format);
        parts.number(volume.times().to_bits().into());
        parts.number((*timed).into());
        parts.number((*visemes).into());
        parts.number((*whole).into());
        Self(parts.0.finalize().into())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// In hexadecimal digits.
    pub(super) fn name(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key of that name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let is_plain = name.len() == 64 && name.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        let mut key = [0; 32];
        for (at, byte) in key.iter_mut().enumerate() {
            let digits = name.get(at * 2..at * 2 + 2).filter(|_| is_plain)?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        Some(Self(key))
    }
}

/// What is digested, part by part. Each tells where it ends, so that no two lists of parts are the same bytes.
#[derive(Default)]
struct Parts(Sha256);

impl Parts {
    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text);
    }

    fn option<T>(&mut self, part: Option<T>, digest: impl FnOnce(&mut Self, T)) {
        self.number(part.is_some().into());
        if let Some(part) = part {
            digest(self, part);
        }
    }

    fn format(&mut self, AudioFormat { codec, rate, bit_rate }: AudioFormat) {
        self.text(codec.name());
        self.option(rate, |parts, rate| parts.number(rate.get().into()));
        self.option(bit_rate, |parts, bit_rate| parts.number(bit_rate.into()));
    }

    fn graph(&mut self, graph: &SpeechGraph) {
        self.text(graph.text().as_str());
        self.text(graph.plain().as_str());
        self.count(graph.clauses().len());
        for Clause { bytes, span: Span { offset, length }, ends } in graph.clauses() {
            [bytes.start, bytes.end, *offset, *length].into_iter().for_each(|count| self.count(count));
            self.number(match ends {
                Boundary::Clause => 0,
                Boundary::Sentence => 1,
                Boundary::Paragraph => 2,
            });
        }
        self.number(match graph.notation() {
            Notation::Plain => 0,
            Notation::Ssml { may_fetch } => 1 + u64::from(may_fetch),
        });
        // By which names a backend that reads SSML knows the voices of a document.
        let elements = graph.score().into_iter().flat_map(|score| score.document.elements());
        for voice in elements.filter(|element| element.tag == "voice") {
            self.option(voice.attribute("name"), Parts::text);
        }
        self.number(graph.score().is_some_and(|score| score.is_cast).into());
        let Markup { headings, lists, emphasis, links, code, tables } = *graph.markup();
        for manner in [headings, lists, emphasis, links, code, tables] {
            self.number(match manner {
                Manner::Keep => 0,
                Manner::Skip => 1,
                Manner::Announce => 2,
            });
        }
        self.lexicon(graph.lexicon());
    }

    /// All of it: whichever entry applies is for the backend to find.
    fn lexicon(&mut self, lexicon: &Lexicon) {
        self.count(lexicon.entries().count());
        for (word, saying) in lexicon.entries() {
            self.text(word);
            self.text(saying.kind());
            self.text(saying.text());
        }
    }
}

#[cfg(test)]
#[path = "key/tests.rs"]
mod tests;
