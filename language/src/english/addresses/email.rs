//! "j.doe+news@mail.example.org".

use super::link::host;
use super::spelling::{cased, spelled};
use crate::Class;
use crate::sentence::{Match, Sentence};

/// Reads an address, also between "<" and ">" or after "mailto:".
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let core = sentence.core(at);
    if !core.contains('@') {
        return None;
    }
    let address = core.trim_start_matches('<').trim_end_matches('>');
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    let (user, domain) = address.split_once('@')?;
    let is_user =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '%' | '\'' | '=' | '#');
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':');
    let holds = !user.is_empty()
        && user.chars().all(is_user)
        && domain.chars().all(is_domain)
        && domain.starts_with(char::is_alphanumeric)
        && !domain.contains("..");
    holds.then(|| Match::one(Class::Email, format!("{} at {}", spelled(&cased(user)), host(domain))))
}
