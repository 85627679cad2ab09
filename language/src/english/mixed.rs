//! What no rule knows: read as it comes, part by part.

use super::cardinals::cardinal;
use crate::Class;
use crate::sentence::Match;

/// Plain words stay as they are; anything else is cut into letters, figures and signs, and each is read.
pub(super) fn read(core: &str) -> Match {
    if core
        .chars()
        .all(|c| c.is_alphabetic() || speech::is_combining_mark(c) || matches!(c, '\'' | '’' | '-' | '‐'))
    {
        return Match::one(Class::Word, core.replace('’', "'").replace('‐', "-"));
    }
    let mut said = Vec::new();
    let mut rest = core;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| {
            (c.is_ascii_digit(), c.is_alphabetic()) == (first.is_ascii_digit(), first.is_alphabetic())
        };
        let (part, after) = rest.split_at(rest.find(|c| !same(c)).unwrap_or(rest.len()));
        rest = after;
        if first.is_ascii_digit() {
            said.push(cardinal(part));
        } else if first.is_alphabetic() {
            said.push(part.to_owned());
        }
    }
    Match::one(Class::Code, said.join(" "))
}
