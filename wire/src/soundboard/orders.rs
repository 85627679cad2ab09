//! What is asked of `/api/v1/clients` and what lies below it. Fields that nobody knows are refused.

use billing::{Budget, Preferences};
use utoipa::ToSchema;

use super::budgets::budgets;
use super::preferences::amendment;
use crate::fields::{Fields, RequestError, within};

/// The most code points of a client's name.
const MOST_NAME_CHARACTERS: usize = 100;

/// `POST /api/v1/clients`.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateClient {
    /// For people; not empty, on one line.
    pub name: String,
    /// From the beginning.
    pub budgets: Vec<Budget>,
    /// Likewise.
    pub preferences: Preferences,
}

/// `PUT /api/v1/clients/{id}/budgets`.
#[derive(Clone, Debug, PartialEq)]
pub struct SetBudgets {
    /// In place of all that there were.
    pub budgets: Vec<Budget>,
}

/// `POST /api/v1/clients/{id}/keys`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
pub struct CreateKey {
    /// How long the key opens anything; none is for ever.
    #[schema(minimum = 1, maximum = 36_500)]
    pub expires_in_days: Option<i64>,
}

/// `POST /api/v1/clients/{id}/keys/{key}/rotate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
pub struct RotateKey {
    /// How long the old key still opens what the new one does; 0 unless asked for.
    #[schema(required = false, minimum = 0, maximum = 31_536_000, default = 0)]
    pub grace_seconds: i64,
}

impl CreateClient {
    /// Reads a body.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, r#"{"name":"Ann","budget":{"limit_usd":10,"window":"month"}}"#)?;
        fields.only(None, &["name", "budget", "budgets", "policy", "fallback", "aliases"])?;
        let name = within(MOST_NAME_CHARACTERS, "name", fields.required_text("name")?)?;
        if name.trim().is_empty() || name.trim() != name || name.contains(char::is_control) {
            let expected = "a name on one line, without spaces around it";
            return Err(RequestError::WrongShape { param: "name", expected });
        }
        let preferences = Preferences::default().amended(amendment(&fields)?);
        Ok(Self { name, budgets: budgets(body, &fields)?.unwrap_or_default(), preferences })
    }
}

impl SetBudgets {
    /// Reads a body.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, r#"{"budgets":[{"limit_usd":10,"window":"month"}]}"#)?;
        fields.only(None, &["budget", "budgets"])?;
        Ok(Self { budgets: budgets(body, &fields)?.ok_or(RequestError::Missing("budgets"))? })
    }
}

impl CreateKey {
    /// Reads a body; an empty one asks for a key that never expires.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(or_none(body), r#"{"expires_in_days":90}"#)?;
        fields.only(None, &["expires_in_days"])?;
        let expected = "a whole number from 1 to 36500";
        Ok(Self { expires_in_days: fields.whole("expires_in_days", 1..=36_500, expected)? })
    }
}

impl RotateKey {
    /// Reads a body; an empty one ends the old key at once.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(or_none(body), r#"{"grace_seconds":3600}"#)?;
        fields.only(None, &["grace_seconds"])?;
        let expected = "a whole number from 0 to 31536000, a year";
        let grace_seconds = fields.whole("grace_seconds", 0..=31_536_000, expected)?;
        Ok(Self { grace_seconds: grace_seconds.unwrap_or_default() })
    }
}

fn or_none(body: &[u8]) -> &[u8] {
    if body.is_empty() { b"{}" } else { body }
}

#[cfg(test)]
mod tests {
    use ::speech::Policy;

    use super::*;

    #[test]
    fn a_client_has_a_name_on_one_line() {
        let client = CreateClient::from_json(br#"{"name":"Ann B.","budget":{"limit_usd":"1"}}"#).unwrap();
        assert_eq!((client.name.as_str(), client.budgets.len()), ("Ann B.", 1));
        assert_eq!(client.preferences, Preferences::default());
        let of =
            |name: &str| CreateClient::from_json(serde_json::json!({ "name": name }).to_string().as_bytes());
        assert!(of(&"é".repeat(100)).is_ok());
        for wrong in ["", " ", " a", "a\n", "a\tb", &"é".repeat(101)] {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(CreateClient::from_json(b"{}"), Err(RequestError::Missing("name")));
        assert!(CreateClient::from_json(br#"{"name":"a","budgte":{}}"#).is_err());
        assert_eq!(SetBudgets::from_json(b"{}"), Err(RequestError::Missing("budgets")));
    }

    #[test]
    fn a_client_may_prefer_something_from_the_beginning() {
        let body = br#"{"name":"Ann","policy":"local-only","fallback":null,"aliases":{"host":"tone","nobody":null}}"#;
        let preferences = CreateClient::from_json(body).unwrap().preferences;
        assert_eq!((preferences.policy, preferences.fallback), (Some(Policy::LocalOnly), None));
        assert_eq!(preferences.aliases, [("host".to_owned(), "tone".to_owned())].into());
    }

    #[test]
    fn a_key_may_expire_and_have_a_grace() {
        assert_eq!(CreateKey::from_json(b""), Ok(CreateKey { expires_in_days: None }));
        let ninety = CreateKey::from_json(br#"{"expires_in_days":90}"#);
        assert_eq!(ninety, Ok(CreateKey { expires_in_days: Some(90) }));
        assert_eq!(RotateKey::from_json(b"{}"), Ok(RotateKey { grace_seconds: 0 }));
        assert_eq!(RotateKey::from_json(br#"{"grace_seconds":60}"#), Ok(RotateKey { grace_seconds: 60 }));
        for wrong in ["0", "36501", "1.5", r#""1""#, "true"] {
            let body = format!(r#"{{"expires_in_days":{wrong}}}"#);
            assert!(CreateKey::from_json(body.as_bytes()).is_err(), "{wrong}");
        }
        assert!(RotateKey::from_json(br#"{"grace":60}"#).is_err());
    }
}
