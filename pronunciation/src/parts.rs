//! Words that the lexicon does not know, taken apart: hyphens, capitals inside, digits.

/// The runs of a word: letters with their apostrophes, single digits, and single signs.
pub(crate) fn runs(word: &str) -> Vec<&str> {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '\'';
    let mut runs = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let end = if is_letter(first) { rest.find(|c| !is_letter(c)) } else { Some(first.len_utf8()) };
        let (run, behind) = rest.split_at(end.unwrap_or(rest.len()));
        runs.push(run);
        rest = behind;
    }
    runs
}

/// "GitHub": "Git", "Hub". "OpenAIs": "Open", "AIs". "XMLFile": "XML", "File".
pub(crate) fn humps(word: &str) -> Vec<&str> {
    let bytes = word.as_bytes();
    let mut humps = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        let upper = bytes[at].is_ascii_uppercase();
        let after_small = upper && bytes[at - 1].is_ascii_lowercase();
        let small_after =
            upper && at + 2 < bytes.len() && bytes[at + 1..at + 3].iter().all(u8::is_ascii_lowercase);
        let last_word = small_after && bytes[at - 1].is_ascii_uppercase();
        if after_small || last_word {
            humps.push(&word[start..at]);
            start = at;
        }
    }
    humps.push(&word[start..]);
    humps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_apart() {
        assert_eq!(runs("Foo-Bar"), ["Foo", "-", "Bar"]);
        assert_eq!(runs("x86_6"), ["x", "8", "6", "_", "6"]);
        assert_eq!(runs("O'Neill"), ["O'Neill"]);
        assert_eq!(humps("GitHub"), ["Git", "Hub"]);
        assert_eq!(humps("OpenAIs"), ["Open", "AIs"]);
        assert_eq!(humps("XMLFile"), ["XML", "File"]);
        assert_eq!(humps("iPhone"), ["i", "Phone"]);
        assert_eq!(humps("plain"), ["plain"]);
    }
}
