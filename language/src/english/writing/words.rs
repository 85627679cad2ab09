//! Words with something around them that is not said.

use crate::Class;
use crate::english::mixed;
use crate::sentence::{Match, Sentence};

/// Reads "word(s)", and the two words of "done.Then", where a space is missing.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    if let Some(base) = chunk.core.strip_suffix("(s")
        && chunk.trail.starts_with(')')
        && mixed::is_plain(base)
    {
        return Some(Match::one(Class::Word, mixed::plain(base) + "s").closing(1));
    }
    let (first, second) = chunk.core.split_once('.')?;
    let is_small = |word: &str| word.len() > 1 && word.chars().all(char::is_lowercase);
    let mut letters = second.chars();
    let opens = letters.next().is_some_and(char::is_uppercase) && is_small(letters.as_str());
    (is_small(first) && opens && mixed::is_plain(first) && mixed::is_plain(second))
        .then(|| Match::one(Class::Word, format!("{first}, {second}")))
}
