//! From IPA, as dictionaries write it, to the model's phonemes.

use crate::Accent;
use crate::stress::is_vowel;

/// A symbol that no English dictionary uses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the phonemes are not English IPA: look at character {place}")]
pub struct NotEnglish {
    /// Where it stands: code points before it. The length of the text if there is no sound in it at all.
    pub place: usize,
}

/// Symbols, and what they are in American and in British phonemes; where two begin alike, the longer is first.
#[rustfmt::skip]
const SYMBOLS: &[(&str, &str, &str)] = &[
    ("tʃ", "ʧ", "ʧ"), ("dʒ", "ʤ", "ʤ"), ("ʧ", "ʧ", "ʧ"), ("ʤ", "ʤ", "ʤ"), ("ʦ", "ts", "ts"),
    ("ɹ\u{329}", "əɹ", "ə"), ("n\u{329}", "ᵊn", "ᵊn"), ("l\u{329}", "ᵊl", "ᵊl"), ("m\u{329}", "ᵊm", "ᵊm"),
    ("ɫ\u{329}", "ᵊl", "ᵊl"),
    ("eəɹ", "ɛɹ", "ɛːɹ"), ("ɛəɹ", "ɛɹ", "ɛːɹ"), ("ɪəɹ", "ɪɹ", "ɪəɹ"), ("ʊəɹ", "ʊɹ", "ʊəɹ"),
    ("eə", "ɛɹ", "ɛː"), ("ɛə", "ɛɹ", "ɛː"), ("ɪə", "ɪɹ", "ɪə"), ("ʊə", "ʊɹ", "ʊə"),
    ("eɪ", "A", "A"), ("ɛɪ", "A", "A"), ("aɪ", "I", "I"), ("ɑɪ", "I", "I"), ("aʊ", "W", "W"), ("ɑʊ", "W", "W"),
    ("æʊ", "W", "W"), ("ɔɪ", "Y", "Y"), ("oɪ", "Y", "Y"), ("oʊ", "O", "Q"), ("əʊ", "O", "Q"),
    ("ɜːɹ", "ɜɹ", "ɜːɹ"), ("ɜɹ", "ɜɹ", "ɜːɹ"), ("ɜː", "ɜɹ", "ɜː"), ("ɜ", "ɜɹ", "ɜː"), ("ɝː", "ɜɹ", "ɜː"),
    ("ɝ", "ɜɹ", "ɜː"), ("ɚ", "əɹ", "ə"),
    ("iː", "i", "iː"), ("uː", "u", "uː"), ("ɑː", "ɑ", "ɑː"), ("ɔː", "ɔ", "ɔː"), ("aː", "ɑ", "ɑː"), ("oː", "ɔ", "ɔː"),
    ("ɛːɹ", "ɛɹ", "ɛːɹ"), ("ɛː", "ɛɹ", "ɛː"), ("eː", "A", "A"), ("ɒː", "ɔ", "ɔː"), ("æː", "æ", "a"),
    ("i", "i", "i"), ("u", "u", "u"), ("ɑ", "ɑ", "ɑː"), ("ɔ", "ɔ", "ɔː"), ("ɒ", "ɑ", "ɒ"), ("æ", "æ", "a"),
    ("a", "ɑ", "a"), ("ɐ", "ɐ", "ɐ"), ("e", "ɛ", "ɛ"), ("ɛ", "ɛ", "ɛ"), ("o", "O", "Q"), ("ɪ", "ɪ", "ɪ"),
    ("ʊ", "ʊ", "ʊ"), ("ʌ", "ʌ", "ʌ"), ("ə", "ə", "ə"), ("ɨ", "ᵻ", "ɪ"), ("ᵻ", "ᵻ", "ɪ"), ("ᵊ", "ᵊ", "ᵊ"),
    ("b", "b", "b"), ("d", "d", "d"), ("f", "f", "f"), ("h", "h", "h"), ("j", "j", "j"), ("k", "k", "k"),
    ("l", "l", "l"), ("m", "m", "m"), ("n", "n", "n"), ("p", "p", "p"), ("s", "s", "s"), ("t", "t", "t"),
    ("v", "v", "v"), ("w", "w", "w"), ("z", "z", "z"), ("x", "k", "k"), ("ð", "ð", "ð"), ("ŋ", "ŋ", "ŋ"),
    ("ɡ", "ɡ", "ɡ"), ("ɹ", "ɹ", "ɹ"), ("ʃ", "ʃ", "ʃ"), ("ʒ", "ʒ", "ʒ"), ("θ", "θ", "θ"), ("ɾ", "T", "t"),
    ("\u{303}", "n", "n"),
];

