//! From a tree to words and how they are spoken, for those who cannot read SSML.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use speech::{
    Element, Mark, Node, Passage, Plain, PlainBuilder, Saying, Score, Span, SpeechError, Tone, has_sound,
};

use super::{few_and_short, say_as, values};

/// The silence of a document: as much as Azure speaks at all.
const MOST_SILENCE: Duration = Duration::from_secs(600);

/// What ends a sentence and a paragraph in the plain text.
const SENTENCE: &str = "\u{2028}";
const PARAGRAPH: &str = "\u{2029}";

/// The words of a document, and their score.
pub(super) fn score(document: Element) -> Result<(Plain, Score), SpeechError> {
    let mut scorer = Scorer::of(&document);
    let plain = scorer.plain.build();
    if !plain.as_str().contains(has_sound) {
        return Err(crate::nothing_left());
    }
    if !scorer.sayings.iter().all(|(said, _)| is_of_words(plain.as_str(), said)) {
        scorer.unsung.insert("phoneme".to_owned());
        scorer.sayings.retain(|(said, _)| is_of_words(plain.as_str(), said));
    }
    let (passages, rest) = with_sound(scorer.passages, scorer.rest, plain.as_str());
    let score = Score {
        document,
        passages,
        rest,
        marks: scorer.marks,
        sayings: scorer.sayings,
        is_cast: false,
        removed: Vec::new(),
        unsung: few_and_short(scorer.unsung.into_iter().collect()),
    };
    Ok((plain, score))
}

/// All of the silence that a document asks for, where it has no words.
pub(super) fn silence(document: &Element) -> Option<Duration> {
    let scorer = Scorer::of(document);
    (!scorer.plain.as_str().contains(has_sound)).then_some(scorer.silence)
}

/// Whether what is said is said of whole words, as a reader reads them, and of a few.
fn is_of_words(plain: &str, said: &Range<usize>) -> bool {
    let parts = |c: char| {
        c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '"' | '…' | '—')
    };
    let before = plain.get(..said.start).and_then(|before| before.chars().next_back());
    let after = plain.get(said.end..).and_then(|after| after.chars().next());
    let words = plain.get(said.clone()).unwrap_or_default().split_whitespace().count();
    before.is_none_or(parts) && after.is_none_or(parts) && words <= crate::normalise::MOST_WORDS
}

/// Passages that each have a sound: a lone full stop belongs to the words before it, and silence is silence. Also the
/// silence after the last.
fn with_sound(passages: Vec<Passage>, after: Duration, plain: &str) -> (Vec<Passage>, Duration) {
    let mut heard: Vec<Passage> = Vec::new();
    let mut rest = Duration::ZERO;
    for mut passage in passages {
        let sounds = plain.get(passage.bytes.clone()).is_some_and(|words| words.contains(has_sound));
        match heard.last_mut() {
            _ if sounds => {
                passage.rest += std::mem::take(&mut rest);
                heard.push(passage);
            }
            Some(last) if passage.rest.is_zero() && rest.is_zero() => last.bytes.end = passage.bytes.end,
            _ => rest += passage.rest,
        }
    }
    (heard, rest + after)
}

#[derive(Default)]
struct Scorer {
    plain: PlainBuilder,
    passages: Vec<Passage>,
    marks: Vec<Mark>,
    sayings: Vec<(Range<usize>, Saying)>,
    unsung: BTreeSet<String>,
    /// Silence before the next word.
    rest: Duration,
    /// Silence behind the last word of the voice.
    tailing: Duration,
    /// All of the silence so far.
    silence: Duration,
    /// Of the document.
    language: Option<Arc<str>>,
}

impl Scorer {
    /// Of a whole document.
    fn of(document: &Element) -> Self {
        let language = document.attribute("xml:lang").map(Arc::from);
        let mut scorer = Self { language, ..Self::default() };
        scorer.children(document, &Tone::default());
        scorer.end_in_silence(Duration::ZERO);
        scorer
    }

    fn children(&mut self, element: &Element, tone: &Tone) {
        for child in &element.children {
            match child {
                Node::Element(element) => self.element(element, tone),
                Node::Text { text, span } => self.words(text, *span, tone),
            }
        }
    }

