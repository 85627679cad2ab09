//! Names of programs: said as the words they are made of.

use super::fragments::{fragment, letters};
use crate::Class;
use crate::sentence::{Match, Sentence};

/// Languages and systems with a sign in their names.
const NAMED: &[(&str, &str)] = &[
    ("c++", "C plus plus"),
    ("g++", "G plus plus"),
    ("c#", "C sharp"),
    ("f#", "F sharp"),
    ("a+", "A plus"),
    ("b+", "B plus"),
    ("i++", "I plus plus"),
    ("notepad++", "notepad plus plus"),
    ("objective-c", "objective C"),
    ("lgbtq+", "L G B T Q plus"),
    ("lgbt+", "L G B T plus"),
    ("google+", "Google plus"),
    ("at&t", "A T and T"),
    ("m&ms", "M and M's"),
    ("m&m's", "M and M's"),
];

/// Reads "n--" and "count--;", but not "It was a-- never mind."
pub(super) fn counts_down(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let behind = chunk.trail.strip_prefix("--")?;
    let variable = chunk.core.len() == 1 && chunk.core.bytes().all(|b| b.is_ascii_lowercase() && b != b'a');
    let ends = if variable { !behind.starts_with('-') } else { behind.starts_with([';', ')']) };
    (ends && is_identifier(chunk.core))
        .then(|| Match::one(Class::Code, format!("{} minus minus", small_letters(chunk.core))).closing(2))
}

/// Reads "snake_case", "camelCase", "foo()", "foo::bar", "$HOME", "Vec<T>".
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let core = chunk.core;
    if !core.is_ascii() {
        return None;
    }
    let calls = usize::from(chunk.trail.starts_with("()")) * 2;
    if calls == 0 && core.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let read = |said: String| (!said.is_empty()).then(|| Match::one(Class::Code, said).closing(calls));
    let small = core.to_ascii_lowercase();
    if let Some((_, said)) = NAMED.iter().find(|(written, _)| *written == small) {
        return read((*said).to_owned());
    }
    if let Some(variable) = core.strip_prefix('$') {
        let name = variable.trim_matches(['{', '}']);
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic()) && is_identifier(name);
        return if named { read(format!("dollar {}", small_letters(name))) } else { None };
    }
    if core.contains("::") && core.split("::").all(is_identifier) {
        return read(
            core.split("::").filter(|part| !part.is_empty()).map(fragment).collect::<Vec<_>>().join(" "),
        );
    }
    if let Some((head, inner)) = core.strip_suffix('>').and_then(|core| core.split_once('<'))
        && is_identifier(head)
        && is_identifier(inner)
        && !head.is_empty()
        && !inner.is_empty()
    {
        return read(format!("{} of {}", fragment(head), fragment(inner)));
    }
    if !is_identifier(core) {
        return None;
    }
    let has_letter = core.bytes().any(|b| b.is_ascii_alphabetic());
    if core.contains('_') && has_letter {
        return read(small_letters(core));
    }
    if calls > 0 && has_letter {
        return read(fragment(core));
    }
    is_camel(core).then(|| fragment(core)).and_then(read)
}

/// Reads "O(n^2)" and "f(x)".
pub(super) fn function(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let (name, inner) = chunk.core.split_once('(')?;
    let one_letter = name.len() == 1 && name.bytes().all(|b| b.is_ascii_alphabetic());
    let whole = chunk.trail.starts_with(')') && !inner.contains(['(', ')']) && !matches!(inner, "s" | "es");
    (one_letter && whole).then(|| {
        let said = format!("{} of {}", letters(name), crate::english::said(inner));
        Match::one(Class::Code, said).closing(1)
    })
}

/// Reads "a->b" and "p->next->value".
pub(super) fn arrows(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let core = sentence.core(at);
    let is_name = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic()) && is_identifier(part);
    let all = core.contains("->") && core.split("->").all(is_name);
    all.then(|| {
        Match::one(Class::Code, core.split("->").map(small_letters).collect::<Vec<_>>().join(" arrow "))
    })
}

