//! Words with a slash between them that are said in a way of their own.

use crate::Class;
use crate::sentence::{Match, Sentence};

use super::fragments::letters;
use super::initials::capitals;

const TABLE: &[(&str, &str)] = &[
    ("&c", "et cetera"),
    ("a/c", "air conditioning"),
    ("and/or", "and or"),
    ("b/c", "because"),
    ("b/w", "between"),
    ("c/o", "care of"),
    ("d/b/a", "doing business as"),
    ("ft/s", "feet per second"),
    ("gb/s", "gigabytes per second"),
    ("h/t", "hat tip"),
    ("kb/s", "kilobytes per second"),
    ("km/h", "kilometers per hour"),
    ("m/s", "meters per second"),
    ("mb/s", "megabytes per second"),
    ("mi/h", "miles per hour"),
    ("m/m", "month over month"),
    ("n/a", "N A"),
    ("q/q", "quarter over quarter"),
    ("s/he", "she or he"),
    ("w/", "with"),
    ("w/e", "whatever"),
    ("w/in", "within"),
    ("w/o", "without"),
    ("y/n", "yes or no"),
    ("y/o", "years old"),
    ("y/y", "year over year"),
    ("r&b", "R and B"),
];

/// Reads "w/o", "and/or", "I/O", "TCP/IP".
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let core = chunk.core;
    if core.len() > 24 || !core.is_ascii() {
        return None;
    }
    if core.eq_ignore_ascii_case("w") && chunk.trail.starts_with('/') {
        return Some(Match::one(Class::Abbreviation, "with").closing(1));
    }
    if !core.contains(['/', '&']) {
        return None;
    }
    let small = core.to_ascii_lowercase();
    if let Some((_, said)) = TABLE.iter().find(|(written, _)| *written == small) {
        return Some(Match::one(Class::Abbreviation, *said));
    }
    // "TCP/IP" without, "R&D" with its sign.
    let parts = core.split(['/', '&']);
    let spelled = |part: &str| {
        let (base, suffix) = part.strip_suffix("'s").map_or((part, ""), |base| (base, "'s"));
        match base.len() {
            1 => base.bytes().all(|b| b.is_ascii_alphabetic()).then(|| letters(base) + suffix),
            2 | 3 => base.bytes().all(|b| b.is_ascii_uppercase()).then(|| letters(base) + suffix),
            _ => capitals(base).map(|said| said + suffix),
        }
    };
    let said: Vec<String> = parts.map(spelled).collect::<Option<_>>()?;
    Some(Match::one(Class::Initials, said.join(if core.contains('&') { " and " } else { " " })))
}
