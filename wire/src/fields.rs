//! Reads a body field by field, so that an error names the field and quotes nothing.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use speech::{ErrorKind, Extras, SpeechError};

/// Why a body cannot be taken. Never quotes what it holds, which may be somebody's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not JSON; says where it stops being so.
    #[error(
        "The body is not valid JSON: {0}. Send one JSON object in UTF-8, without NaN and lone surrogates."
    )]
    NotJson(String),
    /// JSON, but not an object.
    #[error("The body is {found}; send a JSON object such as {example}.")]
    NotAnObject {
        /// What it is.
        found: &'static str,
        /// What would have been taken.
        example: &'static str,
    },
    /// A required field is absent or null.
    #[error("The required field {0} is missing.")]
    Missing(&'static str),
    /// A field of the wrong type.
    #[error("{param} is {found}; it must be {expected}.")]
    WrongType {
        /// The field.
        param: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A word that is none of those allowed.
    #[error("{param} is none of the allowed values.")]
    NotAllowed {
        /// The field.
        param: &'static str,
        /// What would have been accepted.
        allowed: Vec<&'static str>,
    },
    /// A text beyond its limit.
    #[error("{param} has {characters} characters; at most {limit} are allowed.")]
    TooLong {
        /// The field.
        param: &'static str,
        /// Code points in it.
        characters: usize,
        /// Code points allowed.
        limit: usize,
    },
    /// An object with a field that nobody knows.
    #[error("{} has a field that is none of the allowed ones.", .param.unwrap_or("The body"))]
    UnknownField {
        /// The object; none for the body itself.
        param: Option<&'static str>,
        /// The fields that are known.
        allowed: &'static [&'static str],
    },
    /// The same, where the name of the field can be told: it is one as fields have them, so it is nobody's text.
    #[error("The body has no field {name:?}.")]
    NoSuchField {
        /// What it is called.
        name: String,
        /// The fields that are known.
        allowed: &'static [&'static str],
    },
    /// Of the right type, but not of the one shape that is taken.
    #[error("{param} must be {expected}.")]
    WrongShape {
        /// The field.
        param: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A list beyond its limit.
    #[error("{param} has {entries} entries; at most {limit} are allowed.")]
    TooMany {
        /// The field.
        param: &'static str,
        /// How many it has.
        entries: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// An entry of a list that cannot be taken.
    #[error("Entry {number} of {param} must be {expected}.")]
    WrongEntry {
        /// The list.
        param: &'static str,
        /// Its place, from 1.
        number: usize,
        /// What it must be.
        expected: &'static str,
    },
    /// A lexicon that cannot be used.
    #[error("{reason}")]
    Unusable {
        /// The field.
        param: &'static str,
        /// Why, in a whole sentence.
        reason: String,
    },
}

impl RequestError {
    /// OpenAI's code for it; none where OpenAI has none.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::NotJson(_) | Self::NotAnObject { .. } => None,
            Self::Missing(_) => Some("missing_required_parameter"),
            Self::WrongType { .. } => Some("invalid_type"),
            Self::UnknownField { .. } | Self::NoSuchField { .. } => Some("unknown_parameter"),
            Self::NotAllowed { .. }
            | Self::WrongShape { .. }
            | Self::WrongEntry { .. }
            | Self::Unusable { .. } => Some("invalid_value"),
            Self::TooMany { .. } => Some("array_above_max_length"),
            Self::TooLong { .. } => Some("string_above_max_length"),
        }
    }

    fn param(&self) -> Option<&'static str> {
        match self {
            Self::NotJson(_) | Self::NotAnObject { .. } | Self::NoSuchField { .. } => None,
            Self::UnknownField { param, .. } => *param,
            Self::Missing(param)
            | Self::WrongType { param, .. }
            | Self::NotAllowed { param, .. }
            | Self::TooLong { param, .. }
            | Self::WrongShape { param, .. }
            | Self::TooMany { param, .. }
            | Self::WrongEntry { param, .. }
            | Self::Unusable { param, .. } => Some(param),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self.param() {
            Some("input" | "text") => ErrorKind::InvalidText,
            _ => ErrorKind::InvalidParameter,
        }
    }
}

/// Keeps itself as the source, so that a door can still ask for [`RequestError::code`].
impl From<RequestError> for SpeechError {
    fn from(error: RequestError) -> Self {
        let mut speech = SpeechError::new(error.kind(), error.to_string());
        if let Some(param) = error.param() {
            speech = speech.about(param);
        }
        match &error {
            RequestError::NotAllowed { allowed, .. } => speech = speech.allowing(allowed.iter().copied()),
            RequestError::UnknownField { allowed, .. } | RequestError::NoSuchField { allowed, .. } => {
                speech = speech.allowing(allowed.iter().copied());
            }
            _ => {}
        }
        speech.caused_by(error)
    }
}

