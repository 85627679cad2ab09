//! What is said is read again, until that changes nothing.
//!
//! A rule looks at its neighbours as they are written. Where they are read as other words, a rule might see something
//! else in them: "v St" is read "V", "St", and "V St" would be "V street". So a sentence of which anything was read in
//! other words than it is written in is read a second time as it is said.

use std::ops::Range;

use crate::Class;
use crate::english;
use crate::sentence::{Chunk, Match, NOTHING, Sentence};

/// Readings of readings; two are enough for whatever was not made to need more.
const ROUNDS: usize = 4;

/// Settles what was found in a sentence.
pub(crate) fn settled(sentence: &Sentence<'_>, mut found: Vec<Match>) -> Vec<Match> {
    for _ in 0..ROUNDS {
        if as_written(sentence, &found) {
            break;
        }
        match again(sentence, found) {
            (next, true) => found = next,
            (next, false) => return next,
        }
    }
    found
}

/// The punctuation before and after what is said, as the normalised text shows it.
pub(crate) fn around(said: &str, lead: &str, trail: &str) -> (String, String) {
    if said.is_empty() { (alone(lead), alone(trail)) } else { (before_said(lead), after_said(trail)) }
}

/// The punctuation before words, as the normalised text shows it: what opens, and dashes, which stand free since a reader
/// stops behind them. A sign or a stop could be taken for a part of the word behind it: "-x", "/usr", ".net".
fn before_said(marks: &str) -> String {
    let mut shown: String = plain(marks).filter(|c| opens(*c)).collect();
    if let Some(dash) = shown.rfind('—') {
        shown.insert(dash + '—'.len_utf8(), ' ');
    }
    shown
}

/// The punctuation after words, and by itself, as the normalised text shows it. Whatever Markdown could mean is left
/// out.
pub(crate) fn after_said(marks: &str) -> String {
    plain(marks).filter(|c| is_mark(*c)).collect()
}

/// The same around no words: only what stands free behind anything else, and not what opens or closes nothing but itself.
fn alone(marks: &str) -> String {
    let shown: String = plain(marks).collect();
    let shown = shown.rsplit(|c| !is_mark(c)).next().unwrap_or_default();
    let holds = |c: char| (opens(c) || closes(c)) && !matches!(c, '…' | '—' | '–');
    if shown.chars().all(holds) { String::new() } else { shown.to_owned() }
}

fn opens(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '’' | '«' | '‹' | '„' | '‚' | '(' | '¿' | '¡' | '…' | '—' | '–')
}

fn is_mark(c: char) -> bool {
    opens(c) || closes(c) || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '•' | '。' | '、')
}

fn closes(c: char) -> bool {
    matches!(c, '”' | '»' | '›' | ')')
}

/// Brackets are round, "--" is a dash.
fn plain(marks: &str) -> impl Iterator<Item = char> {
    let mut before = ' ';
    marks.chars().filter_map(move |c| {
        let doubled = c == '-' && before == '-';
        before = if doubled { ' ' } else { c };
        match c {
            '[' | '{' => Some('('),
            ']' | '}' => Some(')'),
            '-' => doubled.then_some('—'),
            _ => Some(c),
        }
    })
}

/// Whether every word is said as it is written.
fn as_written(sentence: &Sentence<'_>, found: &[Match]) -> bool {
    found.len() == sentence.chunks().len()
        && found.iter().zip(sentence.chunks()).all(|(found, chunk)| {
            let (lead, trail) = around(&found.said, chunk.lead, chunk.trail);
            found.said == chunk.core
                && found.opens == 0
                && found.closes == 0
                && lead == chunk.lead
                && trail == chunk.trail
        })
}

/// What stands around a match.
fn marks<'t>(sentence: &Sentence<'t>, at: usize, found: &Match) -> (&'t str, &'t str) {
    let first = sentence.chunk(at).copied().unwrap_or(NOTHING);
    let last = sentence.chunk(at + found.chunks.max(1) - 1).copied().unwrap_or(first);
    let lead = first.lead.get(..first.lead.len().saturating_sub(found.opens)).unwrap_or_default();
    (lead, last.trail.get(found.closes..).unwrap_or_default())
}

/// A match as the normalised text shows it.
fn shown(sentence: &Sentence<'_>, at: usize, found: &Match) -> String {
    let (lead, trail) = marks(sentence, at, found);
    let (lead, trail) = around(&found.said, lead, trail);
    [lead.as_str(), &found.said, &trail].concat()
}

