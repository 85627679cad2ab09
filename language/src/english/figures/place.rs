//! A place where a figure may start, and what was found there.

use std::cell::OnceCell;

use super::numerals::Amount;
use super::scan::{ends_word, is_one_of};
use crate::Class;
use crate::english::cardinals::{british_cardinal, cardinal};
use crate::sentence::{Match, Sentence};

/// Chunks that are looked at from a place on.
const FAR: usize = 8;

/// A place where a figure may start.
pub(super) struct Place<'s> {
    sentence: &'s Sentence<'s>,
    at: usize,
    /// The text from here on, behind the sign.
    pub(super) text: &'s str,
    /// "minus" and the like; empty without a sign.
    pub(super) sign: &'static str,
    /// Bytes of the lead that are part of the figure.
    opens: usize,
    /// What stands before the figure, mere punctuation.
    pub(super) lead: &'s str,
    /// The word before, if nothing but white space and perhaps a full stop is between.
    pub(super) before: &'s str,
    /// Whether it is part of a name: "COVID-19".
    pub(super) named: bool,
    /// The number at its start and its bytes, once a parser has asked for it; the next parser asks for the same.
    pub(super) number: OnceCell<Option<(Amount, usize)>>,
}

/// A figure that was read.
pub(super) struct Found<'s> {
    pub(super) class: Class,
    pub(super) said: String,
    /// The text behind it.
    pub(super) left: &'s str,
    /// Bytes before the place that are part of it, too: the apostrophe of "'90s".
    pub(super) opens: usize,
}

impl<'s> Found<'s> {
    pub(super) fn new(class: Class, said: impl Into<String>, left: &'s str) -> Self {
        Self { class, said: said.into(), left, opens: 0 }
    }
}

/// Reads the figure at a place, if it is of its class.
pub(super) type Parser = for<'s> fn(&Place<'s>) -> Option<Found<'s>>;

impl<'s> Place<'s> {
    pub(super) fn new(sentence: &'s Sentence<'s>, at: usize) -> Option<Self> {
        let chunk = sentence.chunk(at)?;
        let mut place = Self {
            sentence,
            at,
            text: sentence.text(chunk.core_at(), at + FAR),
            sign: "",
            opens: 0,
            lead: chunk.lead,
            before: sentence.before(at),
            named: false,
            number: OnceCell::new(),
        };
        place.take_point();
        place.take_sign();
        Some(place)
    }

    /// ".5": the point is no punctuation.
    fn take_point(&mut self) {
        let Some(before) = self.lead.strip_suffix('.') else { return };
        if self.text.starts_with(|c: char| c.is_ascii_digit()) && !before.ends_with('.') {
            self.text = self.sentence.text(self.start() - 1, self.at + FAR);
            self.lead = before;
            self.opens = 1;
        }
    }

    fn take_sign(&mut self) {
        let mut chars = self.text.chars();
        let sign = match chars.next() {
            Some('+') => "plus",
            Some('−') => "minus",
            Some('±') => "plus or minus",
            Some('≈' | '∼') => "about",
            Some('<') => "less than",
            Some('>') => "more than",
            Some('≤') => "at most",
            Some('≥') => "at least",
            _ => "",
        };
        if !sign.is_empty() {
            let (sign, rest) = match (sign, chars.as_str().strip_prefix('=')) {
                ("less than", Some(rest)) => ("at most", rest),
                ("more than", Some(rest)) => ("at least", rest),
                _ => (sign, chars.as_str()),
            };
            let is_apart = rest.starts_with(char::is_whitespace);
            let figure = rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
            let may_stand_apart = !matches!(sign, "plus" | "minus");
            if self.opens == 0 && if is_apart { figure && may_stand_apart } else { !rest.starts_with('=') } {
                self.text = rest.trim_start();
                self.sign = sign;
            }
            return;
        }
        let mut lead = self.lead.chars();
        let sign = match lead.next_back() {
            Some('-' | '–') if !lead.as_str().ends_with(['-', '–']) => "minus",
            Some('~') if !lead.as_str().ends_with('~') => "about",
            _ => return,
        };
        self.sign = sign;
        self.opens += self.lead.len() - lead.as_str().len();
        self.lead = lead.as_str();
    }

