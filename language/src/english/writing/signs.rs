//! Signs by their names.

use crate::Class;
use crate::sentence::{Match, Sentence};

/// What a sign is called where it is said.
pub(crate) fn name(sign: char) -> Option<&'static str> {
    Some(match sign {
        '&' | '＆' | '∧' => "and",
        '@' => "at",
        '#' => "hash",
        '%' => "percent",
        '+' => "plus",
        '=' => "equals",
        '<' => "less than",
        '>' => "greater than",
        '$' => "dollar",
        '€' => "euro",
        '£' => "pound",
        '¥' => "yen",
        '¢' => "cent",
        '₹' => "rupee",
        '₽' => "ruble",
        '₿' => "bitcoin",
        '₩' => "won",
        '₪' => "shekel",
        '₫' => "dong",
        '₴' => "hryvnia",
        '₺' => "lira",
        '₱' => "peso",
        '₦' => "naira",
        '฿' => "baht",
        '¤' => "currency sign",
        '©' => "copyright",
        '®' => "registered trademark",
        '™' | '℠' => "trademark",
        '℗' => "sound recording copyright",
        '§' => "section",
        '¶' => "paragraph",
        '°' => "degrees",
        '℃' => "degrees celsius",
        '℉' => "degrees fahrenheit",
        'µ' | 'μ' => "mu",
        'Ω' => "ohms",
        '№' => "number",
        '¬' => "not",
        '¦' => "broken bar",
        '±' => "plus or minus",
        '∓' => "minus or plus",
        '×' => "times",
        '÷' => "divided by",
        '−' => "minus",
        '∕' | '⁄' => "over",
        '∙' | '⋅' => "dot",
        '∗' => "star",
        '≠' => "not equal to",
        '≈' => "approximately",
        '≃' | '≅' => "approximately equal to",
        '≡' => "identical to",
        '∼' => "similar to",
        '≤' | '⩽' => "less than or equal to",
        '≥' | '⩾' => "greater than or equal to",
        '≪' => "much less than",
        '≫' => "much greater than",
        '∝' => "proportional to",
        '√' => "square root of",
        '∛' => "cube root of",
        '∞' => "infinity",
        '∑' => "sum of",
        '∏' => "product of",
        '∫' => "integral of",
        '∂' => "partial",
        '∇' => "nabla",
        '∆' => "delta",
        '∈' => "in",
        '∉' => "not in",
        '∋' => "contains",
        '∅' => "empty set",
        '∪' => "union",
        '∩' => "intersection",
        '⊂' | '⊆' => "subset of",
        '⊃' | '⊇' => "superset of",
        '∀' => "for all",
        '∃' => "there exists",
        '∨' => "or",
        '⊕' => "plus in a circle",
        '⊗' => "times in a circle",
        '∴' => "therefore",
        '∵' => "because",
        '∠' => "angle",
        '⊥' => "perpendicular to",
        '∥' => "parallel to",
        '→' | '➔' | '➜' | '➝' | '➞' | '⟶' => "arrow",
        '←' | '⟵' => "left arrow",
        '↑' => "up arrow",
        '↓' => "down arrow",
        '↔' | '⟷' => "double arrow",
        '⇒' | '⟹' => "implies",
        '⇐' => "is implied by",
        '⇔' | '⟺' => "if and only if",
        '↦' => "maps to",
        '✓' | '✔' | '☑' => "check mark",
        '✗' | '✘' | '✕' | '✖' | '☒' => "cross mark",
        '☐' => "empty box",
        '★' | '☆' | '✦' | '✧' | '⭐' => "star",
        '♥' | '♡' | '❤' => "heart",
        '♦' | '♢' => "diamond",
        '♣' | '♧' => "club",
        '♠' | '♤' => "spade",
        '♪' | '♩' => "music note",
        '♫' | '♬' => "music notes",
        '♭' => "flat",
        '♮' => "natural",
        '♯' => "sharp",
        '⌘' => "command",
        '⌥' => "option",
        '⇧' => "shift",
        '⌃' => "control",
        '⏎' | '↵' => "return",
        '⌫' => "backspace",
        '⎋' => "escape",
        '☎' => "telephone",
        '�' => "replacement character",
        '\u{1F3FB}' => "light skin tone",
        '\u{1F3FC}' => "medium-light skin tone",
        '\u{1F3FD}' => "medium skin tone",
        '\u{1F3FE}' => "medium-dark skin tone",
        '\u{1F3FF}' => "dark skin tone",
        '〒' => "postal mark",
        _ => return greek(sign),
    })
}

