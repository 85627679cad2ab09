//! From what is written between two spaces to the words that are said: "$1.50" is "1 dollar and 50 cents".
//!
//! Plain words stay as they are; numbers stay digits, which the lexicon's own rules read. What matters here is
//! that nothing vanishes: signs, addresses and mixtures of letters and digits all become words.

use crate::signs::{Reading, read};

/// What one written word becomes.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    /// ASCII words, apart by spaces.
    pub(crate) words: String,
    /// A unit that is said after the next word: "$2 million" is "2 million dollars".
    pub(crate) afterwards: Option<&'static str>,
}

/// How a written word without the punctuation around it is said, before `next`.
///
/// # Errors
/// The code points before the first character that no English voice can read.
pub(crate) fn say(written: &str, next: &str) -> Result<Said, usize> {
    let mut readings = Vec::with_capacity(written.len());
    for (at, c) in written.chars().enumerate() {
        read(c, &mut readings);
        if readings.last() == Some(&Reading::Unknown) {
            return Err(at);
        }
    }
    let mut speaker = Speaker { rest: &readings, words: String::new(), before: None, afterwards: None };
    if is_address(written) {
        speaker.address();
    } else {
        speaker.say_all(is_magnitude(next));
    }
    Ok(Said { words: speaker.words.trim().to_owned(), afterwards: speaker.afterwards })
}

struct Speaker<'a> {
    rest: &'a [Reading],
    words: String,
    /// The character that was read last.
    before: Option<char>,
    afterwards: Option<&'static str>,
}

