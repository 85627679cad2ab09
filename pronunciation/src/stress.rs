//! Stress marks, and which sounds are vowels.

use std::borrow::Cow;

pub(crate) const PRIMARY: char = 'ˈ';
pub(crate) const SECONDARY: char = 'ˌ';

/// How a word's capitals stress it, after misaki.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Emphasis {
    /// "the": as the lexicon says.
    None,
    /// "The": no word without a stress.
    Some,
    /// "THE": a primary stress.
    Strong,
}

impl Emphasis {
    pub(crate) fn of(word: &str) -> Self {
        match word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            false => Self::None,
            true if word.bytes().any(|byte| byte.is_ascii_lowercase()) => Self::Some,
            true => Self::Strong,
        }
    }

    /// The sound with that emphasis.
    pub(crate) fn on(self, sound: &str) -> Cow<'_, str> {
        let (primary, secondary) = (sound.contains(PRIMARY), sound.contains(SECONDARY));
        match self {
            Self::Some if !primary && !secondary => stressed(sound, SECONDARY).into(),
            Self::Strong if !primary && secondary => sound.replace(SECONDARY, "ˈ").into(),
            Self::Strong if !primary => stressed(sound, PRIMARY).into(),
            _ => sound.into(),
        }
    }
}

pub(crate) fn is_vowel(symbol: char) -> bool {
    "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ".contains(symbol)
}

pub(crate) fn is_consonant(symbol: char) -> bool {
    "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ".contains(symbol)
}

/// A sound without stress, with a mark before its first vowel.
pub(crate) fn stressed(sound: &str, mark: char) -> String {
    let mut stressed = sound.to_owned();
    if let Some(vowel) = sound.find(is_vowel) {
        stressed.insert(vowel, mark);
    }
    stressed
}

/// A sound whose primary stress, if it has one, is secondary.
pub(crate) fn demoted(sound: &str) -> Cow<'_, str> {
    match sound.contains(PRIMARY) {
        true => sound.replace(SECONDARY, "").replace(PRIMARY, "ˌ").into(),
        false => sound.into(),
    }
}

/// Keeps the primary stress of the heavier half of a compound's parts ("five-storied": fˌIv stˈɔɹid), after misaki.
pub(crate) fn balance(parts: &mut [String], first_is_a_letter: bool) {
    let weight =
        |sound: &str| sound.chars().map(|c| if "AIOQWYʤʧ".contains(c) { 2 } else { 1 }).sum::<usize>();
    let mut order: Vec<(bool, usize, usize)> =
        parts.iter().enumerate().map(|(at, part)| (part.contains(PRIMARY), weight(part), at)).collect();
    let primaries = order.iter().filter(|(primary, ..)| *primary).count();
    if parts.len() == 2 && first_is_a_letter {
        order = vec![(true, 0, 1)];
    } else if parts.len() < 2 || primaries <= parts.len().div_ceil(2) {
        return;
    } else {
        order.sort_unstable();
        order.truncate(parts.len() / 2);
    }
    for (.., at) in order {
        parts[at] = demoted(&parts[at]).into_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_stress_what_has_no_stress() {
        assert_eq!(Emphasis::of("The").on("ðə"), "ðˌə");
        assert_eq!(Emphasis::of("THE").on("ðə"), "ðˈə");
        assert_eq!(Emphasis::of("the").on("ðə"), "ðə");
        assert_eq!(Emphasis::of("SO").on("sˌO"), "sˈO");
        assert_eq!(Emphasis::of("Hello").on("həlˈO"), "həlˈO");
    }

    #[test]
    fn the_lighter_part_of_a_compound_is_demoted() {
        let mut parts = ["kˈɔkəs".to_owned(), "ɹˈAs".to_owned()];
        balance(&mut parts, false);
        assert_eq!(parts.concat(), "kˈɔkəsɹˌAs");
    }
}
