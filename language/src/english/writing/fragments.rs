//! Pieces of names that are no words of a sentence: "ThrowbackThursday", "jd", "HTTPServer", "utf8".

use super::super::cardinals::{cardinal, digit};
use super::initials;

/// Two letters that are said as a word.
const SHORT: &[&str] = &[
    "am", "an", "as", "at", "be", "bo", "by", "co", "de", "do", "ed", "el", "go", "he", "hi", "if", "in",
    "is", "it", "jo", "la", "le", "lo", "ma", "me", "mo", "my", "no", "of", "oh", "ok", "on", "or", "ox",
    "pa", "re", "so", "to", "un", "up", "us", "we", "ye", "yo",
];

/// Written small in names, and spelled though they could be said.
const SPELLED: &[&str] = &[
    "aac", "aes", "api", "apis", "aws", "cpu", "eof", "eu", "exe", "faq", "ide", "ios", "iso", "oid", "org",
    "uid", "uri", "uris", "url", "urls", "usa", "usb", "utc", "utf", "uuid", "vpn",
];

/// How a piece is said where it is not said as it is written.
const SAID: &[(&str, &str)] = &[
    ("bashrc", "bash R C"),
    ("devops", "dev ops"),
    ("docx", "doc X"),
    ("gitignore", "git ignore"),
    ("gmail", "G mail"),
    ("hotmail", "hot mail"),
    ("jpeg", "JPEG"),
    ("jpg", "JPEG"),
    ("json", "jason"),
    ("linkedin", "linked in"),
    ("localhost", "local host"),
    ("mkdir", "make deer"),
    ("mpeg", "M peg"),
    ("nvidia", "NVIDIA"),
    ("openai", "open A I"),
    ("org", "org"),
    ("png", "P N G"),
    ("readme", "read me"),
    ("regex", "reg ex"),
    ("sql", "S Q L"),
    ("stderr", "standard error"),
    ("stdin", "standard in"),
    ("stdout", "standard out"),
    ("toml", "toml"),
    ("txt", "text"),
    ("usr", "user"),
    ("vimrc", "vim R C"),
    ("wifi", "Wi-Fi"),
    ("xbox", "X box"),
    ("youtube", "YouTube"),
    ("zshrc", "Z S H R C"),
];

/// Every piece of a text, cut where letters turn into figures or small letters into capitals; signs are left out.
fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !is_letter(c) && !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .flat_map(pieces)
        .map(piece)
        .collect()
}

/// The same, with single spaces between.
pub(crate) fn fragment(text: &str) -> String {
    words_of(text).join(" ")
}

/// "G P U"; other characters are left out.
pub(crate) fn letters(text: &str) -> String {
    let mut said = String::new();
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if !said.is_empty() {
            said.push(' ');
        }
        said.extend(c.to_uppercase());
    }
    said
}

