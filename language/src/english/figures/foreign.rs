//! Figures of other scripts, and figures that are raised or lowered.

/// The zeros of scripts whose figures follow each other.
const ZEROS: [char; 18] =
    ['٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '₀', '０', '\u{245f}'];

/// A text with every figure written 0 to 9, if it holds others.
pub(super) fn figures(text: &str) -> Option<String> {
    (!text.is_ascii() && text.contains(|c: char| value(c).is_some()))
        .then(|| text.chars().map(|c| value(c).unwrap_or(c)).collect())
}

/// A text with its raised figures on the line: "note¹" as "note1".
pub(super) fn lowered(text: &str) -> Option<String> {
    let plain: String = text.chars().map(|c| super::maths::raised(c).unwrap_or(c)).collect();
    (plain != text).then_some(plain)
}

fn value(c: char) -> Option<char> {
    match c {
        _ if c.is_ascii() => return None,
        '٫' => return Some('.'),
        '٬' => return Some(','),
        _ => {}
    }
    let offset = ZEROS
        .iter()
        .find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|offset| *offset < 10))?;
    char::from_digit(offset, 10)
}