/// A Greek letter that stands for itself: in a formula it is said by its name.
fn greek(letter: char) -> Option<&'static str> {
    Some(match letter {
        'α' | 'Α' => "alpha",
        'β' | 'Β' => "beta",
        'γ' | 'Γ' => "gamma",
        'δ' | 'Δ' => "delta",
        'ε' | 'Ε' | 'ϵ' => "epsilon",
        'ζ' | 'Ζ' => "zeta",
        'η' | 'Η' => "eta",
        'θ' | 'Θ' | 'ϑ' => "theta",
        'ι' | 'Ι' => "iota",
        'κ' | 'Κ' => "kappa",
        'λ' | 'Λ' => "lambda",
        'Μ' => "mu",
        'ν' | 'Ν' => "nu",
        'ξ' | 'Ξ' => "xi",
        'ο' | 'Ο' => "omicron",
        'π' | 'Π' => "pi",
        'ρ' | 'Ρ' => "rho",
        'σ' | 'ς' | 'Σ' => "sigma",
        'τ' | 'Τ' => "tau",
        'υ' | 'Υ' => "upsilon",
        'φ' | 'Φ' | 'ϕ' => "phi",
        'χ' | 'Χ' => "chi",
        'ψ' | 'Ψ' => "psi",
        'ω' | 'Ω' => "omega",
        _ => return None,
    })
}

/// What is said for punctuation between two words without a space; "," where a reader would only pause.
pub(crate) fn between_words(mark: char) -> &'static str {
    match mark {
        '.' => "dot",
        '/' => "slash",
        '\\' => "backslash",
        '_' => "underscore",
        '*' => "star",
        '^' => "caret",
        '~' => "tilde",
        '|' => "pipe",
        ',' | ';' | ':' | '!' | '?' | '…' | '—' | '–' | '―' | '、' | '。' | '，' | '！' | '？' | '：'
        | '；' | '¡' | '¿' | '·' | '•' => ",",
        _ => "",
    }
}

/// Whether a sign behind this word is the name of a key.
pub(crate) fn presses(word: &str) -> bool {
    matches!(word, "press" | "Press" | "pressing" | "dial" | "Dial" | "hit" | "Hit" | "enter" | "Enter")
}

/// Reads a chunk without anything that sounds, if it has a name: "/", "||", ":-)".
pub(crate) fn punctuation(marks: &str) -> Option<Match> {
    let said = match marks {
        "/" => "slash",
        "\\" => "backslash",
        "//" => "slash slash",
        "_" => "underscore",
        "^" => "caret",
        "~" => "tilde",
        "|" => "pipe",
        "||" => "or",
        ":=" => "becomes",
        ":-)" | ":)" | ":^)" | "(:" | "^_^" | "^^" => "smiley",
        ";-)" | ";)" => "winking smiley",
        ":-(" | ":(" | "):" | ":'(" => "sad smiley",
        ":-/" | ":/" | ":-\\" => "doubtful smiley",
        ":-|" | ":|" => "straight face",
        ":-*" | ":*" => "kiss",
        "-_-" => "annoyed face",
        _ => return None,
    };
    let class =
        if marks.len() > 1 && !matches!(marks, "//" | "||" | ":=") { Class::Emoji } else { Class::Sign };
    Some(Match::one(class, said).opening(marks.len()))
}

/// ":D", "<3", "xD", "!=", "->": signs of which only some have a sound.
pub(super) fn emoticon(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let short = chunk.core.len() <= 3 || (chunk.core.len() <= 12 && !chunk.core.is_ascii());
    let word = chunk.core.len() > 1 && chunk.core.bytes().all(|b| b.is_ascii_lowercase());
    if !short || word {
        return None;
    }
    let whole = [chunk.lead, chunk.core, chunk.trail].concat();
    let (class, said) = match whole.trim_end_matches([',', '.', '!', ';']) {
        ":D" | ":-D" | "=D" | "xD" | "XD" => (Class::Emoji, "laughing smiley"),
        ":P" | ":-P" | ":p" | ":-p" | "=P" => (Class::Emoji, "cheeky smiley"),
        ":O" | ":-O" | ":o" | ":-o" => (Class::Emoji, "surprised smiley"),
        "=)" | "=]" => (Class::Emoji, "smiley"),
        "=(" => (Class::Emoji, "sad smiley"),
        "<3" => (Class::Emoji, "heart"),
        "</3" => (Class::Emoji, "broken heart"),
        "¯\\_(ツ)_/¯" => (Class::Emoji, "shrug"),
        "!=" | "!==" | "/=" => (Class::Math, "not equal to"),
        "==" | "===" => (Class::Math, "equals"),
        "<=" => (Class::Math, "less than or equal to"),
        ">=" => (Class::Math, "greater than or equal to"),
        "=>" | "->" | "-->" | "==>" => (Class::Sign, "arrow"),
        "<-" | "<--" => (Class::Sign, "left arrow"),
        "<->" | "<=>" => (Class::Sign, "double arrow"),
        "&&" => (Class::Sign, "and"),
        "++" => (Class::Sign, "plus plus"),
        "+=" => (Class::Sign, "plus equals"),
        "-=" => (Class::Sign, "minus equals"),
        "+/-" | "+-" => (Class::Math, "plus or minus"),
        ":=" => (Class::Sign, "becomes"),
        _ => return None,
    };
    let closes = whole
        .trim_end_matches([',', '.', '!', ';'])
        .len()
        .saturating_sub(chunk.lead.len() + chunk.core.len());
    Some(Match::one(class, said).opening(chunk.lead.len()).closing(closes))
}
