//! From a word as it is written to ASCII letters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A word without the marks around it.
pub(crate) struct Written<'t> {
    /// Letters a-z and A-Z, digits, apostrophes, hyphens; other signs may stand inside. May be empty.
    pub(crate) word: Cow<'t, str>,
    /// The mark behind it at which a voice pauses.
    pub(crate) pause: Option<char>,
    /// It had accents or letters of another script.
    pub(crate) accented: bool,
}

impl<'t> Written<'t> {
    /// Accents are taken off, other scripts are written in Latin letters: "café", "Þór", "Łódź", "straße".
    pub(crate) fn new(text: &'t str) -> Self {
        let is_edge = |c: char| !c.is_alphanumeric() && c != '\'' && c != '’';
        let core = text.trim_matches(is_edge);
        let behind = text.get(text.trim_end_matches(is_edge).len()..).unwrap_or_default();
        let abbreviated = core.contains('.');
        let pause = behind.chars().find(|c| "!,.:;?—…".contains(*c) && !(*c == '.' && abbreviated));
        let word = match core.is_ascii() {
            true => Cow::Borrowed(core),
            false => Cow::Owned(latin(core)),
        };
        let accented = core.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
        Self { word: quoted(word), pause, accented }
    }
}

/// NFKC first: ligatures and letters in mathematical or full-width dress are plain letters.
fn latin(word: &str) -> String {
    let plain: String = word.nfkc().map(|c| if matches!(c, '’' | '‘' | 'ʼ') { '\'' } else { c }).collect();
    any_ascii::any_ascii(&plain).trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '\'').to_owned()
}

/// The spelling with German umlauts written out ("Schroedinger"), if there are any.
pub(crate) fn umlauts(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let composed: String = text.nfc().collect();
    let mut spelled = String::with_capacity(text.len() + 2);
    for c in composed.chars() {
        match c {
            'ä' | 'æ' => spelled.push_str("ae"),
            'ö' | 'ø' | 'œ' => spelled.push_str("oe"),
            'ü' => spelled.push_str("ue"),
            'Ä' | 'Æ' => spelled.push_str("Ae"),
            'Ö' | 'Ø' | 'Œ' => spelled.push_str("Oe"),
            'Ü' => spelled.push_str("Ue"),
            other => spelled.push(other),
        }
    }
    (spelled != composed).then(|| Written::new(&spelled).word.into_owned())
}

/// Single quotes around a word are taken off; the apostrophes of "'em" and "dogs'" stay.
fn quoted(word: Cow<'_, str>) -> Cow<'_, str> {
    let Some(rest) = word.strip_prefix('\'') else { return word };
    let rest = rest.trim_start_matches('\'');
    match rest.strip_suffix('\'') {
        Some(inside) => Cow::Owned(inside.trim_end_matches('\'').to_owned()),
        None if CLIPPED.iter().any(|clipped| rest.eq_ignore_ascii_case(clipped)) => word,
        None => Cow::Owned(rest.to_owned()),
    }
}

/// Words that are written with an apostrophe in front.
const CLIPPED: [&str; 26] = [
    "cause", "cept", "d", "em", "fraid", "gainst", "ll", "m", "mongst", "n", "neath", "nother", "pon", "re",
    "roid", "s", "t", "tis", "tude", "twas", "tween", "twere", "twill", "twixt", "twould", "un",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_becomes_letters() {
        for (text, word) in [
            ("café", "cafe"),
            ("cafe\u{301}", "cafe"),
            ("naïve", "naive"),
            ("Łódź", "Lodz"),
            ("Þór", "Thor"),
            ("straße", "strasse"),
            ("O’Neill", "O'Neill"),
            ("ﬁre", "fire"),
            ("“quoted”", "quoted"),
            ("'quoted'", "quoted"),
            ("'em", "'em"),
            ("'Yes", "Yes"),
            ("''", ""),
            ("dogs'", "dogs'"),
            ("Привет", "Privet"),
            ("…", ""),
        ] {
            assert_eq!(Written::new(text).word, word, "{text}");
        }
        assert_eq!(umlauts("Schrödinger").as_deref(), Some("Schroedinger"));
        assert_eq!(umlauts("Mu\u{308}ller").as_deref(), Some("Mueller"));
        assert_eq!(umlauts("café"), None);
    }

    #[test]
    fn marks_behind_a_word_are_pauses() {
        for (text, word, pause) in [
            ("in,", "in", Some(',')),
            ("(why?)", "why", Some('?')),
            ("“in”", "in", None),
            ("p.m.", "p.m", None),
        ] {
            let written = Written::new(text);
            assert_eq!((&*written.word, written.pause), (word, pause), "{text}");
        }
    }
}
