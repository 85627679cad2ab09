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

/// The message, with an unknown key called a key, and the nearest known one beside it.
pub(super) fn plain(message: &str) -> String {
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
}