impl Speaker<'_> {
    fn say_all(&mut self, before_magnitude: bool) {
        while let Some(reading) = self.rest.first().copied() {
            match reading {
                Reading::Plain(c)
                    if c.is_ascii_digit() || (c == '.' && self.digit_at(1) && self.before.is_none()) =>
                {
                    let number = self.number();
                    self.word(&number);
                }
                Reading::Plain(c) if c.is_ascii_alphabetic() => self.letters(),
                Reading::Plain(c) => self.sign(c, before_magnitude),
                Reading::Words(words) => {
                    self.skip(1);
                    self.word(words);
                    if words == "degrees" {
                        self.scale();
                    }
                }
                Reading::Unknown => self.skip(1),
            }
        }
    }

    /// An internet or mail address: its parts, and its signs by their names.
    fn address(&mut self) {
        while let Some(reading) = self.rest.first().copied() {
            match reading {
                Reading::Plain(c) if c.is_ascii_alphabetic() => {
                    let run = self.take_while(|c| c.is_ascii_alphabetic());
                    self.word(&run);
                }
                Reading::Plain(c) if c.is_ascii_digit() => {
                    let run = self.take_while(|c| c.is_ascii_digit());
                    self.word(&run);
                }
                Reading::Plain(':') if self.plain_at(1) == Some('/') && self.plain_at(2) == Some('/') => {
                    self.skip(3);
                    self.words.push(',');
                }
                Reading::Plain(c) => {
                    self.skip(1);
                    self.word(match c {
                        '.' => "dot",
                        '/' => "slash",
                        ':' => "colon",
                        '-' => "dash",
                        '_' => "underscore",
                        '?' => "question mark",
                        '#' => "hash",
                        '~' => "tilde",
                        _ => "",
                    });
                }
                Reading::Words(words) => {
                    self.skip(1);
                    self.word(words);
                }
                Reading::Unknown => self.skip(1),
            }
        }
    }

    /// Digits with the stops and commas inside them, and what is grown onto them: "1st", "1990s", "5kg".
    fn number(&mut self) -> String {
        let mut number = String::new();
        while let Some(c) = self.plain_at(0) {
            let inside = matches!(c, '.' | ',') && self.digit_at(1);
            if !c.is_ascii_digit() && !inside {
                break;
            }
            number.push(c);
            self.skip(1);
        }
        if number.matches('.').count() > 1 {
            number = number.replace('.', " point ");
        }
        let length = self
            .rest
            .iter()
            .take_while(|r| matches!(r, Reading::Plain(c) if c.is_ascii_alphabetic()))
            .count();
        let grown: String = (0..length).filter_map(|at| self.plain_at(at)).collect();
        if matches!(grown.to_ascii_lowercase().as_str(), "st" | "nd" | "rd" | "th" | "s") {
            self.skip(length);
            number.push_str(&grown.to_ascii_lowercase());
        } else if let Some(unit) = unit(&grown) {
            self.skip(length);
            number.push(' ');
            number.push_str(unit);
        }
        number
    }

    /// Letters, with apostrophes and hyphens inside, and the stops of "U.S.A".
    fn letters(&mut self) {
        let mut word = String::new();
        while let Some(c) = self.plain_at(0) {
            let letter_next = self.plain_at(1).is_some_and(|c| c.is_ascii_alphabetic());
            let single = word.rsplit('.').next().is_some_and(|part| part.len() == 1);
            let inside = letter_next && (matches!(c, '\'' | '-') || (c == '.' && single));
            if !c.is_ascii_alphabetic() && !inside {
                break;
            }
            word.push(c);
            self.skip(1);
        }
        let said = unit(&word).filter(|_| word.len() > 1 && word.chars().any(|c| c.is_ascii_uppercase()));
        self.word(said.unwrap_or(&word));
    }

    fn sign(&mut self, sign: char, before_magnitude: bool) {
        let between_digits = self.before.is_some_and(|c| c.is_ascii_digit()) && self.digit_at(1);
        if let Some(currency) = Currency::of(sign) {
            self.skip(1);
            if self.digit_at(0) {
                self.amount(currency, before_magnitude);
            } else {
                self.word(currency.whole.0);
            }
            return;
        }
        let opens = self.before.is_none();
        self.skip(1);
        match sign {
            '-' if opens && self.digit_at(0) => self.word("minus"),
            '#' if self.digit_at(0) => self.word("number"),
            '#' => self.word("hash"),
            '/' if between_digits => self.word("slash"),
            ',' | ';' | ':' | '.' | '!' | '?'
                if !between_digits && !self.words.is_empty() && !self.words.ends_with(',') =>
            {
                self.words.push(',');
            }
            _ => {}
        }
    }

    fn amount(&mut self, currency: Currency, before_magnitude: bool) {
        let number = self.number();
        let magnitude = match number.rsplit_once(' ') {
            Some((_, word)) => is_magnitude(word),
            None => false,
        };
        if before_magnitude && !magnitude {
            self.word(&number);
            self.afterwards = Some(currency.whole.1);
            return;
        }
        match number.split_once('.') {
            Some((whole, part)) if part.len() == 2 => {
                let whole_is_zero = whole.chars().all(|c| c == '0');
                if !whole_is_zero {
                    self.word(whole);
                    self.word(if whole == "1" { currency.whole.0 } else { currency.whole.1 });
                }
                let part = part.trim_start_matches('0');
                if !part.is_empty() {
                    if !whole_is_zero {
                        self.word("and");
                    }
                    self.word(part);
                    self.word(if part == "1" { currency.part.0 } else { currency.part.1 });
                } else if whole_is_zero {
                    self.word("0");
                    self.word(currency.whole.1);
                }
            }
            _ => {
                self.word(&number);
                self.word(if number == "1" { currency.whole.0 } else { currency.whole.1 });
            }
        }
    }

    /// "20 °C" and "20°F".
    fn scale(&mut self) {
        let scale = match self.plain_at(0) {
            Some('C') => "Celsius",
            Some('F') => "Fahrenheit",
            _ => return,
        };
        if !self.plain_at(1).is_some_and(|c| c.is_ascii_alphabetic()) {
            self.skip(1);
            self.word(scale);
        }
    }

    fn word(&mut self, word: &str) {
        if !word.is_empty() {
            if !self.words.is_empty() {
                self.words.push(' ');
            }
            self.words.push_str(word);
        }
    }

    fn take_while(&mut self, holds: fn(char) -> bool) -> String {
        let mut run = String::new();
        while let Some(c) = self.plain_at(0).filter(|c| holds(*c)) {
            run.push(c);
            self.skip(1);
        }
        run
    }

    fn plain_at(&self, ahead: usize) -> Option<char> {
        match self.rest.get(ahead) {
            Some(Reading::Plain(c)) => Some(*c),
            _ => None,
        }
    }

    fn digit_at(&self, ahead: usize) -> bool {
        self.plain_at(ahead).is_some_and(|c| c.is_ascii_digit())
    }

    fn skip(&mut self, count: usize) {
        if let Some(Reading::Plain(c)) = count.checked_sub(1).and_then(|last| self.rest.get(last)) {
            self.before = Some(*c);
        }
        self.rest = self.rest.get(count..).unwrap_or_default();
    }
}

/// A currency's names: one and many, of the whole and of its hundredth.
#[derive(Clone, Copy)]
struct Currency {
    whole: (&'static str, &'static str),
    part: (&'static str, &'static str),
}

