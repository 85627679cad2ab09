//! Punctuation as the model knows it.

/// The punctuation that the model knows, each once in a row and four at most.
pub(crate) fn marks(written: &str, leads: bool) -> String {
    let mut known = String::new();
    let mut stops = 0;
    for c in written.chars() {
        stops = if c == '.' { stops + 1 } else { 0 };
        let mark = match c {
            '.' if stops == 2 => {
                known.pop();
                '…'
            }
            '.' if stops > 2 => continue,
            '.' | ',' | ';' | ':' | '!' | '?' | '…' => c,
            '。' | '｡' => '.',
            '、' | '，' => ',',
            '！' | '‼' => '!',
            '？' | '؟' | '⁇' => '?',
            '—' | '―' | '–' | '-' => '—',
            '(' | '[' | '{' | '（' => '(',
            ')' | ']' | '}' | '）' => ')',
            '"' | '“' | '”' | '«' | '»' | '„' | '‟' => {
                if leads {
                    '“'
                } else {
                    '”'
                }
            }
            _ => continue,
        };
        if !known.ends_with(mark) && known.chars().count() < 4 {
            known.push(mark);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_the_model_s_own() {
        assert_eq!(marks("...", false), "…");
        assert_eq!(marks("!!!)*", false), "!)");
        assert_eq!(marks("(\"", true), "(“");
        assert_eq!(marks(".\"", false), ".”");
        assert_eq!(marks(" --", true), "—");
        assert_eq!(marks("*_", true), "");
    }
}