/// Reads what is said as a sentence. Says whether anything came out otherwise.
fn again(sentence: &Sentence<'_>, found: Vec<Match>) -> (Vec<Match>, bool) {
    let mut text = String::new();
    let mut places: Vec<Range<usize>> = Vec::with_capacity(found.len());
    let mut at = 0;
    for one in &found {
        let piece = shown(sentence, at, one);
        if !text.is_empty() && !piece.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(&piece);
        places.push(start..text.len());
        at += one.chunks.max(1);
    }
    let inner = Sentence::new(&text, sentence.british);
    let mut result: Vec<Match> = Vec::with_capacity(found.len());
    let mut changed = false;
    let (mut at, mut next) = (0, 0);
    let mut rest = found.into_iter().zip(places).peekable();
    while let Some((first, place)) = rest.next() {
        // Everything that one reading or the other takes together.
        let mut old = vec![first];
        let (start, mut end) = (place.start, place.end);
        let mut new: Vec<(usize, Match)> = Vec::new();
        while inner.chunk(next).is_some_and(|chunk| chunk.at < end) {
            let found = english::read(&inner, next);
            let chunks = found.chunks.max(1);
            let reach = inner.chunk(next + chunks - 1).map_or(end, ends_at);
            new.push((next, found));
            next += chunks;
            while let Some((more, place)) = rest.next_if(|(_, place)| place.start < reach) {
                old.push(more);
                end = end.max(place.end);
            }
        }
        let pieces: Vec<String> = new
            .iter()
            .map(|(at, found)| shown(&inner, *at, found))
            .filter(|piece| !piece.is_empty())
            .collect();
        let chunks: usize = old.iter().map(|one| one.chunks.max(1)).sum();
        let given = old.iter().any(|one| matches!(one.class, Class::Respelling | Class::Ipa));
        if given || pieces.join(" ") == text.get(start..end).unwrap_or_default() {
            result.extend(old);
        } else {
            changed = true;
            result.push(merged(sentence, at, &old, &inner, new));
        }
        at += chunks;
    }
    (result, changed)
}

fn ends_at(chunk: &Chunk<'_>) -> usize {
    chunk.core_at() + chunk.core.len() + chunk.trail.len()
}

/// One match for several, said as they were read the second time.
fn merged(
    sentence: &Sentence<'_>,
    at: usize,
    old: &[Match],
    inner: &Sentence<'_>,
    new: Vec<(usize, Match)>,
) -> Match {
    let chunks: usize = old.iter().map(|one| one.chunks.max(1)).sum();
    let mut merged = Match::many(chunks, Class::Pause, "");
    merged.opens = old.first().map_or(0, |one| one.opens);
    merged.closes = old.last().map_or(0, |one| one.closes);
    let last = new.len().saturating_sub(1);
    for (index, (place, found)) in new.into_iter().enumerate() {
        let (lead, trail) = marks(inner, place, &found);
        if index == 0 && found.opens > 0 {
            merged.opens = sentence.chunk(at).map_or(0, |chunk| chunk.lead.len());
        }
        if index == last && found.closes > 0 {
            let whole = sentence.chunk(at + chunks - 1).map_or("", |chunk| chunk.trail);
            merged.closes = claimed(whole, &after_said(trail)).max(merged.closes);
        }
        if !found.said.is_empty() {
            let pauses = merged.said.ends_with(',') || lead.starts_with(',');
            if !merged.said.is_empty() {
                merged.said.push(' ');
            }
            merged.said.push_str(&found.said);
            if index < last && !pauses && trail.contains([',', ';', ':', '—', '…', '.', '!', '?']) {
                merged.said.push(',');
            }
        }
        if merged.class == Class::Pause || (merged.class == Class::Word && found.class != Class::Pause) {
            merged.class = found.class;
        }
    }
    let length = merged.said.trim_end_matches(',').len();
    merged.said.truncate(length);
    if merged.said.is_empty() && old.iter().any(|one| one.class == Class::Unreadable) {
        merged.class = Class::Unreadable;
    }
    if !merged.said.is_empty() && matches!(merged.class, Class::Pause | Class::Unreadable) {
        merged.class = Class::Code;
    }
    merged
}

/// The bytes of a trail behind which only that is shown.
fn claimed(trail: &str, shown: &str) -> usize {
    let places = trail.char_indices().map(|(at, _)| at).chain([trail.len()]);
    places
        .filter(|at| *at > 0)
        .find(|at| after_said(trail.get(*at..).unwrap_or_default()) == shown)
        .unwrap_or(0)
}