/// Translates IPA. Both dictionaries' conventions are understood for both accents: length marks, `ɝ` and `ɚ`, `əʊ` and
/// `oʊ`, ties, syllabic consonants. Stress marks move before their vowel, where misaki puts them.
///
/// ```
/// use pronunciation::{Accent, from_ipa};
///
/// assert_eq!(from_ipa("/ˌkuːbɚˈnɛtiz/", Accent::American).unwrap(), "kˌubəɹnˈɛtiz");
/// assert_eq!(from_ipa("həˈləʊ", Accent::British).unwrap(), "həlˈQ");
/// assert_eq!(from_ipa("ˈkø", Accent::British).unwrap_err().place, 2);
/// ```
///
/// # Errors
/// [`NotEnglish`] for a symbol that is none of English, and for a text without a sound.
pub fn from_ipa(ipa: &str, accent: Accent) -> Result<String, NotEnglish> {
    let symbols: Vec<(usize, char)> =
        ipa.chars().enumerate().filter_map(|(at, c)| Some((at, plain(c)?))).collect();
    let text: String = symbols.iter().map(|(_, symbol)| symbol).collect();
    let mut rest = text.as_str();
    let mut phonemes = String::with_capacity(text.len());
    let mut stress = None;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            'ˈ' | 'ˌ' => {
                stress = Some(first);
                first.len_utf8()
            }
            ' ' => {
                if !phonemes.is_empty() && !phonemes.ends_with(' ') {
                    phonemes.push(' ');
                }
                1
            }
            _ => {
                let known = SYMBOLS.iter().find(|(symbol, ..)| rest.starts_with(symbol));
                let Some((symbol, american, british)) = known else {
                    let at = symbols.len() - rest.chars().count();
                    return Err(NotEnglish { place: symbols.get(at).map_or(0, |(place, _)| *place) });
                };
                let sound = if accent == Accent::American { american } else { british };
                if sound.starts_with(|first| is_vowel(first) || first == 'ᵊ') {
                    phonemes.extend(stress.take());
                }
                phonemes.push_str(sound);
                symbol.len()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    phonemes.truncate(phonemes.trim_end().len());
    match phonemes.is_empty() {
        true => Err(NotEnglish { place: ipa.chars().count() }),
        false => Ok(phonemes),
    }
}

/// A symbol in its usual form; `None` for those that change no sound: ties, dots, brackets, fine detail.
fn plain(symbol: char) -> Option<char> {
    match symbol {
        'r' | 'ɻ' | 'ʀ' | 'ʁ' => Some('ɹ'),
        'g' => Some('ɡ'),
        'ɫ' | 'ɬ' => Some('l'),
        'ʍ' => Some('w'),
        'ʔ' => Some('t'),
        ':' => Some('ː'),
        '\'' | '’' => Some('ˈ'),
        ',' => Some('ˌ'),
        '\u{30d}' => Some('\u{329}'),
        c if c.is_whitespace() => Some(' '),
        '\u{361}' | '\u{35c}' | '.' | '·' | '‿' | '-' | '/' | '[' | ']' | '(' | ')' | 'ʰ' | 'ˑ' => None,
        '\u{32f}' | '\u{32a}' | '\u{31a}' | '\u{325}' | '\u{30a}' => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_are_understood() {
        use Accent::{American, British};
        for (ipa, accent, phonemes) in [
            ("ˈt͡ʃɝt͡ʃ", American, "ʧˈɜɹʧ"),
            ("ˈtʃɜːtʃ", British, "ʧˈɜːʧ"),
            ("ˈdʒʌdʒ", American, "ʤˈʌʤ"),
            ("ˈwɔː.tə(r)", British, "wˈɔːtəɹ"),
            ("ˈwɔɾɚ", American, "wˈɔTəɹ"),
            ("ˈbʌtn̩", American, "bˈʌtᵊn"),
            ("ɡoʊ", American, "ɡO"),
            ("gəʊ", American, "ɡO"),
            ("goʊ", British, "ɡQ"),
            ("ˈdeɪ ˈbɔɪ ˈnaʊ ˈmaɪ", American, "dˈA bˈY nˈW mˈI"),
            ("ˈbɛd", British, "bˈɛd"),
            ("ˈkæt", British, "kˈat"),
            ("ˌæstrəˈnɒmɪkəl", American, "ˌæstɹənˈɑmɪkəl"),
            ("skweə", British, "skwɛː"),
            ("kwæˈsɒ̃", British, "kwasˈɒn"),
            ("[ˈstɹit]", American, "stɹˈit"),
        ] {
            assert_eq!(from_ipa(ipa, accent).as_deref(), Ok(phonemes), "{ipa}");
        }
    }

    #[test]
    fn an_error_says_where() {
        let place = |ipa| from_ipa(ipa, Accent::American).unwrap_err().place;
        assert_eq!(place("kˈæ7t"), 3);
        assert_eq!(place("t͡ʃ.ǃ"), 4);
        assert_eq!(place(""), 0);
        assert_eq!(place(" ˈ."), 3);
    }
}
