//! `x-soundboard-tag: team=search, project=atlas`: what a client tells its costs apart by.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use speech::SpeechError;

use crate::TagName;

/// May be repeated; each value holds one tag or several, with commas in between.
const TAG: HeaderName = HeaderName::from_static("x-soundboard-tag");

/// The most characters of a tag's value.
const LONGEST_VALUE: usize = 64;

/// What a request carries of the tags that the configuration names.
pub(crate) type Tags = Arc<BTreeMap<String, String>>;

/// Reads the tags of a request.
///
/// # Errors
/// One is no `name=value`; its name is not configured; its value is empty, too long or not printable ASCII; it is given
/// two values.
pub(super) fn read(headers: &HeaderMap, known: &[TagName]) -> Result<Tags, SpeechError> {
    let mut tags = BTreeMap::new();
    for value in headers.get_all(TAG) {
        // Which bytes a header may hold beside printable ASCII, no value may.
        let value = value.to_str().map_err(|_| malformed())?;
        for tag in value.split(',').map(str::trim) {
            let (name, value) = tag.split_once('=').ok_or_else(malformed)?;
            let (name, value) = (name.trim_end(), value.trim_start());
            if known.iter().all(|known| known.as_str() != name) {
                return Err(unknown(known));
            }
            if value.is_empty() || value.len() > LONGEST_VALUE || !value.bytes().all(is_printable) {
                return Err(malformed());
            }
            if tags.insert(name.to_owned(), value.to_owned()).is_some_and(|before| before != value) {
                return Err(wrong(format!("The header {TAG} gives {name} two values.")));
            }
        }
    }
    Ok(Arc::new(tags))
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

fn malformed() -> SpeechError {
    wrong(format!(
        "The header {TAG} must hold NAME=VALUE, or several with commas in between, each value of 1 to {LONGEST_VALUE} \
         printable ASCII characters."
    ))
}

fn unknown(known: &[TagName]) -> SpeechError {
    let error = wrong(format!("The header {TAG} has a name that is not configured under http.tags."));
    error.allowing(known.iter().map(TagName::as_str))
}

fn wrong(message: String) -> SpeechError {
    SpeechError::invalid_parameter("x-soundboard-tag", message)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn tags(values: &[&'static str]) -> Result<Vec<(String, String)>, String> {
        let headers = values.iter().map(|value| (TAG, HeaderValue::from_static(value))).collect();
        let known = ["team", "project"].map(|name| TagName::try_from(name.to_owned()).unwrap());
        read(&headers, &known)
            .map(|tags| tags.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
            .map_err(|error| error.to_string())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn tags_come_in_one_header_or_in_several() {
        let both = Ok(vec![pair("project", "a = b"), pair("team", "search")]);
        assert_eq!(tags(&["team=search,project=a = b"]), both);
        assert_eq!(tags(&[" team = search , project=a = b"]), both);
        assert_eq!(tags(&["project=a = b", "team=search", "team=search"]), both);
        assert_eq!(tags(&[]), Ok(vec![]));
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for wrong in ["team", "", "team=", "team=a,", "team=a\tb", ",team=a"] {
            let said = tags(&[wrong]).unwrap_err();
            assert!(said.contains("must hold NAME=VALUE"), "{wrong}: {said}");
        }
        let long: &'static str = String::leak(format!("team={}", "a".repeat(LONGEST_VALUE + 1)));
        assert!(tags(&[long]).is_err());
        assert!(tags(&[long.strip_suffix('a').unwrap()]).is_ok());
        assert_eq!(
            tags(&["team=a", "team=b"]),
            Err("The header x-soundboard-tag gives team two values.".into())
        );
    }

    #[test]
    fn only_configured_names_are_taken_and_no_other_is_repeated() {
        for wrong in ["secret=a", "Team=a", "team =a, secret=b", "=a"] {
            let said = tags(&[wrong]).unwrap_err();
            assert!(said.ends_with("Allowed: team, project."), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