    fn element(&mut self, element: &Element, tone: &Tone) {
        let at = element.span.offset;
        match element.tag.as_str() {
            "p" | "mstts:turn" => self.between(PARAGRAPH, element, &in_language(element, tone)),
            "s" => self.between(SENTENCE, element, &in_language(element, tone)),
            "voice" => self.voice(element, tone),
            "lang" => self.children(element, &in_language(element, tone)),
            "prosody" => self.prosody(element, tone),
            "break" => {
                let pause = self.pause(element);
                let pause = self.granted(pause, "break");
                self.rest += pause;
            }
            "mark" | "bookmark" => {
                let name = element.attribute("mark").or_else(|| element.attribute("name"));
                let rest = self.rest;
                self.marks.extend(name.map(|name| Mark { name: name.to_owned(), offset: at, rest }));
            }
            "sub" => match element.attribute("alias") {
                Some(alias) => self.instead_of(element, alias, tone),
                None => self.children(element, tone),
            },
            "say-as" => self.say_as(element, tone),
            "phoneme" => self.phoneme(element, tone),
            "mstts:silence" => self.silence(element),
            // Not to be read, whatever stands in them.
            "metadata" | "meta" | "desc" | "title" | "lexicon" | "lexeme" | "mstts:backgroundaudio" => {
                self.leave_out(&element.tag);
            }
            _ => {
                self.leave_out(&element.tag);
                self.children(element, tone);
            }
        }
    }

    fn leave_out(&mut self, what: &str) {
        self.unsung.insert(what.to_owned());
    }

    /// What a `break` asks for; one that says nothing, or nothing that can be understood, is a medium one.
    fn pause(&mut self, element: &Element) -> Duration {
        let mut read = |name: &str, read: fn(&str) -> Option<Duration>| {
            let value = element.attribute(name)?;
            let pause = read(value);
            if pause.is_none() {
                self.leave_out(&format!("break.{name}"));
            }
            pause
        };
        let pause = read("time", values::duration).or_else(|| read("strength", values::strength));
        pause.or_else(|| values::strength("medium")).unwrap_or_default()
    }

    /// As much of a pause as a document may still have, and as one may last.
    fn granted(&mut self, pause: Duration, what: &str) -> Duration {
        let granted = pause.min(values::LONGEST_PAUSE).min(MOST_SILENCE.saturating_sub(self.silence));
        if granted < pause {
            self.leave_out(what);
        }
        self.silence += granted;
        granted
    }

    /// The voice ends; `outer` is the silence behind the one around it.
    fn end_in_silence(&mut self, outer: Duration) {
        self.rest += std::mem::replace(&mut self.tailing, outer);
    }

    /// What stands between two ends of a sentence or paragraph.
    fn between(&mut self, end: &str, element: &Element, tone: &Tone) {
        let Span { offset, length } = element.span;
        self.end(end, offset);
        self.children(element, tone);
        self.end(end, offset + length);
    }

    fn end(&mut self, mark: &str, offset: usize) {
        let before = self.plain.as_str().trim_end_matches(' ');
        let has_ended = before.is_empty() || before.ends_with(PARAGRAPH) || before.ends_with(mark);
        if !has_ended {
            self.plain.replace(Span { offset, length: 0 }, mark);
        }
    }

    fn voice(&mut self, element: &Element, tone: &Tone) {
        if element.attribute("effect").is_some() {
            self.leave_out("voice.effect");
        }
        let voice = element.attribute("name").map(Arc::from).or_else(|| tone.voice.clone());
        let outer = std::mem::take(&mut self.tailing);
        self.between(PARAGRAPH, element, &Tone { voice, ..in_language(element, tone) });
        self.end_in_silence(outer);
    }

    fn prosody(&mut self, element: &Element, tone: &Tone) {
        let mut tone = tone.clone();
        for attribute in &element.attributes {
            let value = attribute.value.as_str();
            let changed = match attribute.name.as_str() {
                "rate" => values::rate(value).map(|rate| tone.rate = (tone.rate * rate).clamp(0.25, 4.0)),
                "pitch" => {
                    values::pitch(value).map(|pitch| tone.pitch = (tone.pitch * pitch).clamp(0.5, 2.0))
                }
                "volume" => values::volume(value).map(|gain| tone.gain = (tone.gain * gain).clamp(0.0, 4.0)),
                _ => None,
            };
            if changed.is_none() {
                self.leave_out(&format!("prosody.{}", attribute.name));
            }
        }
        self.children(element, &tone);
    }

    /// What is said as if it were written instead of the element's own words.
    fn instead_of(&mut self, element: &Element, said: &str, tone: &Tone) {
        if said.trim().is_empty() {
            return;
        }
        self.begin(tone);
        self.plain.replace(inside(element), &spaced(said));
        self.reach();
    }

