//! `https://example.org:8080/a_b?x=1#top`, `example.org`, `localhost:8080`.

use super::super::cardinals::{cardinal, digit};
use super::super::writing::{fragment, letters};
use super::spelling::{cased, spelled};
use crate::Class;
use crate::sentence::{Match, Sentence};

/// Last parts of names of hosts, so far as they are no words of a sentence.
const ZONES: &[&str] = &[
    "ac", "ai", "app", "ar", "at", "au", "be", "biz", "blog", "br", "ca", "cc", "ch", "cloud", "cn", "co",
    "com", "cz", "de", "dev", "dk", "edu", "es", "eu", "example", "fi", "fm", "fr", "gg", "gov", "gr", "hk",
    "hu", "ie", "il", "in", "info", "int", "io", "ir", "it", "jp", "kr", "ly", "me", "mil", "mx", "net",
    "nl", "no", "nz", "online", "org", "page", "pl", "pt", "ro", "ru", "se", "sg", "shop", "sh", "site",
    "store", "tech", "test", "to", "tr", "tv", "tw", "ua", "uk", "us", "wiki", "xyz", "za", "local",
];

/// How the last part is said, where it is not said like any other part.
const ZONES_SAID: &[(&str, &str)] = &[
    ("edu", "E D U"),
    ("gov", "gov"),
    ("us", "U S"),
    ("it", "I T"),
    ("in", "I N"),
    ("at", "A T"),
    ("be", "B E"),
    ("no", "N O"),
    ("es", "E S"),
    ("de", "D E"),
    ("to", "T O"),
    ("is", "I S"),
    ("uk", "U K"),
    ("mil", "mil"),
];

/// Reads what starts with a scheme, with "www.", or names a host and a port.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let core = chunk.core.trim_start_matches('<').trim_end_matches('>');
    let slash = usize::from(chunk.trail.starts_with('/'));
    let read = |said: String| Some(Match::one(Class::Url, said).closing(slash));
    if let Some((scheme, rest)) = core.split_once("://") {
        let named = scheme.len() <= 12
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+');
        if !named || !rest.contains(char::is_alphanumeric) {
            return None;
        }
        let place = place(rest);
        return read(if scheme.eq_ignore_ascii_case("https") {
            place
        } else {
            format!("{}, {place}", scheme_said(scheme))
        });
    }
    let (name, port) = core.split_once(':').unwrap_or((core, ""));
    let with_port = !port.is_empty()
        && port
            .split(['/', '?'])
            .next()
            .is_some_and(|port| (2..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()));
    if core.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
        || (with_port && (name == "localhost" || is_host(name)))
    {
        return read(place(core));
    }
    None
}

/// Reads "example.org" and "example.org/docs", also with "'s".
pub(super) fn domain(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    if !chunk.core.contains('.') {
        return None;
    }
    let (core, suffix) = chunk
        .core
        .strip_suffix("'s")
        .or_else(|| chunk.core.strip_suffix("’s"))
        .map_or((chunk.core, ""), |base| (base, "'s"));
    let end = core.find(['/', '?', '#']).unwrap_or(core.len());
    let name = core.get(..end).unwrap_or_default();
    let has_path = end < core.len();
    (is_host(name) || (has_path && is_ip(name))).then(|| {
        Match::one(Class::Url, place(core) + suffix).closing(if suffix.is_empty() {
            usize::from(chunk.trail.starts_with('/'))
        } else {
            0
        })
    })
}

/// A host and what follows it.
fn place(rest: &str) -> String {
    let (user, rest) = match rest.split_once('@') {
        Some((user, after)) if !user.contains('/') => (Some(user), after),
        _ => (None, rest),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (name, path) = rest.split_at(end);
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut said = user.map_or_else(String::new, |user| spelled(&cased(user)) + " at ");
    said.push_str(&host(name));
    if !path.is_empty() {
        said.push(' ');
        said.push_str(&spelled(path));
    }
    said.trim().to_owned()
}

/// A host with its port: "mail dot example dot org", "port eight zero eight zero".
pub(super) fn host(name: &str) -> String {
    let (name, port) = name
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .unwrap_or((name, ""));
    let mut said = if is_ip(name) {
        name.split('.').map(figures).collect::<Vec<_>>().join(" dot ")
    } else if let Some((head, zone)) = name.rsplit_once('.') {
        let zone_said = ZONES_SAID.iter().find(|(written, _)| *written == zone.to_ascii_lowercase());
        format!(
            "{} dot {}",
            spelled(&cased(head)),
            zone_said.map_or_else(|| spelled(&cased(zone)), |(_, said)| (*said).to_owned())
        )
    } else {
        spelled(&cased(name))
    };
    if !port.is_empty() {
        said.push_str(" port ");
        said.push_str(&if port.len() <= 2 { cardinal(port) } else { figures(port) });
    }
    said.trim().to_owned()
}

fn figures(number: &str) -> String {
    number.chars().filter_map(digit).collect::<Vec<_>>().join(" ")
}

/// "H T T P", "file".
fn scheme_said(scheme: &str) -> String {
    match scheme.to_ascii_lowercase().as_str() {
        word @ ("file" | "git" | "magnet" | "about" | "data" | "rediss" | "postgres" | "steam" | "slack"
        | "zoom") => word.to_owned(),
        other if other.bytes().all(|b| b.is_ascii_alphabetic()) && other.len() <= 5 => letters(other),
        other => fragment(other),
    }
}

fn is_host(name: &str) -> bool {
    let Some((head, zone)) = name.rsplit_once('.') else { return false };
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let zone = zone.to_ascii_lowercase();
    // "it.In": a full stop without a space behind it.
    let cased = name.bytes().any(|b| b.is_ascii_lowercase())
        && name.rsplit('.').next().is_some_and(|zone| {
            zone.starts_with(|c: char| c.is_ascii_uppercase())
                && (zone.len() < 3 || zone.bytes().any(|b| b.is_ascii_lowercase()))
        });
    let letters = head.bytes().any(|b| b.is_ascii_alphabetic());
    ZONES.contains(&zone.as_str())
        && letters
        && !cased
        && head.split('.').all(is_label)
        && !head.split('.').all(|label| label.len() == 1)
}

fn is_ip(name: &str) -> bool {
    name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok())
}