/// Whether English could have such a word: it has a vowel, and no more consonants at its ends than a tongue takes.
pub(super) fn is_pronounceable(word: &str) -> bool {
    const ONSETS: &[&str] = &[
        "bl", "br", "ch", "chr", "cl", "cr", "dr", "dw", "fl", "fr", "gh", "gl", "gn", "gr", "kl", "kn",
        "kr", "ph", "phr", "pl", "pr", "ps", "rh", "sc", "sch", "schl", "schm", "schn", "schw", "scr", "sh",
        "shr", "sk", "sl", "sm", "sn", "sp", "sph", "spl", "spr", "squ", "st", "str", "sw", "th", "thr",
        "thw", "tr", "ts", "tw", "wh", "wr", "zh",
    ];
    const CODAS: &[&str] = &[
        "bs", "rx", "nx", "bt", "xx", "cc", "mm", "gg", "dd", "bb", "pp", "cs", "ck", "cks", "ct", "cts",
        "ch", "cht", "ds", "dge", "ff", "ffs", "ft", "fts", "gh", "ghs", "ght", "ghts", "gs", "hl", "hm",
        "hn", "hns", "hr", "ks", "lb", "ld", "lds", "lf", "lk", "lks", "ll", "lls", "lm", "lms", "lp", "lps",
        "ls", "lt", "lts", "lth", "lths", "mb", "mbs", "mp", "mps", "ms", "mpt", "nch", "nct", "nd", "nds",
        "ng", "ngs", "ngth", "ngths", "nk", "nks", "nn", "ns", "nst", "nt", "nth", "nths", "nts", "nz", "ph",
        "phs", "ps", "pt", "pts", "rb", "rbs", "rch", "rd", "rds", "rf", "rfs", "rg", "rk", "rks", "rl",
        "rls", "rld", "rlds", "rm", "rms", "rmth", "rn", "rns", "rp", "rps", "rr", "rs", "rsh", "rst",
        "rsts", "rt", "rth", "rths", "rts", "rv", "sc", "sh", "sk", "sks", "sm", "sms", "sp", "sps", "ss",
        "st", "sts", "tch", "th", "ths", "ts", "tt", "tts", "tz", "wd", "wds", "wk", "wks", "wl", "wls",
        "wn", "wns", "ws", "wth", "ws", "xt", "xts", "zz",
    ];
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let Some(first) = word.find(is_vowel) else { return false };
    let last = word.rfind(is_vowel).map_or(0, |at| at + 1);
    let onset = word.get(..first).unwrap_or_default();
    let coda = word.get(last..).unwrap_or_default();
    let inside = word.split(is_vowel).map(str::len).max().unwrap_or(0);
    let vowels = word.split(|c| !is_vowel(c)).map(str::len).max().unwrap_or(0);
    (onset.len() < 2 || ONSETS.contains(&onset))
        && (coda.len() < 2 || CODAS.contains(&coda))
        && inside <= 4
        && vowels <= 3
        && !word.starts_with("ii")
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || speech::is_combining_mark(c)
}

/// Cuts letters and figures without signs between them: "parseHTTPHeader2" is "parse", "HTTP", "Header", "2".
fn pieces(text: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut pieces = Vec::new();
    let mut start = 0;
    for (index, &(at, c)) in chars.iter().enumerate().skip(1) {
        let before = chars.get(index - 1).map_or(c, |(_, before)| *before);
        let next_is_small = chars.get(index + 1).is_some_and(|(_, next)| next.is_lowercase());
        // The s of "GPUs" and "IDs" stays.
        let plural = chars.get(index + 1).is_some_and(|(_, next)| *next == 's')
            && chars.get(index + 2).is_none_or(|(_, c)| c.is_uppercase() || c.is_ascii_digit());
        let figure = before.is_ascii_digit() != c.is_ascii_digit();
        let hump = before.is_lowercase() && c.is_uppercase();
        let head = before.is_uppercase() && c.is_uppercase() && next_is_small && !plural;
        if figure || hump || head {
            pieces.extend(text.get(start..at));
            start = at;
        }
    }
    pieces.extend(text.get(start..));
    pieces
}

/// How one piece is said.
fn piece(piece: &str) -> String {
    if piece.starts_with(|c: char| c.is_ascii_digit()) {
        return number(piece);
    }
    let lower = piece.to_lowercase();
    if let Some((_, said)) = SAID.iter().find(|(written, _)| *written == lower) {
        return (*said).to_owned();
    }
    if !piece.is_ascii() {
        return lower;
    }
    if let Some(said) = initials::capitals(piece) {
        return said;
    }
    let spelled = match lower.len() {
        1 => true,
        2 => !SHORT.contains(&lower.as_str()),
        _ => SPELLED.contains(&lower.as_str()) || !is_pronounceable(&lower),
    };
    if spelled { letters(&lower) } else { lower }
}

/// Small numbers are numbers, long ones are read figure by figure.
fn number(figures: &str) -> String {
    if figures.len() <= 2 && (figures == "0" || !figures.starts_with('0')) {
        return cardinal(figures);
    }
    figures.chars().filter_map(digit).collect::<Vec<_>>().join(" ")
}
