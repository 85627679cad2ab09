//! "@open_ai", "#ThrowbackThursday".

use super::super::writing::fragment;
use super::spelling::spelled;
use crate::Class;
use crate::sentence::{Match, Sentence};

/// Reads handles with their underscores, since they distinguish, and hashtags as the words they are made of.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let (core, suffix) = chunk
        .core
        .strip_suffix("'s")
        .or_else(|| chunk.core.strip_suffix("’s"))
        .map_or((chunk.core, ""), |base| (base, "'s"));
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || speech::is_combining_mark(c);
    if let Some(name) = core.strip_prefix('@') {
        let holds = name.starts_with(|c: char| c.is_alphanumeric())
            && name.chars().all(|c| is_name(c) || matches!(c, '.' | '-'));
        // "@scope/package"
        let scoped = name.split('/').count() == 2
            && name.chars().all(|c| is_name(c) || matches!(c, '.' | '-' | '/'))
            && name.is_ascii();
        return (holds || scoped).then(|| Match::one(Class::Handle, format!("at {}{suffix}", spelled(name))));
    }
    let name = core.strip_prefix('#')?;
    let holds = !is_color(name)
        && name.chars().all(is_name)
        && name.chars().any(char::is_alphabetic)
        && name.is_ascii();
    let said = || if name.len() == 1 { name.to_ascii_uppercase() } else { fragment(name) };
    holds.then(|| Match::one(Class::Hashtag, format!("hashtag {}{suffix}", said())))
}

/// "FF5733": its figures are read one by one.
fn is_color(name: &str) -> bool {
    matches!(name.len(), 3 | 6 | 8)
        && name.bytes().all(|b| b.is_ascii_hexdigit())
        && name.bytes().any(|b| b.is_ascii_digit())
}
