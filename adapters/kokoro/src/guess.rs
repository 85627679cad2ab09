//! How a word that no lexicon knows is probably said.
//!
//! A stopgap, and the only place where spelling is turned into sound by rule: most unknown words are names,
//! so the vowels are continental where a syllable is open. What no mouth can say is spelled out.

use pronunciation::{Accent, Guess};

/// Letter rules.
pub(crate) struct Letters;

impl Guess for Letters {
    fn guess(&self, words: &[&str], accent: Accent) -> Vec<String> {
        words.iter().map(|word| guess(word, accent == Accent::British)).collect()
    }
}

/// The phonemes of a word of ASCII letters and apostrophes; never empty if there is a letter in it.
pub(crate) fn guess(word: &str, british: bool) -> String {
    let letters: Vec<char> =
        squeeze(word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()));
    let capitals = word.chars().filter(char::is_ascii_uppercase).count();
    let vowels = letters.iter().filter(|c| is_vowel(**c) || **c == 'y').count();
    let initialism = capitals == letters.len() && capitals <= 5;
    let phonemes = if vowels == 0 || initialism { spell(&letters) } else { stress(&sounds(&letters)) };
    if british { as_british(&phonemes) } else { phonemes }
}

/// "Nooooo" has one o.
fn squeeze(letters: impl Iterator<Item = char>) -> Vec<char> {
    let mut squeezed: Vec<char> = Vec::new();
    for letter in letters {
        let run = squeezed.iter().rev().take_while(|c| **c == letter).count();
        if run < 2 {
            squeezed.push(letter);
        } else if run == 2 && is_vowel(letter) {
            squeezed.pop();
        }
    }
    squeezed
}

fn spell(letters: &[char]) -> String {
    letters.iter().map(|c| letter_name(*c)).collect::<Vec<_>>().join(" ")
}

/// What a letter is called.
fn letter_name(letter: char) -> &'static str {
    match letter {
        'a' => "ˈA",
        'b' => "bˈi",
        'c' => "sˈi",
        'd' => "dˈi",
        'e' => "ˈi",
        'f' => "ˈɛf",
        'g' => "ʤˈi",
        'h' => "ˈAʧ",
        'i' => "ˈI",
        'j' => "ʤˈA",
        'k' => "kˈA",
        'l' => "ˈɛl",
        'm' => "ˈɛm",
        'n' => "ˈɛn",
        'o' => "ˈO",
        'p' => "pˈi",
        'q' => "kjˈu",
        'r' => "ˈɑɹ",
        's' => "ˈɛs",
        't' => "tˈi",
        'u' => "jˈu",
        'v' => "vˈi",
        'w' => "dˈʌbᵊlju",
        'x' => "ˈɛks",
        'y' => "wˈI",
        _ => "zˈi",
    }
}

/// Where in a word a spelling has the sound.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Start,
    End,
    /// Before `e`, `i` or `y`.
    Soft,
    /// Before a vowel.
    Vowel,
    /// Before a vowel, or one consonant and a vowel.
    Open,
    /// Before one consonant and a final `e`.
    Magic,
    Anywhere,
}