/// Reads "log₂8", "log₁₀ 100" and "t½".
pub(super) fn logarithm(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    const FIGURES: &str = "₀₁₂₃₄₅₆₇₈₉";
    let chunk = sentence.chunk(at)?;
    if chunk.core.is_ascii() {
        return None;
    }
    if let Some((letter @ "t", part @ "½")) = chunk.core.split_at_checked(1) {
        return Some(Match::one(Class::Math, format!("{} {}", letters(letter), crate::english::said(part))));
    }
    let lowered = chunk.core.strip_prefix("log")?;
    let (base, of) = lowered.split_at(lowered.find(|c| !FIGURES.contains(c)).unwrap_or(lowered.len()));
    if base.is_empty() {
        return None;
    }
    let next = sentence.after(at);
    let goes_on = next.starts_with(|c: char| c.is_ascii_digit()) || next.len() == 1;
    let of = match of {
        "" if goes_on => " of".to_owned(),
        "" => String::new(),
        of => format!(" of {}", crate::english::said(of)),
    };
    Some(Match::one(Class::Math, format!("log base {}{of}", crate::english::said(base))))
}

/// Reads the sign of "x ** 2".
pub(crate) fn power(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let marks = sentence.chunk(at).filter(|chunk| chunk.lead == "**")?.lead;
    let is_value =
        |core: &str| core.len() == 1 || (!core.is_empty() && core.bytes().all(|b| b.is_ascii_digit()));
    let whole = is_value(sentence.before(at)) && is_value(sentence.core(at + 1));
    whole.then(|| Match::one(Class::Math, "to the power of").opening(marks.len()))
}

/// Whether the mark before it is that of "!done", "(!done", "&& !done".
pub(crate) fn is_negated(sentence: &Sentence<'_>, at: usize) -> bool {
    let Some(chunk) = sentence.chunk(at) else { return false };
    let Some(lead) = chunk.lead.strip_suffix('!') else { return false };
    let before = at.checked_sub(1).and_then(|before| sentence.chunk(before));
    let opens = before.is_none_or(|before| {
        let code = matches!(before.core, "return" | "if" | "while" | "&&" | "=" | "==" | "=>");
        before.trail.is_empty() && (code || (before.core.is_empty() && before.lead == "||"))
    });
    let named = chunk.core.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    named && (lead.ends_with('(') || (lead.is_empty() && opens))
}

/// A constant in capitals is made of words: "MAX_VALUE"; a single letter is one.
fn small_letters(name: &str) -> String {
    if name.len() == 1 {
        return letters(name);
    }
    let small = name.to_ascii_lowercase();
    let name = if name.bytes().any(|b| b.is_ascii_lowercase()) { name } else { small.as_str() };
    let parts = name.split('_').filter(|part| !part.is_empty());
    parts.map(fragment).collect::<Vec<_>>().join(" ")
}

fn is_identifier(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A capital after a small letter, but no name like "McDonald".
fn is_camel(core: &str) -> bool {
    const PARTICLES: &[&str] = &[
        "Mc", "Mac", "De", "Di", "Da", "Du", "La", "Le", "Van", "Von", "Fitz", "Del", "O", "St", "San",
        "Ver", "Des", "Ze",
    ];
    let letters = core.bytes().all(|b| b.is_ascii_alphabetic());
    let humps = core
        .as_bytes()
        .windows(2)
        .filter(|pair| pair.iter().zip([true, false]).all(|(b, small)| b.is_ascii_lowercase() == small))
        .count();
    let hump = core
        .as_bytes()
        .windows(2)
        .position(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    let Some(hump) = hump else {
        // "iOS" starts small; "HTTPServer" has a head.
        return letters
            && core.len() > 3
            && core.bytes().take(2).all(|b| b.is_ascii_uppercase())
            && core.bytes().any(|b| b.is_ascii_lowercase());
    };
    let head = core.get(..=hump).unwrap_or_default();
    letters
        && !(humps == 1
            && PARTICLES.contains(&head)
            && core.len() > hump + 2
            && core.bytes().skip(hump + 2).all(|b| b.is_ascii_lowercase()))
}
