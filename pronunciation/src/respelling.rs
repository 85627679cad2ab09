//! Respellings: "koo-ber-NET-eez".

use crate::stress::{PRIMARY, SECONDARY, stressed};
use crate::{Accent, How, Pronouncer, Said};

/// Spellings of vowels: American, American without stress, British, British without stress. The longer is first.
#[rustfmt::skip]
const VOWELS: &[(&str, [&str; 4])] = &[
    ("eye", ["I"; 4]), ("igh", ["I"; 4]), ("ahr", ["ɑɹ", "ɑɹ", "ɑː", "ɑː"]), ("air", ["ɛɹ", "ɛɹ", "ɛː", "ɛː"]),
    ("eer", ["ɪɹ", "ɪɹ", "ɪə", "ɪə"]), ("ear", ["ɪɹ", "ɪɹ", "ɪə", "ɪə"]), ("ohr", ["ɔɹ", "ɔɹ", "ɔː", "ɔː"]),
    ("oor", ["ʊɹ", "ʊɹ", "ʊə", "ʊə"]), ("our", ["Wəɹ", "Wəɹ", "Wə", "Wə"]), ("owr", ["Wəɹ", "Wəɹ", "Wə", "Wə"]),
    ("uhr", ["ɜɹ", "əɹ", "ɜː", "ə"]), ("yoo", ["ju", "ju", "juː", "juː"]),
    ("ee", ["i", "i", "iː", "iː"]), ("ea", ["i", "i", "iː", "iː"]), ("oo", ["u", "u", "uː", "uː"]),
    ("uu", ["ʊ"; 4]), ("ay", ["A"; 4]), ("ai", ["A"; 4]), ("ei", ["A"; 4]), ("ey", ["A"; 4]), ("uy", ["I"; 4]), ("ie", ["I"; 4]),
    ("oh", ["O", "O", "Q", "Q"]), ("oa", ["O", "O", "Q", "Q"]), ("oe", ["O", "O", "Q", "Q"]),
    ("ow", ["W"; 4]), ("ou", ["W"; 4]), ("oy", ["Y"; 4]), ("oi", ["Y"; 4]),
    ("aw", ["ɔ", "ɔ", "ɔː", "ɔː"]), ("au", ["ɔ", "ɔ", "ɔː", "ɔː"]), ("ah", ["ɑ", "ə", "ɑː", "ə"]),
    ("aa", ["ɑ", "ɑ", "ɑː", "ɑː"]), ("eh", ["ɛ"; 4]), ("ih", ["ɪ"; 4]), ("uh", ["ʌ", "ə", "ʌ", "ə"]),
    ("ew", ["ju", "ju", "juː", "juː"]), ("ue", ["u", "u", "uː", "uː"]),
    ("ar", ["ɑɹ", "ɑɹ", "ɑː", "ɑː"]), ("or", ["ɔɹ", "ɔɹ", "ɔː", "ɔː"]), ("er", ["ɜɹ", "əɹ", "ɜː", "ə"]),
    ("ur", ["ɜɹ", "əɹ", "ɜː", "ə"]), ("ir", ["ɜɹ", "əɹ", "ɜː", "ə"]),
    ("a", ["æ", "æ", "a", "a"]), ("e", ["ɛ"; 4]), ("i", ["ɪ"; 4]), ("o", ["ɑ", "ɑ", "ɒ", "ɒ"]),
    ("u", ["ʌ", "ə", "ʌ", "ə"]), ("y", ["I"; 4]), ("ə", ["ə"; 4]),
];

/// Vowels that end their syllable ("a-MAH", "NO-ble"), in the order of [`VOWELS`].
const OPEN: &[(&str, [&str; 4])] = &[
    ("a", ["ɑ", "ə", "ɑː", "ə"]),
    ("e", ["i", "i", "iː", "i"]),
    ("i", ["i", "i", "iː", "i"]),
    ("o", ["O", "O", "Q", "Q"]),
    ("u", ["u", "u", "uː", "uː"]),
];

/// Vowels before a consonant and a silent e ("kayk", "bite").
const LONG: &[(&str, [&str; 4])] = &[
    ("a", ["A"; 4]),
    ("e", ["i", "i", "iː", "iː"]),
    ("i", ["I"; 4]),
    ("y", ["I"; 4]),
    ("o", ["O", "O", "Q", "Q"]),
    ("u", ["u", "u", "uː", "uː"]),
];

/// Spellings of consonants; the longer is first.
#[rustfmt::skip]
const CONSONANTS: &[(&str, &str)] = &[
    ("tch", "ʧ"), ("ch", "ʧ"), ("sh", "ʃ"), ("zh", "ʒ"), ("th", "θ"), ("dh", "ð"), ("ng", "ŋ"), ("nk", "ŋk"),
    ("ph", "f"), ("wh", "w"), ("kh", "k"), ("gh", "ɡ"), ("ck", "k"), ("qu", "kw"), ("dj", "ʤ"), ("ss", "s"),
    ("ll", "l"), ("b", "b"), ("c", "k"), ("d", "d"), ("f", "f"), ("g", "ɡ"), ("h", "h"), ("j", "ʤ"), ("k", "k"),
    ("l", "l"), ("m", "m"), ("n", "n"), ("p", "p"), ("r", "ɹ"), ("s", "s"), ("t", "t"), ("v", "v"), ("w", "w"),
    ("x", "ks"), ("y", "j"), ("z", "z"),
];

/// The sound of a respelling.
pub(crate) fn sound(respelling: &str, pronouncer: &Pronouncer) -> String {
    let words = respelling.split_whitespace().map(|word| said(word, pronouncer));
    let sound = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    crate::spoken(&sound)
}