/// Spellings and their sounds; the first that fits is taken.
#[rustfmt::skip]
const RULES: &[(&str, Place, &str)] = {
    use Place::*;
    &[
        ("ation", End, "Aʃən"), ("tion", Anywhere, "ʃən"), ("sion", Anywhere, "ʒən"), ("cious", End, "ʃəs"), ("tious", End, "ʃəs"),
        ("ough", Anywhere, "O"), ("augh", Anywhere, "ɔ"), ("eigh", Anywhere, "A"), ("stein", End, "stIn"),
        ("sch", Anywhere, "ʃ"), ("tch", Anywhere, "ʧ"), ("chr", Anywhere, "kɹ"), ("igh", Anywhere, "I"), ("ngu", Start, "nu"),
        ("ous", End, "əs"), ("ism", End, "ɪzəm"), ("ies", End, "iz"), ("ing", End, "ɪŋ"), ("tte", End, "t"), ("que", End, "k"),
        ("ck", Anywhere, "k"), ("ch", Anywhere, "ʧ"), ("sh", Anywhere, "ʃ"), ("th", Anywhere, "θ"), ("ph", Anywhere, "f"),
        ("wh", Start, "w"), ("qu", Anywhere, "kw"), ("kn", Start, "n"), ("gn", Start, "n"), ("pn", Start, "n"), ("wr", Start, "ɹ"),
        ("ps", Start, "s"), ("pt", Start, "t"), ("mn", Start, "n"), ("rh", Start, "ɹ"), ("ng", Start, "n"), ("ng", End, "ŋ"),
        ("ng", Anywhere, "ŋɡ"), ("nk", Anywhere, "ŋk"), ("gh", Start, "ɡ"), ("gh", Anywhere, ""), ("dg", Soft, "ʤ"), ("sz", Anywhere, "ʃ"),
        ("cz", Anywhere, "ʧ"), ("ts", Anywhere, "ts"), ("tz", Anywhere, "ts"), ("mb", End, "m"), ("kh", Anywhere, "k"), ("zh", Anywhere, "ʒ"),
        ("bb", Anywhere, "b"), ("cc", Soft, "ks"), ("cc", Anywhere, "k"), ("dd", Anywhere, "d"), ("ff", Anywhere, "f"), ("gg", Anywhere, "ɡ"),
        ("kk", Anywhere, "k"), ("ll", Anywhere, "l"), ("mm", Anywhere, "m"), ("nn", Anywhere, "n"), ("pp", Anywhere, "p"),
        ("rr", Anywhere, "ɹ"), ("ss", Anywhere, "s"), ("tt", Anywhere, "t"), ("vv", Anywhere, "v"), ("zz", Anywhere, "z"),
        ("air", Anywhere, "ɛɹ"), ("ear", Anywhere, "ɪɹ"), ("eer", Anywhere, "ɪɹ"), ("our", Anywhere, "ɔɹ"), ("oor", Anywhere, "ɔɹ"),
        ("uy", Anywhere, "wi"), ("oux", End, "u"), ("eau", Anywhere, "O"), ("ee", Anywhere, "i"), ("ea", Anywhere, "i"), ("oo", Anywhere, "u"),
        ("ou", Anywhere, "u"), ("ow", End, "O"), ("ow", Anywhere, "W"), ("oi", Anywhere, "Y"), ("oy", Anywhere, "Y"), ("ai", Anywhere, "A"),
        ("ay", Anywhere, "A"), ("eil", Anywhere, "il"), ("ei", Anywhere, "I"), ("ey", End, "i"), ("ey", Anywhere, "A"), ("au", Anywhere, "ɔ"), ("aw", Anywhere, "ɔ"),
        ("ew", Anywhere, "u"), ("oe", Anywhere, "O"), ("ae", Anywhere, "A"), ("ie", Anywhere, "i"), ("ue", Anywhere, "u"), ("ui", Anywhere, "wi"),
        ("eu", Anywhere, "Y"), ("oa", Anywhere, "O"), ("ia", Anywhere, "iə"), ("io", Anywhere, "iO"), ("ua", Anywhere, "wɑ"),
        ("ar", Vowel, "ɑɹ"), ("er", Vowel, "ɛɹ"), ("ir", Vowel, "ɪɹ"), ("or", Vowel, "ɔɹ"), ("ur", Vowel, "ʊɹ"),
        ("ar", Anywhere, "ɑɹ"), ("er", Anywhere, "əɹ"), ("ir", Anywhere, "ɜɹ"), ("or", Anywhere, "ɔɹ"), ("ur", Anywhere, "ɜɹ"), ("yr", Anywhere, "ɪɹ"),
        ("le", End, "ᵊl"), ("es", End, "iz"),
        ("a", Magic, "A"), ("e", Magic, "i"), ("i", Magic, "I"), ("o", Magic, "O"), ("u", Magic, "u"),
        ("a", End, "ə"), ("e", End, ""), ("i", End, "i"), ("o", End, "O"), ("u", End, "u"), ("y", End, "i"),
        ("a", Open, "ɑ"), ("e", Open, "ɛ"), ("i", Open, "i"), ("o", Open, "O"), ("u", Open, "u"), ("y", Start, "j"), ("y", Vowel, "j"),
        ("a", Anywhere, "æ"), ("e", Anywhere, "ɛ"), ("i", Anywhere, "ɪ"), ("o", Anywhere, "ɑ"), ("u", Anywhere, "ʌ"), ("y", Anywhere, "ɪ"),
        ("b", Anywhere, "b"), ("c", Soft, "s"), ("c", Anywhere, "k"), ("d", Anywhere, "d"), ("f", Anywhere, "f"), ("g", Soft, "ʤ"),
        ("g", Anywhere, "ɡ"), ("h", End, ""), ("h", Anywhere, "h"), ("j", Anywhere, "ʤ"), ("k", Anywhere, "k"), ("l", Anywhere, "l"),
        ("m", Anywhere, "m"), ("n", Anywhere, "n"), ("p", Anywhere, "p"), ("q", Anywhere, "k"), ("r", Anywhere, "ɹ"), ("s", Anywhere, "s"),
        ("t", Anywhere, "t"), ("v", Anywhere, "v"), ("w", End, ""), ("w", Anywhere, "w"), ("x", Start, "z"), ("x", Anywhere, "ks"),
        ("z", Anywhere, "z"),
    ]
};