    /// The same place behind so many bytes: behind "COVID-".
    pub(super) fn behind(&self, bytes: usize) -> Place<'s> {
        let (before, text) = self.text.split_at_checked(bytes).unwrap_or((self.text, ""));
        Place { text, before, lead: "", named: true, number: OnceCell::new(), ..*self }
    }

    /// Bytes of the sentence before the text.
    fn start(&self) -> usize {
        self.sentence.chunk(self.at).map_or(0, |chunk| chunk.core_at()) - self.opens
    }

    pub(super) fn british(&self) -> bool {
        self.sentence.british
    }

    /// A number in the words of the text's English.
    pub(super) fn cardinal(&self, digits: &str) -> String {
        if self.british() { british_cardinal(digits) } else { cardinal(digits) }
    }

    /// Whether the word before, or the one before that, is one of these.
    pub(super) fn follows(&self, words: &str) -> bool {
        (1..=3).any(|back| {
            let core = self.at.checked_sub(back).map_or("", |at| self.sentence.core(at));
            is_one_of(core, words)
        })
    }

    /// Whether the word before is one of these, whatever punctuation follows that.
    pub(super) fn follows_at_once(&self, words: &str) -> bool {
        is_one_of(self.at.checked_sub(1).map_or("", |at| self.sentence.core(at)), words)
    }

    /// Whether "a" stands before: what is counted is then one thing, "a 5 km run".
    pub(super) fn is_one_thing(&self, left: &str) -> bool {
        let next = left.trim_start().split(' ').next().unwrap_or_default();
        (is_one_of(self.before, "a an")
            || is_one_of(next, "note notes bill bills coin coins banknote banknotes"))
            && left.strip_prefix(' ').is_some_and(|left| left.starts_with(char::is_alphabetic))
    }

    /// Whether the sentence starts here.
    pub(super) fn is_first(&self) -> bool {
        self.at == 0
    }

    /// The end of the chunk in which that is left, and what it leaves of the chunk's core.
    pub(super) fn tail(&self, left: &'s str) -> &'s str {
        let end = self.window_end() - left.len();
        let chunks = self.sentence.chunks().iter().skip(self.at).take(FAR + 1);
        let mut tails = chunks.filter_map(|chunk| {
            let (from, to) = (chunk.core_at(), chunk.core_at() + chunk.core.len());
            (from < end && end < to).then(|| to - end)
        });
        tails.next().and_then(|bytes| left.get(..bytes)).unwrap_or_default()
    }

    fn window_end(&self) -> usize {
        let last = self.sentence.chunk(self.at + FAR).or(self.sentence.chunks().last());
        last.map_or(0, |chunk| chunk.core_at() + chunk.core.len() + chunk.trail.len())
    }

    /// The match for what was read, if it ends where a core ends, or behind it.
    pub(super) fn matched(&self, found: Found<'s>) -> Option<Match> {
        let end = self.window_end() - found.left.len();
        let chunks = self.sentence.chunks().iter().skip(self.at).take(FAR + 1).enumerate();
        let mut ends = chunks.filter_map(|(count, chunk)| {
            let core_end = chunk.core_at() + chunk.core.len();
            let is_end = core_end <= end && end <= core_end + chunk.trail.len();
            is_end.then(|| (count + 1, end - core_end))
        });
        let (chunks, closes) = ends.next()?;
        let said = if self.sign.is_empty() { found.said } else { format!("{} {}", self.sign, found.said) };
        Some(Match::many(chunks, found.class, said).opening(self.opens + found.opens).closing(closes))
    }
}

/// Whether a text starts with a word for several things: "people", "miles".
pub(super) fn counts_things(text: &str) -> bool {
    const MANY: &str = "people men women children feet police sheep fish different";
    const NOT: &str = "as is was has does its this his hers ours us yes thus always perhaps sometimes plus \
        versus unless across towards besides news";
    let Some(text) = text.strip_prefix(char::is_whitespace) else { return false };
    let word = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let goes_on = text.get(word.len()..).is_some_and(ends_word);
    let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
    let is_name = word.starts_with(char::is_uppercase);
    goes_on && !is_name && (is_one_of(word, MANY) || (plural && !is_one_of(word, NOT)))
}
