//! Roman numerals, where what stands before them says that they are.

use super::super::cardinals::{cardinal, ordinal};
use crate::sentence::{Match, Sentence};
use crate::{Class, Token};

/// A numeral after one of these counts: "Chapter IV". With a capital it may be a single letter.
const HEADS: &[&str] = &[
    "act",
    "appendix",
    "article",
    "book",
    "bowl",
    "canto",
    "chapter",
    "chapters",
    "class",
    "division",
    "episode",
    "figure",
    "grade",
    "law",
    "level",
    "mark",
    "movement",
    "number",
    "page",
    "part",
    "parts",
    "phase",
    "phases",
    "quarter",
    "scene",
    "season",
    "section",
    "sections",
    "stage",
    "symphony",
    "table",
    "title",
    "type",
    "unit",
    "vol",
    "volume",
    "volumes",
    "war",
    "apollo",
    "rocky",
    "rambo",
    "saturn",
    "fantasy",
    "warcraft",
    "civilization",
    "elizabethan",
    "saw",
    "halloween",
    "terminator",
];

/// Names of rulers: a numeral after one of them ranks.
const RULERS: &[&str] = &[
    "Albert",
    "Alexander",
    "Alexandra",
    "Alfonso",
    "Amenhotep",
    "Baldwin",
    "Benedict",
    "Boniface",
    "Carl",
    "Catherine",
    "Charles",
    "Christian",
    "Clement",
    "Constantine",
    "Darius",
    "Edward",
    "Elizabeth",
    "Eric",
    "Eugene",
    "Ferdinand",
    "Francis",
    "Franz",
    "Frederick",
    "Friedrich",
    "George",
    "Gregory",
    "Gustav",
    "Haakon",
    "Harald",
    "Henry",
    "Innocent",
    "Isabella",
    "Ivan",
    "James",
    "Joan",
    "Johan",
    "John",
    "Joseph",
    "Juan",
    "Julius",
    "Karl",
    "Kamehameha",
    "Leo",
    "Leopold",
    "Louis",
    "Ludwig",
    "Mahmud",
    "Malcolm",
    "Margaret",
    "Margrethe",
    "Mary",
    "Maximilian",
    "Mehmed",
    "Mohammed",
    "Murad",
    "Mustafa",
    "Napoleon",
    "Nicholas",
    "Otto",
    "Paul",
    "Pedro",
    "Peter",
    "Philip",
    "Pius",
    "Ramesses",
    "Ramses",
    "Richard",
    "Robert",
    "Rudolf",
    "Selim",
    "Sixtus",
    "Suleiman",
    "Thutmose",
    "Umberto",
    "Urban",
    "Victor",
    "Vittorio",
    "Wilhelm",
    "William",
    "Xerxes",
    "Abdullah",
    "Hassan",
    "Rama",
    "Thomas",
    "Davis",
    "Bush",
    "Gates",
    "Howell",
    "Griffin",
];

/// Reads a numeral of two letters or more. One letter is settled by what was said before it.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let core = sentence.core(at);
    let (numeral, suffix) =
        core.strip_suffix("'s").or_else(|| core.strip_suffix("’s")).map_or((core, ""), |base| (base, "'s"));
    if numeral.len() < 2 || numeral.len() > 12 {
        return None;
    }
    let value = value(numeral)?;
    let before = sentence.before(at);
    let number = || cardinal(&value.to_string());
    let said = if RULERS.contains(&before) {
        format!("the {}", ordinal(&number()))
    } else if HEADS.contains(&before.to_ascii_lowercase().as_str()) {
        number()
    } else {
        let known = matches!(
            numeral,
            "II" | "III"
                | "VII"
                | "VIII"
                | "XII"
                | "XIII"
                | "XIV"
                | "XVI"
                | "XVII"
                | "XVIII"
                | "XIX"
                | "XXI"
                | "XXII"
                | "XXIII"
                | "XXIV"
        );
        let named = matches!(numeral, "IV" | "VI" | "IX" | "XI" | "XV")
            && before.starts_with(char::is_uppercase)
            && before.chars().any(char::is_lowercase)
            && !matches!(before, "The" | "An" | "In" | "His" | "Her");
        let long = numeral.len() > 4 && numeral != "CIVIL";
        (known || named || long).then(number)?
    };
    Some(Match::one(Class::Roman, said + suffix))
}

/// Settles single letters by what was said before them: "Chapter V", "Henry V". It looks only at what is said, so that
/// to read it again changes nothing.
pub(crate) fn settle(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        let (before, rest) = tokens.split_at_mut(at);
        let (Some(before), Some((token, after))) = (before.last(), rest.split_first_mut()) else { return };
        let value = match token.said.as_str() {
            "I" => 1,
            "V" => 5,
            "X" => 10,
            _ => continue,
        };
        if !before.trail.is_empty() || !token.lead.is_empty() {
            continue;
        }
        let head = before.said.rsplit(' ').next().unwrap_or_default();
        let ends = !token.trail.is_empty() || after.is_empty();
        let next = after.first().map_or("", |next| next.said.as_str());
        let counts =
            HEADS.contains(&head.to_ascii_lowercase().as_str()) && head.starts_with(char::is_uppercase);
        let after_war = head.eq_ignore_ascii_case("war");
        let (holds, said) = if counts || after_war {
            let pronoun = value == 1
                && !ends
                && !matches!(
                    next,
                    "of" | "and"
                        | "was"
                        | "is"
                        | "in"
                        | "began"
                        | "ended"
                        | "the"
                        | "to"
                        | "through"
                        | "describes"
                        | "covers"
                );
            (!pronoun || after_war || starts_upper(next), cardinal(&value.to_string()))
        } else if RULERS.contains(&head) && head != "Malcolm" {
            let pronoun = value == 1
                && !ends
                && !matches!(next, "of" | "and" | "reigned" | "ruled" | "who" | "became" | "died" | "is");
            (!pronoun, format!("the {}", ordinal(&cardinal(&value.to_string()))))
        } else {
            (false, String::new())
        };
        if holds {
            token.said = said;
            token.class = Class::Roman;
        }
    }
}

fn starts_upper(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().count() > 1
}

/// The number that a numeral in capitals stands for, if it is written as it should be.
pub(super) fn value(numeral: &str) -> Option<u32> {
    const PARTS: [(&str, u32); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    if numeral.is_empty() || numeral.len() > 15 {
        return None;
    }
    let (mut rest, mut value) = (numeral, 0);
    for (letters, worth) in PARTS {
        let most = if letters.len() == 1 && !matches!(letters, "V" | "L" | "D") { 3 } else { 1 };
        for _ in 0..most {
            if let Some(after) = rest.strip_prefix(letters) {
                (rest, value) = (after, value + worth);
            }
        }
    }
    rest.is_empty().then_some(value)
}