impl Currency {
    fn of(sign: char) -> Option<Self> {
        let (whole, part) = match sign {
            '$' => (("dollar", "dollars"), ("cent", "cents")),
            '€' => (("euro", "euros"), ("cent", "cents")),
            '£' => (("pound", "pounds"), ("penny", "pence")),
            '¥' => (("yen", "yen"), ("sen", "sen")),
            _ => return None,
        };
        Some(Self { whole, part })
    }
}

fn is_magnitude(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "hundred" | "thousand" | "million" | "billion" | "trillion")
}

/// Abbreviations that are grown onto a number, or that no lexicon would read.
fn unit(letters: &str) -> Option<&'static str> {
    Some(match letters {
        "k" | "K" => "thousand",
        "M" => "million",
        "bn" | "B" => "billion",
        "am" | "AM" => "A M",
        "pm" | "PM" => "P M",
        "kg" => "kilograms",
        "km" => "kilometers",
        "cm" => "centimeters",
        "mm" => "millimeters",
        "ms" => "milliseconds",
        "GHz" => "gigahertz",
        "MHz" => "megahertz",
        "kHz" => "kilohertz",
        "Hz" => "hertz",
        "GB" => "gigabytes",
        "MB" => "megabytes",
        "KB" | "kB" => "kilobytes",
        "TB" => "terabytes",
        _ => return None,
    })
}

/// "https://a.b/c", "www.a.b", "a@b.c", "example.com", "notes.txt".
fn is_address(written: &str) -> bool {
    let ascii = written.is_ascii();
    let has_letters = written.chars().any(|c| c.is_ascii_alphabetic());
    if !ascii || !has_letters {
        return false;
    }
    if written.contains("://") || written.starts_with("www.") {
        return true;
    }
    if let Some((user, host)) = written.split_once('@')
        && !user.is_empty()
        && host.contains('.')
    {
        return true;
    }
    let host = written.split(['/', ':', '?', '#']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let plain = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    labels.len() >= 2
        && labels.iter().all(plain)
        && labels.iter().any(|label| label.len() >= 3)
        && labels.last().is_some_and(|zone| zone.len() >= 2 && zone.chars().all(|c| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(written: &str) -> String {
        say(written, "").unwrap().words
    }

    #[test]
    fn plain_words_stay() {
        for word in
            ["hello", "don't", "well-known", "U.S.A", "O'Neill", "iPhone", "1,000", "3.14", "1st", "1990s"]
        {
            assert_eq!(said(word), word);
        }
        assert_eq!(said("café"), "cafe");
    }

    #[test]
    fn signs_become_words() {
        assert_eq!(said("50%"), "50 percent");
        assert_eq!(said("R&D"), "R and D");
        assert_eq!(said("a+b=c"), "a plus b equals c");
        assert_eq!(said("#1"), "number 1");
        assert_eq!(said("#tag"), "hash tag");
        assert_eq!(said("20°C"), "20 degrees Celsius");
        assert_eq!(said("-15"), "minus 15");
        assert_eq!(said("−15"), "minus 15");
        assert_eq!(said("€"), "euro");
        assert_eq!(said("5kg"), "5 kilograms");
        assert_eq!(said("GHz"), "gigahertz");
        assert_eq!(said("10am"), "10 A M");
        assert_eq!(said("and/or"), "and or");
        assert_eq!(said("3/4"), "3 slash 4");
        assert_eq!(said("3:30"), "3 30");
        assert_eq!(said("x86_64"), "x 86 64");
        assert_eq!(said("v1.2.3"), "v 1 point 2 point 3");
        assert_eq!(said("m²"), "m squared");
        assert_eq!(said("word,word"), "word, word");
    }

    #[test]
    fn amounts_name_their_currency_last() {
        assert_eq!(said("$1"), "1 dollar");
        assert_eq!(said("$9.99"), "9 dollars and 99 cents");
        assert_eq!(said("£0.50"), "50 pence");
        assert_eq!(said("€3.5"), "3.5 euros");
        assert_eq!(said("$5M"), "5 million dollars");
        let million = say("$1.5", "million").unwrap();
        assert_eq!((million.words.as_str(), million.afterwards), ("1.5", Some("dollars")));
    }

    #[test]
    fn addresses_are_spelled_by_their_parts() {
        assert_eq!(
            said("https://example.com/a-b?c=d"),
            "https, example dot com slash a dash b question mark c equals d"
        );
        assert_eq!(said("me@example.org"), "me at example dot org");
        assert_eq!(said("notes.txt"), "notes dot txt");
        assert_eq!(said("e.g"), "e.g");
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_place() {
        assert_eq!(say("日本", ""), Err(0));
        assert_eq!(say("ok👍", ""), Err(2));
    }
}
