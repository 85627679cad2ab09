//! `x-soundboard-policy`, `x-soundboard-fallback` and `x-soundboard-cache`: what a request says of its way, at any door.

use http::HeaderMap;
use speech::{Fallback, Policy, Routing, SpeechError};

use super::headers::{FALLBACK, POLICY};

/// Also a header of answers.
const CACHE: &str = "x-soundboard-cache";

/// What a request says of whom it may be spoken by.
///
/// # Errors
/// A header has a value that is not known, or comes more than once.
pub(super) fn read(headers: &HeaderMap) -> Result<Routing, SpeechError> {
    let policy = value(headers, POLICY)?.map(Policy::parse).transpose();
    let fallback = value(headers, FALLBACK)?.map(Fallback::parse).transpose();
    Ok(Routing {
        policy: policy.map_err(|error| error.about(POLICY))?,
        fallback: fallback.map_err(|error| error.about(FALLBACK))?,
        bypasses_cache: match value(headers, CACHE)? {
            None => false,
            Some("bypass") => true,
            Some(_) => return Err(wrong(CACHE, "has an unknown value").allowing(["bypass"])),
        },
    })
}

fn value<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, SpeechError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.to_str().unwrap_or_default());
    match values.next() {
        None => Ok(value),
        Some(_) => Err(wrong(name, "must come once")),
    }
}

fn wrong(name: &'static str, what: &str) -> SpeechError {
    SpeechError::invalid_parameter(name, format!("The header {name} {what}."))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn of(headers: &[(&'static str, &'static [u8])]) -> Result<Routing, SpeechError> {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap()));
        read(&pairs.collect())
    }

    #[test]
    fn what_is_left_out_is_left_open() {
        assert_eq!(of(&[]).unwrap(), Routing::default());
        let all = of(&[(POLICY, b"local-first"), (FALLBACK, b"resume"), (CACHE, b"bypass")]).unwrap();
        assert_eq!((all.policy, all.fallback), (Some(Policy::LocalFirst), Some(Fallback::Resume)));
        assert!(all.bypasses_cache);
    }

    #[test]
    fn an_unknown_value_is_answered_with_those_that_are_known() {
        for (name, known) in [(POLICY, Policy::ALL.len()), (FALLBACK, Fallback::ALL.len()), (CACHE, 1)] {
            for value in [&b"nearest"[..], b"", b"\xff", b"Exact"] {
                let error = of(&[(name, value)]).unwrap_err();
                assert_eq!((error.param(), error.allowed().len()), (Some(name), known), "{error}");
            }
        }
    }

    #[test]
    fn a_header_that_comes_twice_says_nothing_clear() {
        let error = of(&[(POLICY, b"local-only"), (POLICY, b"cheapest")]).unwrap_err();
        assert_eq!(error.to_string(), "The header x-soundboard-policy must come once.");
    }
}
