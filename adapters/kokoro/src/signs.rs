//! Characters that are not ASCII letters and digits, and how they are read.

use unicode_normalization::UnicodeNormalization;

/// How one character of the text is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    /// As it is: a letter, a digit, a sign that its neighbours explain, or what only separates. ASCII, or `€ £ ¥`.
    Plain(char),
    /// As words of their own.
    Words(&'static str),
    /// It cannot be read by an English voice.
    Unknown,
}

/// Appends how `c` is read: letters lose their accents, full-width and other compatible forms become plain ones,
/// signs become words, and what has no sound leaves a gap.
pub(crate) fn read(c: char, into: &mut Vec<Reading>) {
    if let Some(words) = name(c) {
        into.push(Reading::Words(words));
    } else if c.is_ascii() || matches!(c, '€' | '£' | '¥') {
        into.push(Reading::Plain(c));
    } else if let Some(plain) = plain_letters(c).or_else(|| punctuation(c)) {
        into.extend(plain.chars().map(Reading::Plain));
    } else if is_latin_mark(c) {
        // It belongs to the letter before it, which loses it.
    } else {
        let plain = || std::iter::once(c).nfkd().filter(|c| !is_latin_mark(*c));
        if plain().all(|c| c.is_ascii()) && plain().next().is_some() {
            into.extend(plain().map(Reading::Plain));
        } else {
            into.push(if speech::has_sound(c) { Reading::Unknown } else { Reading::Plain(' ') });
        }
    }
}

/// What a sign is called. Currencies and signs whose reading depends on their neighbours are read elsewhere.
fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '%' => "percent",
        '‰' => "per mille",
        '&' => "and",
        '+' => "plus",
        '=' => "equals",
        '@' => "at",
        '<' => "less than",
        '>' => "greater than",
        '×' => "times",
        '÷' => "divided by",
        '±' => "plus or minus",
        '−' => "minus",
        '≈' => "about",
        '≠' => "is not equal to",
        '≤' => "at most",
        '≥' => "at least",
        '∞' => "infinity",
        '√' => "square root",
        '°' => "degrees",
        '℃' => "degrees Celsius",
        '℉' => "degrees Fahrenheit",
        '¼' => "one quarter",
        '½' => "one half",
        '¾' => "three quarters",
        '²' => "squared",
        '³' => "cubed",
        '\u{B5}' | '\u{3BC}' => "micro",
        'Ω' | '\u{2126}' => "ohms",
        'π' => "pi",
        '¢' => "cents",
        '§' => "section",
        '¶' => "paragraph",
        '©' => "copyright",
        '®' => "registered",
        '™' => "trademark",
        '№' => "number",
        '→' => "to",
        '✓' | '✔' => "check",
        _ => return None,
    })
}

/// Latin letters that Unicode does not take apart.
fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' => "i",
        'ŋ' => "ng",
        'ə' => "e",
        _ => return None,
    })
}

/// Punctuation that separates or joins words as its ASCII cousin does.
fn punctuation(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | 'ʼ' | '′' => "'",
        '‐' | '‑' => "-",
        '⁄' | '∕' => "/",
        _ => return None,
    })
}

/// Combining marks of the Latin script, and the selectors of how a character looks.
fn is_latin_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(text: &str) -> Vec<Reading> {
        let mut readings = Vec::new();
        text.chars().for_each(|c| read(c, &mut readings));
        readings
    }

    fn plain(text: &str) -> String {
        readings(text).iter().map(|r| if let Reading::Plain(c) = r { *c } else { '?' }).collect()
    }

    #[test]
    fn accents_fall() {
        assert_eq!(
            plain("Café naïve Zürich Łódź Þór cafe\u{301} ＡＢ１"),
            "Cafe naive Zurich Lodz Thor cafe AB1"
        );
        assert_eq!(plain("don’t co‑op"), "don't co-op");
    }

    #[test]
    fn signs_have_names_and_other_scripts_have_none() {
        assert_eq!(readings("%"), [Reading::Words("percent")]);
        assert_eq!(readings("日"), [Reading::Unknown]);
        assert_eq!(readings("👍"), [Reading::Unknown]);
        assert_eq!(readings("Я"), [Reading::Unknown]);
        assert_eq!(readings("\u{200B}"), []);
    }
}
