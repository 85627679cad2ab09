//! What holds for a client's requests where they do not say it themselves, as it is asked for:
//! `{"policy":"local-first","fallback":null,"aliases":{"narrator":"kokoro:bm_george","host":null}}`.

use std::collections::BTreeMap;

use ::speech::{Fallback, Policy};
use billing::Amendment;
use serde_json::Value;

use super::speech::{MOST_NAME_CHARACTERS, chosen};
use crate::fields::{Fields, RequestError, wrong_type};

/// The most names for voices in a body.
const MOST_ALIASES: usize = 1000;

/// The fields of a body that say it.
pub(super) const FIELDS: [&str; 3] = ["policy", "fallback", "aliases"];

/// `PATCH /api/v1/clients/{client}`: a JSON merge patch (RFC 7396). A field that is null, and an alias that is, is taken back;
/// what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmendClient {
    /// What is to be otherwise.
    pub amendment: Amendment,
}

impl AmendClient {
    /// Reads a body.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, r#"{"policy":"local-first"}"#)?;
        fields.only(None, &FIELDS)?;
        Ok(Self { amendment: amendment(&fields)? })
    }
}

/// What the fields of a body say.
pub(super) fn amendment(fields: &Fields) -> Result<Amendment, RequestError> {
    let policy = chosen(fields, "policy", Policy::ALL, Policy::name)?;
    let fallback = chosen(fields, "fallback", Fallback::ALL, Fallback::name)?;
    Ok(Amendment {
        policy: (policy.is_some() || fields.is_null("policy")).then_some(policy),
        fallback: (fallback.is_some() || fields.is_null("fallback")).then_some(fallback),
        aliases: aliases(fields)?,
    })
}

fn aliases(fields: &Fields) -> Result<BTreeMap<String, Option<String>>, RequestError> {
    let aliases = match fields.get("aliases") {
        None => return Ok(BTreeMap::new()),
        Some(Value::Object(aliases)) => aliases,
        Some(other) => return Err(wrong_type("aliases", "an object", other)),
    };
    if aliases.len() > MOST_ALIASES {
        let entries = aliases.len();
        return Err(RequestError::TooMany { param: "aliases", entries, limit: MOST_ALIASES });
    }
    let each = aliases.iter().enumerate().map(|(at, (alias, voice))| {
        let voice = match voice {
            Value::Null => Some(None),
            Value::String(voice) if is_name(voice) => Some(Some(voice.clone())),
            _ => None,
        };
        // A description is no name.
        let entry = voice.filter(|_| is_name(alias) && !alias.starts_with('?'));
        let expected = "a name and the voice that it means, or null: \"narrator\": \"kokoro:bm_george\"";
        let wrong = RequestError::WrongEntry { param: "aliases", number: at + 1, expected };
        Ok((alias.clone(), entry.ok_or(wrong)?))
    });
    each.collect()
}

/// Whether a request could name a voice so.
fn is_name(name: &str) -> bool {
    let fits = name.chars().count() <= MOST_NAME_CHARACTERS && !name.contains(char::is_control);
    fits && !name.is_empty() && name.trim() == name
}

#[cfg(test)]
mod tests {
    use ::speech::SpeechError;

    use super::*;

    fn read(body: &str) -> Result<Amendment, RequestError> {
        AmendClient::from_json(body.as_bytes()).map(|amend| amend.amendment)
    }

    #[test]
    fn what_is_null_is_taken_back_and_what_is_absent_stays() {
        assert_eq!(read("{}"), Ok(Amendment::default()));
        let all = r#"{"policy":"local-only","fallback":null,"aliases":{"narrator":"kokoro:bm_george","host":null}}"#;
        let amendment = Amendment {
            policy: Some(Some(Policy::LocalOnly)),
            fallback: Some(None),
            aliases: BTreeMap::from([
                ("host".into(), None),
                ("narrator".into(), Some("kokoro:bm_george".into())),
            ]),
        };
        assert_eq!(read(all), Ok(amendment));
    }

    #[test]
    fn what_nobody_knows_is_refused_with_what_is_known() {
        for (body, param, allowed) in [
            (r#"{"policy":"nearest"}"#, Some("policy"), Policy::ALL.len()),
            (r#"{"fallback":"perhaps"}"#, Some("fallback"), Fallback::ALL.len()),
            (r#"{"voices":{}}"#, None, FIELDS.len()),
        ] {
            let error = SpeechError::from(read(body).unwrap_err());
            assert_eq!((error.param(), error.allowed().len()), (param, allowed), "{body}");
        }
    }

    #[test]
    fn an_alias_is_a_name_for_a_name() {
        let long = "x".repeat(MOST_NAME_CHARACTERS + 1);
        for (alias, voice) in [
            ("", "\"a\""),
            (" a", "\"a\""),
            ("?warm", "\"a\""),
            ("a", "\"\""),
            ("a", "5"),
            ("a", "\"a\\n\""),
            (&long, "\"a\""),
        ] {
            let body = format!(r#"{{"aliases":{{"{alias}":{voice}}}}}"#);
            let error = read(&body).unwrap_err();
            assert!(matches!(error, RequestError::WrongEntry { param: "aliases", number: 1, .. }), "{body}");
        }
        let many: BTreeMap<String, &str> = (0..=MOST_ALIASES).map(|at| (at.to_string(), "a")).collect();
        let body = serde_json::json!({ "aliases": many }).to_string();
        assert!(matches!(read(&body), Err(RequestError::TooMany { param: "aliases", .. })));
        assert!(read(r#"{"aliases":["a"]}"#).is_err());
    }
}