fn said(word: &str, pronouncer: &Pronouncer) -> String {
    let is_letter = |c: &char| c.is_alphabetic();
    let syllables: Vec<&str> =
        word.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()).collect();
    let loud = |part: &&str| part.chars().filter(is_letter).all(char::is_uppercase);
    let primary = syllables.iter().position(loud).unwrap_or(0);
    let mut sound = String::new();
    for (at, part) in syllables.iter().enumerate() {
        let stress = match at == primary {
            true => Some(PRIMARY),
            false => loud(part).then_some(SECONDARY),
        };
        let small = part.to_lowercase();
        let plain = syllable(&small, stress.is_some(), pronouncer.words.accent)
            .unwrap_or_else(|| whole(part, &small, syllables.len() == 1, pronouncer));
        sound.push_str(&match stress {
            Some(mark) if !plain.contains([PRIMARY, SECONDARY]) => stressed(&plain, mark),
            _ => plain,
        });
    }
    sound
}

/// What no custom covers, said like a word: by itself with its own stress, else with that of its place.
fn whole(part: &str, small: &str, alone: bool, pronouncer: &Pronouncer) -> String {
    let text = if alone { part } else { small };
    let sound = pronouncer.sounds(&[Said { text, how: How::Word }]).concat();
    if alone { sound } else { sound.replace([PRIMARY, SECONDARY], "") }
}

/// Consonants, one vowel, consonants; `None` for anything else.
fn syllable(letters: &str, stressed: bool, accent: Accent) -> Option<String> {
    let (onset, rest) = consonants(letters, true)?;
    let column = usize::from(accent == Accent::British) * 2 + usize::from(!stressed);
    let silent_e = rest.strip_suffix('e').filter(|rest| rest.len() == 2 && rest.is_ascii());
    let long = silent_e.and_then(|rest| Some((find(LONG, rest)?, rest)));
    let (vowel, rest) = match (long, find(OPEN, rest).filter(|(vowel, _)| *vowel == rest)) {
        (Some((long, rest)), _) if consonants(rest.get(1..)?, false)?.1.is_empty() => (long, rest),
        (_, Some(open)) => (open, rest),
        _ => (find(VOWELS, rest)?, rest),
    };
    let (coda, rest) = consonants(rest.get(vowel.0.len()..)?, false)?;
    rest.is_empty().then(|| format!("{onset}{}{coda}", vowel.1[column]))
}

fn find(table: &'static [(&str, [&str; 4])], text: &str) -> Option<(&'static str, [&'static str; 4])> {
    table.iter().find(|(spelling, _)| text.starts_with(spelling)).copied()
}

/// The sounds of the consonants at the front, and the rest. In an onset "y" before a vowel is a consonant.
fn consonants(letters: &str, onset: bool) -> Option<(String, &str)> {
    let (mut sound, mut rest) = (String::new(), letters);
    while let Some((spelling, consonant)) = CONSONANTS.iter().find(|(spelling, _)| rest.starts_with(spelling))
    {
        let behind = rest.get(spelling.len()..)?;
        if *spelling == "y" && !(onset && behind.starts_with(['a', 'e', 'i', 'o', 'u'])) {
            break;
        }
        let soft = *spelling == "c" && behind.starts_with(['e', 'i', 'y']);
        let consonant = if soft { "s" } else { consonant };
        if !sound.ends_with(consonant) {
            sound.push_str(consonant);
        }
        rest = behind;
    }
    let whole = rest.is_empty() || rest.starts_with(|c: char| "aeiouyə".contains(c));
    whole.then_some((sound, rest))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Guess;

    struct Never;

    impl Guess for Never {
        fn guess(&self, words: &[&str], _: Accent) -> Vec<String> {
            words.iter().map(|_| "ʔˈɑ".to_owned()).collect()
        }
    }

    #[test]
    fn customs_are_followed() {
        let pronouncer = Pronouncer::new(Accent::American, Arc::new(Never));
        for (respelling, sound) in [
            ("koo-ber-NET-eez", "kubəɹnˈɛtiz"),
            ("win", "wˈɪn"),
            ("nuh-WEN", "nəwˈɛn"),
            ("KEE-noh-ah", "kˈinOə"),
            ("EYE-vuh", "ˈIvə"),
            ("ny-KEE", "nIkˈi"),
            ("shuh-VAWN", "ʃəvˈɔn"),
            ("YOO-lee-uh", "jˈuliə"),
            ("jow", "ʤˈW"),
            ("BITE", "bˈIt"),
            ("LOY-er", "lˈYəɹ"),
            ("CHAR-ming", "ʧˈɑɹmɪŋ"),
            ("a-MAY-zing", "əmˈAzɪŋ"),
            ("kwee-noh", "kwˈinO"),
            ("thing", "θˈɪŋ"),
            ("siss", "sˈɪs"),
            ("san fran-SISS-koh", "sˈæn fɹænsˈɪskO"),
            ("beautiful", "bjˈuTəfəl"),
        ] {
            assert_eq!(pronouncer.respelled(respelling), sound, "{respelling}");
        }
        let british = Pronouncer::new(Accent::British, Arc::new(Never));
        assert_eq!(british.respelled("koo-ber-NET-eez"), "kuːbənˈɛtiːz");
        assert_eq!(british.respelled("shuh-VAWN"), "ʃəvˈɔːn");
    }

    #[test]
    fn whatever_it_is_it_has_a_sound() {
        let pronouncer = Pronouncer::new(Accent::American, Arc::new(Never));
        for respelling in ["", "-", "…", "xqzrt", "eau-tion", "東京", "ə", "7"] {
            assert!(!pronouncer.respelled(respelling).is_empty(), "{respelling}");
        }
    }
}
