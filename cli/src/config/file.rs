//! Reads the configuration file, and says in one line what is wrong with it and where.

use std::fmt;
use std::fs;
use std::path::Path;

use super::Config;
use crate::failure::Failure;

/// Reads the file, which must be a whole configuration by itself.
pub(super) fn read(path: &Path) -> Result<toml::Table, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage(format_args!("the configuration {} cannot be read: {error}", path.display()))
    })?;
    // Read twice, because only the text itself knows its lines.
    let at_fault = |error: &toml::de::Error| Failure::usage(complaint(path.display(), &text, error));
    toml::from_str::<Config>(&text).map_err(|error| at_fault(&error))?;
    text.parse().map_err(|error| at_fault(&error))
}

/// `FILE, line 3: unknown key "lisen"; did you mean "listen"?`
fn complaint(file: impl fmt::Display, text: &str, error: &toml::de::Error) -> String {
    // Not the error's own Display: it quotes the line, and the line may hold a secret.
    let message = plain(error.message());
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("{file}, line {}: {message}", before.matches('\n').count() + 1),
        None => format!("{file}: {message}"),
    }
}

/// The message without what serde quotes of the file, since that may be a secret in the wrong place; and with an
/// unknown key called a key, and the nearest known one beside it.
pub(super) fn plain(message: &str) -> String {
    if let Some(message) = without_text(message) {
        return message;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(unknown) = quoted.next().filter(|_| message.starts_with("unknown field")) else {
        return message.to_owned();
    };
    let allowed: Vec<&str> = quoted.collect();
    let similarity = |known: &&str| strsim::jaro_winkler(unknown, known);
    let nearest = allowed.iter().copied().max_by(|one, other| similarity(one).total_cmp(&similarity(other)));
    match nearest.filter(|known| similarity(known) > 0.8) {
        Some(nearest) => format!("unknown key \"{unknown}\"; did you mean \"{nearest}\"?"),
        None => format!("unknown key \"{unknown}\"; known here: {}", allowed.join(", ")),
    }
}

/// What was expected instead of a text, without the text, which may itself hold quotes and commas. None where no text
/// is quoted.
fn without_text(message: &str) -> Option<String> {
    if let Some(variant) = message.strip_prefix("unknown variant `") {
        let (_, known) = variant.split_once("`, expected ").unwrap_or(("", "another"));
        return Some(format!("unknown value, expected {}", known.replace('`', "\"")));
    }
    let (what, quoted) = message.split_once(": string \"")?;
    let (_, expected) = quoted.rsplit_once("\", expected ").unwrap_or(("", "something else"));
    let expected = if expected.starts_with("struct ") { "a table" } else { expected };
    matches!(what, "invalid type" | "invalid value").then(|| format!("{what}: a text, expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint_about(text: &str) -> String {
        let error = toml::from_str::<Config>(text).expect_err("it is wrong");
        complaint("some.toml", text, &error)
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
        assert_eq!(
            complaint_about("# mine\n\nlisen = '127.0.0.1:1'"),
            "some.toml, line 3: unknown key \"lisen\"; did you mean \"listen\"?"
        );
        assert_eq!(
            complaint_about("[models]\ncolour = 1"),
            "some.toml, line 2: unknown key \"colour\"; known here: manifest, signature, public_key"
        );
        let complaint = complaint_about("\n[backends.kokoro]\nkind = 'kokoro'\nno_such_key = 1");
        assert!(complaint.starts_with("some.toml, line 2: unknown key \"no_such_key\""), "{complaint}");
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line() {
        let complaint = complaint_about("listen = '127.0.0.1'");
        assert!(complaint.starts_with("some.toml, line 1: "), "{complaint}");
        let complaint = complaint_about("[voices]\nalloy = 7");
        assert!(complaint.starts_with("some.toml, line 2: "), "{complaint}");
    }

    #[test]
    fn what_was_expected_is_said_without_what_was_found() {
        assert_eq!(
            complaint_about("[clients]\nnewsroom = 'sk-live'"),
            "some.toml, line 2: invalid type: a text, expected a table"
        );
        assert_eq!(
            complaint_about("log_format = 'sk-live'"),
            "some.toml, line 1: unknown value, expected \"text\" or \"json\""
        );
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        for (text, line) in [
            ("[clients]\nnewsroom = 'sk-live'", 2),
            ("[clients]\nnewsroom = 'sk-live, \"sk-live'", 2),
            ("clients = 'sk-live'", 1),
            ("[clients.newsroom]\nkeys = 'sk-live'", 2),
            ("[clients.newsroom]\nkeys = { env = { name = 'sk-live' } }", 2),
            ("[clients.newsroom]\nkeys = [{ file = ['sk-live'] }]", 2),
            ("[http]\nmax_in_flight = 'sk-live'", 2),
            ("[backends.kokoro]\nkind = 'sk-live'", 2),
            ("log_format = 'sk-live'", 1),
            ("listen = 'sk-live'", 1),
            ("[clients]\nnewsroom = 'sk-live", 2),
        ] {
            let complaint = complaint_about(text);
            assert!(complaint.starts_with(&format!("some.toml, line {line}: ")), "{text}: {complaint}");
            assert!(!complaint.contains("sk-live"), "{text}: {complaint}");
        }
    }
}
