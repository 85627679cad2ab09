//! English: how everything that is not a plain word is read.
//!
//! A rule looks at one place of a sentence and reads what starts there, or leaves it to the next rule. Rules that
//! know more (an address, a date) come before those that know less (a number). Whatever no rule knows is taken
//! apart by `mixed`, which always has an answer.

mod addresses;
mod cardinals;
mod figures;
mod mixed;
mod writing;

pub(crate) use cardinals::{cardinal, digit, ordinal};
pub(crate) use figures::{is_unit, month_name};
pub(crate) use writing::{Kind, introduces, is_abbreviation, kind};

use crate::Class;
use crate::sentence::{Match, Rule, Sentence};

/// Every rule, in the order in which they are asked.
const RULES: [&[Rule]; 4] = [addresses::RULES, writing::BEFORE_FIGURES, figures::RULES, writing::RULES];

/// Reads what starts at a chunk.
pub(crate) fn read(sentence: &Sentence<'_>, at: usize) -> Match {
    let core = sentence.core(at);
    if core.is_empty() {
        let marks = sentence.chunk(at).map_or("", |chunk| chunk.lead);
        if marks == "*" && writing::presses(sentence.before(at)) {
            return Match::one(Class::Sign, "star").opening(1);
        }
        if let Some(power) = writing::power(sentence, at) {
            return power;
        }
        return writing::punctuation(marks).unwrap_or_else(|| Match::one(Class::Pause, ""));
    }
    let rules = || RULES.iter().copied().flatten();
    let read = rules().find_map(|rule| rule(sentence, at).filter(is_said));
    let read = read.unwrap_or_else(|| mixed::read(sentence, at));
    let read = closed(sentence.chunk(at).map_or("", |chunk| chunk.trail), core, read);
    if read.opens == 0 && !read.said.is_empty() && writing::is_negated(sentence, at) {
        return Match { class: Class::Code, said: format!("not {}", read.said), opens: 1, ..read };
    }
    read
}

/// Whether each of its words is one: an address of letters that nobody reads is none.
fn is_said(read: &Match) -> bool {
    matches!(read.class, Class::Pause | Class::Unreadable) || !read.said.split(' ').any(str::is_empty)
}

/// A bracket that closes what was opened inside a word belongs to it: "7-6(5)".
fn closed(trail: &str, core: &str, read: Match) -> Match {
    let closes = trail.chars().next().filter(|_| read.chunks == 1 && read.closes == 0).and_then(|mark| {
        let open = match mark {
            ')' => '(',
            ']' => '[',
            '}' => '{',
            _ => return None,
        };
        (core.matches(open).count() > core.matches(mark).count()).then_some(1)
    });
    if let Some(bytes) = closes { read.closing(bytes) } else { read }
}

/// What is said for a short text of its own.
pub(crate) fn said(text: &str) -> String {
    let sentence = Sentence::new(text, false);
    let mut said = Vec::new();
    let mut at = 0;
    while at < sentence.chunks().len() {
        let found = read(&sentence, at);
        at += found.chunks.max(1);
        if !found.said.is_empty() {
            said.push(found.said);
        }
    }
    said.join(" ")
}
