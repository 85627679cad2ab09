//! Letters and figures that name something: "COVID-19", "GPT-4", "H2O", "R2-D2".

use super::numerals::numeral;
use super::place::{Found, Place};
use super::scan::{digits, letters, stands};
use crate::Class;
use crate::english::cardinals::{cardinal, paired, spelled};

/// Bytes of the letters before a hyphen and a figure: of "COVID-".
pub(super) fn prefix(core: &str) -> Option<&str> {
    let (word, left) = letters(core);
    let rest = left.strip_prefix(['-', '‐', '‑', '–'])?;
    let rest = rest.strip_prefix(['\'', '’']).unwrap_or(rest);
    let is_prefix =
        !word.is_empty() && rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '€' | '£'));
    core.strip_suffix(rest).filter(|_| is_prefix)
}

/// What is said for the letters before a hyphen.
pub(super) fn prefix_said(prefix: &str) -> String {
    let word = letters(prefix).0;
    if word.chars().count() == 1 { word.to_uppercase() } else { crate::english::said(word) }
}

/// "H2O", "MP3", "AB12": each run of letters or figures by itself.
pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let tail_from = place.text.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(place.text.len());
    let (name, left) = place.text.split_at(tail_from);
    let has_both = name.contains(|c: char| c.is_ascii_digit()) && name.contains(char::is_alphabetic);
    if !has_both
        || !name.chars().all(|c| c.is_alphabetic() || c.is_ascii_digit() || c == '-')
        || name.ends_with('-')
    {
        return None;
    }
    let mut words = Vec::new();
    for part in name.split('-') {
        words.extend(parts(part)?);
    }
    Some(Found::new(Class::Code, words.join(" "), left))
}

/// "PM2.5": letters with a decimal behind them.
pub(super) fn with_decimal<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (word, left) = letters(place.text);
    let (number, left) =
        numeral(left).filter(|(number, _)| number.part.is_some() && !number.whole.is_empty())?;
    let said = format!("{} {}", letters_said(word), number.said(place));
    (!word.is_empty() && stands(left)).then(|| Found::new(Class::Code, said, left))
}

/// The runs of letters and figures in a word without a hyphen.
pub(crate) fn parts(name: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        if let Some((figures, next)) = digits(rest) {
            words.push(figures_said(figures));
            rest = next;
        } else {
            let (word, next) = letters(rest);
            if word.is_empty() {
                return None;
            }
            words.push(letters_said(word));
            rest = next;
        }
    }
    Some(words)
}

fn figures_said(figures: &str) -> String {
    match figures.len() {
        _ if figures.starts_with('0') => spelled(figures),
        0..=2 => cardinal(figures),
        3 | 4 => paired(figures),
        _ => spelled(figures),
    }
}

/// Letters in a name: one by one where they are few or capitals without a vowel to carry them.
fn letters_said(word: &str) -> String {
    let count = word.chars().count();
    let capitals = word.chars().all(char::is_uppercase);
    let no_vowel = !word.to_lowercase().contains(['a', 'e', 'i', 'o', 'u', 'y']);
    if count == 1 || (capitals && count < 4) || no_vowel {
        return spelled_out(word);
    }
    crate::english::said(word)
}

fn spelled_out(word: &str) -> String {
    word.to_uppercase().chars().map(String::from).collect::<Vec<_>>().join(" ")
}
