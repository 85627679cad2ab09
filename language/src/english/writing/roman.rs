//! Roman numerals, where what stands before them says that they are.

use super::super::cardinals::{cardinal, ordinal};
use crate::Class;
use crate::sentence::{Match, Sentence};

/// A numeral after one of these counts: "Chapter IV". With a capital it may be a single letter.
const HEADS: &[&str] = &[
    "act",
    "acts",
    "appendix",
    "article",
    "articles",
    "book",
    "books",
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
    "levels",
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
    "scenes",
    "season",
    "section",
    "sections",
    "stage",
    "symphony",
    "table",
    "tables",
    "title",
    "type",
    "types",
    "unit",
    "vol",
    "vols",
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

/// Reads a numeral.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let core = sentence.core(at);
    let (numeral, suffix) =
        core.strip_suffix("'s").or_else(|| core.strip_suffix("’s")).map_or((core, ""), |base| (base, "'s"));
    if let Some(found) = range(sentence, at) {
        return Some(found);
    }
    if core.len() == 1 {
        return single(sentence, at);
    }
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

/// "chapters XI–XIV", "Parts I-III", "the XIX–XX centuries".
fn range(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    // A dash between letters ends a chunk, a hyphen does not.
    let dashed = || matches!(chunk.trail, "–" | "—").then(|| (2, chunk.core, sentence.chunk(at + 1)));
    let (chunks, first, last) = match chunk.core.split_once('-') {
        Some((first, last)) => (1, first, last),
        None => {
            let (chunks, first, next) = dashed()?;
            (chunks, first, next.filter(|next| next.lead.is_empty())?.core)
        }
    };
    let (from, to) = (value(first)?, value(last)?);
    let headed = HEADS.contains(&sentence.before(at).to_ascii_lowercase().as_str());
    let plain = first.len() > 1 && last.len() > 1 && first.len() + last.len() > 4;
    if from >= to || !(headed || plain) {
        return None;
    }
    let (from, to) = (cardinal(&from.to_string()), cardinal(&to.to_string()));
    let ranks = matches!(sentence.core(at + chunks), "century" | "centuries");
    let said =
        if ranks { format!("{} to {}", ordinal(&from), ordinal(&to)) } else { format!("{from} to {to}") };
    Some(Match::many(chunks, Class::Roman, said))
}

/// "Chapter V", "Henry V", but "the part I liked".
fn single(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let value = match sentence.core(at) {
        "I" => 1,
        "V" => 5,
        "X" => 10,
        _ => return None,
    };
    if !sentence.chunk(at)?.lead.is_empty() {
        return None;
    }
    let before = sentence.before(at);
    let next = sentence.after(at);
    let goes_on = |words: &[&str]| value != 1 || next.is_empty() || words.contains(&next);
    let number = cardinal(&value.to_string());
    let head = before.to_ascii_lowercase();
    if HEADS.contains(&head.as_str()) && (before.starts_with(char::is_uppercase) || head == "war") {
        let follows = goes_on(&[
            "of",
            "and",
            "was",
            "is",
            "in",
            "began",
            "ended",
            "the",
            "to",
            "through",
            "describes",
            "covers",
        ]);
        return (follows || head == "war" || starts_upper(next)).then(|| Match::one(Class::Roman, number));
    }
    let rules = RULERS.contains(&before) && before != "Malcolm";
    let follows = goes_on(&["of", "and", "reigned", "ruled", "who", "became", "died", "is"]);
    (rules && follows).then(|| Match::one(Class::Roman, format!("the {}", ordinal(&number))))
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