fn sounds(letters: &[char]) -> String {
    let mut sounds = String::new();
    let mut at = 0;
    while at < letters.len() {
        let rest = letters.get(at..).unwrap_or_default();
        let rule = RULES.iter().find(|(spelling, place, _)| {
            let length = spelling.len();
            rest.len() >= length
                && spelling.chars().eq(rest.iter().take(length).copied())
                && fits(*place, at, rest.get(length..).unwrap_or_default())
        });
        let Some((spelling, _, sound)) = rule else { break };
        sounds.push_str(sound);
        at += spelling.len();
    }
    if !sounds.chars().any(is_vowel_sound) { spell(letters) } else { sounds }
}

fn fits(place: Place, at: usize, rest: &[char]) -> bool {
    let vowel = |n: usize| rest.get(n).is_some_and(|c| is_vowel(*c) || *c == 'y');
    let consonant = |n: usize| rest.get(n).is_some_and(|c| !is_vowel(*c));
    match place {
        Place::Anywhere => true,
        Place::Start => at == 0,
        Place::End => rest.is_empty() && at > 0,
        Place::Soft => matches!(rest.first(), Some('e' | 'i' | 'y')),
        Place::Vowel => vowel(0),
        Place::Open => vowel(0) || (consonant(0) && vowel(1)),
        Place::Magic => rest.len() == 2 && consonant(0) && rest.get(1) == Some(&'e'),
    }
}

/// Marks the stressed vowel: the last but one where the word ends in a vowel, else the first of two and the last
/// but two of more.
fn stress(sounds: &str) -> String {
    if sounds.contains('ˈ') {
        return sounds.to_owned();
    }
    let vowels: Vec<usize> =
        sounds.char_indices().filter(|(_, c)| is_vowel_sound(*c)).map(|(at, _)| at).collect();
    let from_end = match vowels.len() {
        0 => return sounds.to_owned(),
        1 => 1,
        _ if sounds.ends_with(is_vowel_sound) => 2,
        2 => 2,
        _ => 3,
    };
    let strong = |at: &&usize| !sounds.get(**at..).is_some_and(|rest| rest.starts_with('ə'));
    let (earlier, later) = vowels.split_at(vowels.len() - from_end);
    let at = later.iter().find(strong).or_else(|| earlier.iter().rfind(strong)).or(vowels.first());
    let (before, after) = sounds.split_at(at.copied().unwrap_or(0));
    format!("{before}ˈ{after}")
}

/// The same word without its r's, where the British drop them, and with their vowels.
fn as_british(american: &str) -> String {
    let chars: Vec<char> = american.chars().collect();
    let mut british = String::new();
    for (at, c) in chars.iter().enumerate() {
        let next = chars.get(at + 1).copied();
        let before_vowel = next.is_some_and(|c| is_vowel_sound(c) || c == 'ˈ');
        match c {
            'ɹ' if !before_vowel && at > 0 => match at.checked_sub(1).and_then(|at| chars.get(at)) {
                Some('ɑ' | 'ɔ' | 'ɜ') => british.push('ː'),
                Some('ɛ' | 'ɪ') => british.push('ə'),
                _ => {}
            },
            'O' => british.push('Q'),
            'i' if at + 1 < chars.len() => british.push_str("iː"),
            'u' => british.push_str("uː"),
            'ɑ' if next != Some('ɹ') => british.push('ɒ'),
            'ɔ' if next != Some('ɹ') => british.push_str("ɔː"),
            'æ' => british.push('a'),
            c => british.push(*c),
        }
    }
    british
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn is_vowel_sound(c: char) -> bool {
    matches!(
        c,
        'A' | 'I' | 'O' | 'W' | 'Y' | 'i' | 'u' | 'æ' | 'ɑ' | 'ə' | 'ɛ' | 'ɜ' | 'ɪ' | 'ɔ' | 'ʊ' | 'ʌ' | 'ᵊ'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{id, is_phoneme};
    use proptest::prelude::*;

    #[test]
    fn names_are_said_about_right() {
        for (word, said) in [
            ("Kokoro", "kOkˈɔɹO"),
            ("Kubernetes", "kubəɹnˈɛtiz"),
            ("Nguyen", "nˈujɛn"),
            ("Schroedinger", "ʃɹˈOdɪŋɡəɹ"),
        ] {
            assert_eq!(guess(word, false), said, "{word}");
        }
    }

    #[test]
    fn what_cannot_be_said_is_spelled() {
        assert_eq!(guess("GHz", false), "ʤˈi ˈAʧ zˈi");
        assert_eq!(guess("xkcd", false), "ˈɛks kˈA sˈi dˈi");
        assert_eq!(guess("OAEU", false), "ˈO ˈA ˈi jˈu");
    }

    proptest! {
        #[test]
        fn every_word_has_a_sound(word in "[A-Za-z']{0,30}[A-Za-z][A-Za-z']{0,30}", british in any::<bool>()) {
            let phonemes = guess(&word, british);
            prop_assert!(phonemes.chars().any(is_phoneme), "{word}");
            prop_assert!(phonemes.chars().all(|c| id(c).is_some()), "{phonemes}");
        }
    }
}
