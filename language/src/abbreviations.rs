//! Full stops that end no sentence.

/// Always followed by a name or by what they introduce.
const NEVER: &[&str] = &[
    "adm", "approx", "asst", "attn", "avg", "brig", "ca", "capt", "cdr", "cf", "cmdr", "col", "cpl", "dr",
    "drs", "e.g", "eg", "esp", "excl", "gen", "gov", "hon", "i.e", "ie", "incl", "lt", "maj", "messrs",
    "mgr", "mlle", "mme", "mr", "mrs", "ms", "mt", "mx", "orig", "pfc", "pres", "prof", "pvt", "rep", "reps",
    "rev", "sen", "sens", "sgt", "supt", "usu", "v", "viz", "vs",
];

/// Followed by a number where they abbreviate.
const BEFORE_NUMBERS: &[&str] = &[
    "apr", "art", "aug", "ch", "chap", "dec", "eq", "eqs", "ext", "feb", "fig", "figs", "jan", "jul", "jun",
    "mar", "no", "nos", "nov", "nr", "oct", "op", "p", "pg", "pp", "pt", "sec", "sect", "sep", "sept", "tel",
    "vol", "vols",
];

/// Stand inside a sentence far more often than at its end.
const SELDOM: &[&str] = &[
    "a.m", "al", "apt", "assn", "ave", "blvd", "bros", "co", "corp", "dept", "depts", "esq", "est", "etc",
    "govt", "intl", "ft", "gal", "hr", "hrs", "hwy", "inc", "jr", "lb", "lbs", "ltd", "m.sc", "max", "min",
    "mins", "misc", "natl", "mos", "oz", "p.m", "ph.d", "qt", "rd", "sq", "sr", "st", "tbsp", "tsp", "univ",
    "wks", "yd", "yds", "yr", "yrs",
];

/// With a capital and before a small letter they end nothing: "Portland, Ore. is wet."
const PLACES_AND_DAYS: &[&str] = &[
    "ala", "ariz", "ark", "calif", "colo", "conn", "del", "fla", "fri", "ga", "ill", "ind", "kan", "ky",
    "la", "mass", "md", "mich", "minn", "miss", "mo", "mon", "mont", "neb", "nev", "okla", "ont", "ore",
    "pa", "que", "sat", "sun", "tenn", "tex", "thu", "thur", "thurs", "tue", "tues", "va", "vt", "wash",
    "wed", "wis", "wyo",
];

/// Words that open a sentence far more often than they follow an abbreviation inside one.
const OPENERS: &[&str] = &[
    "a",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "another",
    "are",
    "as",
    "at",
    "because",
    "before",
    "but",
    "can",
    "did",
    "do",
    "does",
    "each",
    "even",
    "every",
    "finally",
    "first",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "her",
    "here",
    "his",
    "how",
    "however",
    "i",
    "i'm",
    "if",
    "in",
    "is",
    "it",
    "it's",
    "its",
    "later",
    "let",
    "many",
    "maybe",
    "meanwhile",
    "most",
    "my",
    "next",
    "no",
    "not",
    "now",
    "of",
    "on",
    "once",
    "one",
    "only",
    "or",
    "our",
    "perhaps",
    "please",
    "she",
    "since",
    "so",
    "some",
    "soon",
    "still",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "thus",
    "to",
    "today",
    "unless",
    "until",
    "was",
    "we",
    "well",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "will",
    "with",
    "would",
    "yes",
    "yet",
    "you",
    "your",
];

/// Whether a single full stop after `word` may end a sentence, given the word that follows (empty at the end of
/// the text or paragraph). `word` has no white space and no final stop; `opens_line` says that nothing but the
/// word precedes the stop in its line.
pub(crate) fn may_end_sentence(word: &str, next: &str, opens_line: bool) -> bool {
    if next.is_empty() {
        return true;
    }
    let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '&');
    let lower = bare.to_lowercase();
    let following = bare.ends_with("ff") && bare.starts_with(char::is_numeric);
    if next.starts_with(char::is_lowercase) && (following || crate::english::is_abbreviation(bare)) {
        return false;
    }
    if crate::english::introduces(bare, next) && !is_opener(next) {
        return false;
    }
    let numbers_an_item = opens_line && bare.len() <= 3 && bare.chars().all(|c| c.is_ascii_digit());
    if numbers_an_item || NEVER.contains(&lower.as_str()) {
        return false;
    }
    // "p. 5", but "J. P. Morgan".
    if BEFORE_NUMBERS.contains(&lower.as_str()) && bare != "P" {
        return !next.starts_with(char::is_numeric) && !next.starts_with(char::is_lowercase);
    }
    if bare.starts_with(char::is_uppercase) && PLACES_AND_DAYS.contains(&lower.as_str()) {
        let goes_on = next.starts_with(char::is_lowercase) || next.starts_with(char::is_numeric);
        return !goes_on && (lower.len() < 4 || is_opener(next));
    }
    // "Max" and "Est" are names.
    let named = matches!(bare, "Max" | "Est");
    if is_initials(bare) || !named && SELDOM.contains(&lower.as_str()) {
        return is_opener(next);
    }
    true
}

/// One letter, or letters with stops between them: "J", "U.S", "Ph.D".
fn is_initials(word: &str) -> bool {
    let one_letter = |part: &str| {
        let mut chars = part.chars();
        chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
    };
    let initial = one_letter(word) && word.starts_with(char::is_uppercase) && word != "I";
    initial || (word.contains('.') && word.split('.').all(one_letter))
}

fn is_opener(word: &str) -> bool {
    let lower = word.to_lowercase().replace('’', "'");
    word.starts_with(char::is_uppercase) && OPENERS.contains(&lower.as_str())
}
