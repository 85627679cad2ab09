//! Small steps over a text. Each gives what is left behind it.

/// The figures it starts with.
pub(super) fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The figures it starts with, if there are so many.
pub(super) fn digits_of(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    digits(text).filter(|(digits, _)| (least..=most).contains(&digits.len()))
}

/// The letters it starts with, perhaps none.
pub(super) fn letters(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len()))
}

/// Without the white space it starts with.
pub(super) fn spaced(text: &str) -> &str {
    text.trim_start()
}

/// Behind white space, if there is any.
pub(super) fn space(text: &str) -> Option<&str> {
    let left = text.trim_start();
    (left.len() < text.len()).then_some(left)
}

/// Behind a hyphen or a dash.
pub(super) fn dash(text: &str) -> Option<&str> {
    text.strip_prefix(['-', '–', '‐', '‑', '−', '—'])
}

/// Behind a hyphen or a dash, which may have white space on both sides.
pub(super) fn loose_dash(text: &str) -> Option<&str> {
    dash(text).or_else(|| space(dash(space(text)?)?))
}

/// Behind an apostrophe.
pub(super) fn apostrophe(text: &str) -> Option<&str> {
    text.strip_prefix(['\'', '’', '‘', '′'])
}

/// Whether no letter or figure goes on here.
pub(super) fn ends_word(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_alphanumeric())
}

/// Whether a number ends here: nothing follows that would make it part of another.
pub(super) fn stands(text: &str) -> bool {
    let glued = text
        .strip_prefix([':', '/', '.', ','])
        .is_some_and(|left| left.starts_with(|c: char| c.is_ascii_digit()));
    ends_word(text) && !glued && !text.starts_with(['%', '°', '‰'])
}

/// A short number.
pub(super) fn small(digits: &str) -> Option<u32> {
    digits.parse().ok()
}

/// Behind a word, whatever its case.
pub(super) fn word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, left) = text.split_at_checked(word.len())?;
    (first.eq_ignore_ascii_case(word) && ends_word(left)).then_some(left)
}

/// Whether one of the words is this one, whatever its case.
pub(super) fn is_one_of(word: &str, words: &str) -> bool {
    !word.is_empty() && words.split(' ').any(|one| one.eq_ignore_ascii_case(word))
}