    fn say_as(&mut self, element: &Element, tone: &Tone) {
        let manner = element.attribute("interpret-as").unwrap_or_default();
        let format = element.attribute("format").or_else(|| element.attribute("detail"));
        let language = tone.language.as_ref().or(self.language.as_ref());
        let is_english =
            language.is_none_or(|tag| tag.get(..2).is_some_and(|it| it.eq_ignore_ascii_case("en")));
        let said = say_as::said(words_of(element).trim(), manner, format).filter(|_| is_english);
        match said {
            Some(said) => self.instead_of(element, &said, tone),
            None => {
                let is_name = manner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
                self.leave_out(&if is_name { format!("say-as.{manner}") } else { "say-as".to_owned() });
                self.children(element, tone);
            }
        }
    }

    fn phoneme(&mut self, element: &Element, tone: &Tone) {
        let is_ipa =
            element.attribute("alphabet").is_none_or(|alphabet| alphabet.eq_ignore_ascii_case("ipa"));
        let said = element.attribute("ph").map(str::trim).filter(|ph| is_ipa && !ph.is_empty());
        let from = self.plain.as_str().len();
        self.children(element, tone);
        let words = self.plain.as_str().get(from..).unwrap_or_default();
        // Its punctuation is no part of a word.
        let is_silent = |c: char| !has_sound(c) && !speech::is_combining_mark(c);
        let start = from + (words.len() - words.trim_start_matches(is_silent).len());
        let bytes = start..from + words.trim_end_matches(is_silent).len();
        // What stands in it is said as the whole is.
        self.sayings.retain(|(inner, _)| inner.start < from);
        match said {
            Some(said) if words.contains(has_sound) => {
                self.sayings.push((bytes, Saying::Ipa(said.to_owned())))
            }
            _ => self.leave_out("phoneme"),
        }
    }

    fn silence(&mut self, element: &Element) {
        let kind = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let pause = element.attribute("value").and_then(values::duration);
        match (kind.as_str(), pause) {
            ("leading" | "leading-exact", Some(pause)) => {
                let pause = self.granted(pause, "mstts:silence");
                self.rest += pause;
            }
            ("tailing" | "tailing-exact", Some(pause)) => {
                let pause = self.granted(pause, "mstts:silence");
                self.tailing += pause;
            }
            _ => self.leave_out("mstts:silence"),
        }
    }

    /// Words as they stand. White space is a space, however long.
    fn words(&mut self, text: &str, span: Span, tone: &Tone) {
        let is_blank = text.trim().is_empty();
        if is_blank && self.plain.as_str().ends_with(char::is_whitespace) {
            return;
        }
        if !is_blank {
            self.begin(tone);
        }
        if text.chars().count() != span.length {
            self.plain.replace(span, &spaced(text));
            return self.reach();
        }
        let mut offset = span.offset;
        for run in runs(text) {
            let length = run.chars().count();
            match run.starts_with(char::is_whitespace) {
                true if self.plain.as_str().ends_with(char::is_whitespace) => {}
                true if run != " " => self.plain.replace(Span { offset, length }, " "),
                _ => self.plain.copy(run, offset),
            }
            offset += length;
        }
        self.reach();
    }

    /// A word of that tone follows.
    fn begin(&mut self, tone: &Tone) {
        let goes_on = self.rest.is_zero() && self.passages.last().is_some_and(|last| last.tone == *tone);
        if !goes_on {
            let at = self.plain.as_str().len();
            let rest = std::mem::take(&mut self.rest);
            self.passages.push(Passage { bytes: at..at, rest, tone: tone.clone() });
        }
    }

    /// The passage reaches as far as the words.
    fn reach(&mut self) {
        let end = self.plain.as_str().trim_end().len();
        if let Some(last) = self.passages.last_mut() {
            last.bytes.end = last.bytes.end.max(end);
        }
    }
}

fn in_language(element: &Element, tone: &Tone) -> Tone {
    let language = element.attribute("xml:lang").map(Arc::from).or_else(|| tone.language.clone());
    Tone { language, ..tone.clone() }
}

/// The words in an element.
fn words_of(element: &Element) -> String {
    let mut words = String::new();
    for child in &element.children {
        match child {
            Node::Element(element) => words.push_str(&words_of(element)),
            Node::Text { text, .. } => words.push_str(text),
        }
    }
    words
}

/// Where the words in an element stand; without any, the element itself.
fn inside(element: &Element) -> Span {
    let spans = |child: &Node| match child {
        Node::Element(element) => element.span,
        Node::Text { span, .. } => *span,
    };
    match (element.children.first().map(spans), element.children.last().map(spans)) {
        (Some(first), Some(last)) => {
            Span { offset: first.offset, length: last.offset + last.length - first.offset }
        }
        _ => element.span,
    }
}

/// Runs of white space and of anything else.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_white = rest.chars().next()?.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != is_white).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

fn spaced(text: &str) -> String {
    runs(text).map(|run| if run.starts_with(char::is_whitespace) { " " } else { run }).collect()
}
