//! The sounds of "-s", "-ed" and "-ing".

use crate::Accent;

/// Plural, third person, possessive: "cats", "dogs", "boxes".
pub fn with_s(stem: &str, accent: Accent) -> String {
    let ending = match (stem.chars().next_back(), accent) {
        (Some('p' | 't' | 'k' | 'f' | 'θ'), _) => "s",
        (Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ'), Accent::American) => "ᵻz",
        (Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ'), Accent::British) => "ɪz",
        _ => "z",
    };
    format!("{stem}{ending}")
}

/// The past: "liked", "played", "wanted".
pub(crate) fn with_ed(stem: &str, accent: Accent) -> String {
    match (stem.chars().next_back(), accent) {
        (Some('p' | 'k' | 'f' | 'θ' | 'ʃ' | 's' | 'ʧ'), _) => format!("{stem}t"),
        (Some('d' | 't'), Accent::British) => format!("{stem}ɪd"),
        (Some('t'), Accent::American) => match tapped(stem) {
            Some(rest) => format!("{rest}ɾᵻd"),
            None => format!("{stem}ᵻd"),
        },
        (Some('d'), Accent::American) => format!("{stem}ᵻd"),
        _ => format!("{stem}d"),
    }
}

/// "waiting". British stems in "ə" or "ː" have an r that the stem does not show: no answer.
pub(crate) fn with_ing(stem: &str, accent: Accent) -> Option<String> {
    match accent {
        Accent::British if stem.ends_with(['ə', 'ː']) => None,
        Accent::American if let Some(rest) = tapped(stem) => Some(format!("{rest}ɾɪŋ")),
        _ => Some(format!("{stem}ɪŋ")),
    }
}

/// A stem without its t, where Americans tap it: after a vowel.
fn tapped(stem: &str) -> Option<&str> {
    let rest = stem.strip_suffix('t')?;
    rest.ends_with(|before| "AIOWYiuæɑəɛɪɹʊʌ".contains(before)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_follow_the_last_sound() {
        use Accent::{American, British};
        assert_eq!(with_s("kˈæt", American), "kˈæts");
        assert_eq!(with_s("dˈɔɡ", American), "dˈɔɡz");
        assert_eq!(with_s("bˈɑks", American), "bˈɑksᵻz");
        assert_eq!(with_s("bˈɒks", British), "bˈɒksɪz");
        assert_eq!(with_ed("lˈIk", American), "lˈIkt");
        assert_eq!(with_ed("wˈAt", American), "wˈAɾᵻd");
        assert_eq!(with_ed("ˈækt", American), "ˈæktᵻd");
        assert_eq!(with_ed("wˈAt", British), "wˈAtɪd");
        assert_eq!(with_ed("nˈid", American), "nˈidᵻd");
        assert_eq!(with_ed("plˈA", American), "plˈAd");
        assert_eq!(with_ing("wˈAt", American).as_deref(), Some("wˈAɾɪŋ"));
        assert_eq!(with_ing("mˈɛʒə", British), None);
    }
}