/// The fields of a JSON object. One that is null counts as absent.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body.
    pub(crate) fn from_json(body: &[u8], example: &'static str) -> Result<Self, RequestError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(other) => Err(RequestError::NotAnObject { found: kind_of(&other), example }),
            Err(error) => Err(RequestError::NotJson(error.to_string())),
        }
    }

    /// The fields of an object in a field.
    pub(crate) fn object(&self, param: &'static str) -> Result<Option<Self>, RequestError> {
        match self.get(param) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self(fields.clone()))),
            Some(other) => Err(wrong_type(param, "an object", other)),
        }
    }

    /// Refuses every other field.
    pub(crate) fn only(
        &self,
        param: Option<&'static str>,
        allowed: &'static [&'static str],
    ) -> Result<(), RequestError> {
        match self.0.keys().all(|key| allowed.contains(&key.as_str())) {
            true => Ok(()),
            false => Err(RequestError::UnknownField { param, allowed }),
        }
    }

    /// Refuses every other field by its name.
    pub(crate) fn only_known(&self, allowed: &'static [&'static str]) -> Result<(), RequestError> {
        let unknown = self.0.keys().find(|name| !allowed.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some(name) if is_name(name, LONGEST_NAME) => {
                Err(RequestError::NoSuchField { name: name.clone(), allowed })
            }
            Some(_) => Err(RequestError::UnknownField { param: None, allowed }),
        }
    }

    /// The entries of a list in a field.
    pub(crate) fn list(&self, param: &'static str) -> Result<Option<&[Value]>, RequestError> {
        match self.get(param) {
            None => Ok(None),
            Some(Value::Array(entries)) => Ok(Some(entries)),
            Some(other) => Err(wrong_type(param, "a list", other)),
        }
    }

    /// Every other field.
    pub(crate) fn beside(&self, param: &str) -> Map<String, Value> {
        let others = self.0.iter().filter(|(name, value)| *name != param && !value.is_null());
        others.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    pub(crate) fn get(&self, param: &str) -> Option<&Value> {
        self.0.get(param).filter(|value| !value.is_null())
    }

    /// Whether a field is there and says so: null.
    pub(crate) fn is_null(&self, param: &str) -> bool {
        self.0.get(param).is_some_and(Value::is_null)
    }

    pub(crate) fn text(&self, param: &'static str) -> Result<Option<String>, RequestError> {
        match self.get(param) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(wrong_type(param, "a string", other)),
        }
    }

    pub(crate) fn number(
        &self,
        param: &'static str,
        expected: &'static str,
    ) -> Result<Option<f64>, RequestError> {
        let Some(value) = self.get(param) else { return Ok(None) };
        value.as_f64().map(Some).ok_or_else(|| wrong_type(param, expected, value))
    }

    /// A whole number of that range; `expected` says which.
    pub(crate) fn whole(
        &self,
        param: &'static str,
        range: RangeInclusive<i64>,
        expected: &'static str,
    ) -> Result<Option<i64>, RequestError> {
        let Some(value) = self.get(param) else { return Ok(None) };
        let number = value.as_i64().filter(|number| range.contains(number));
        number.map(Some).ok_or(RequestError::WrongShape { param, expected })
    }

    pub(crate) fn flag(&self, param: &'static str) -> Result<Option<bool>, RequestError> {
        let Some(value) = self.get(param) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| wrong_type(param, "true or false", value))
    }

    /// The fields that are none of those known, as they came; those alone whose name could be a field of somebody's.
    pub(crate) fn extras(&self, known: &[&str], most: usize, longest_name: usize) -> Extras {
        let unknown = self.0.iter().filter(|(name, value)| {
            !value.is_null() && is_name(name, longest_name) && !known.contains(&name.as_str())
        });
        unknown.take(most).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    pub(crate) fn required_text(&self, param: &'static str) -> Result<String, RequestError> {
        self.text(param)?.ok_or(RequestError::Missing(param))
    }
}

/// The most characters of a field's name that an error repeats.
const LONGEST_NAME: usize = 32;

/// Whether that could be the name of somebody's field, of so many characters at most.
fn is_name(name: &str, longest: usize) -> bool {
    name.len() <= longest && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

pub(crate) fn within(limit: usize, param: &'static str, text: String) -> Result<String, RequestError> {
    let characters = text.chars().count();
    if characters > limit {
        return Err(RequestError::TooLong { param, characters, limit });
    }
    Ok(text)
}

pub(crate) fn wrong_type(param: &'static str, expected: &'static str, found: &Value) -> RequestError {
    RequestError::WrongType { param, expected, found: kind_of(found) }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
