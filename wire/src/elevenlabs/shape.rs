//! Fields that are handed on as they came, once their shape is right.

use serde_json::{Map, Value};

use crate::fields::{Fields, RequestError};

/// The most entries of a list.
const MOST_ENTRIES: usize = 3;

/// What a field must be.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Flag,
    Object,
    Seed,
    OneOf(&'static [&'static str]),
    Texts,
    Objects,
}

/// The fields that mean something to ElevenLabs only.
pub(crate) const EXTRAS: &[(&str, Shape)] = &[
    ("pronunciation_dictionary_locators", Shape::Objects),
    ("seed", Shape::Seed),
    ("previous_text", Shape::Text),
    ("next_text", Shape::Text),
    ("previous_request_ids", Shape::Texts),
    ("next_request_ids", Shape::Texts),
    ("use_pvc_as_ivc", Shape::Flag),
    ("apply_text_normalization", Shape::OneOf(&["auto", "on", "off"])),
    ("apply_language_text_normalization", Shape::Flag),
    ("audio_effects", Shape::Object),
];

/// Those of the fields that are there.
pub(crate) fn shaped(
    fields: &Fields,
    shapes: &[(&'static str, Shape)],
) -> Result<Map<String, Value>, RequestError> {
    let mut kept = Map::new();
    for &(param, shape) in shapes {
        if let Some(value) = fields.get(param) {
            shape.check(param, value)?;
            kept.insert(param.to_owned(), value.clone());
        }
    }
    Ok(kept)
}

impl Shape {
    fn check(self, param: &'static str, value: &Value) -> Result<(), RequestError> {
        let (fits, expected) = match self {
            Self::Text => (value.is_string(), "a string"),
            Self::Flag => (value.is_boolean(), "true or false"),
            Self::Object => (value.is_object(), "an object"),
            Self::Seed => {
                let seed = value.as_u64();
                (seed.is_some_and(|seed| u32::try_from(seed).is_ok()), "a whole number from 0 to 4294967295")
            }
            Self::OneOf(allowed) => {
                let fits = value.as_str().is_some_and(|value| allowed.contains(&value));
                return fits
                    .then_some(())
                    .ok_or_else(|| RequestError::NotAllowed { param, allowed: allowed.to_vec() });
            }
            Self::Texts => return check_entries(param, value, "a string", Value::is_string),
            Self::Objects => return check_entries(param, value, "an object", Value::is_object),
        };
        if fits { Ok(()) } else { Err(RequestError::WrongShape { param, expected }) }
    }
}

fn check_entries(
    param: &'static str,
    value: &Value,
    expected: &'static str,
    fits: impl Fn(&Value) -> bool,
) -> Result<(), RequestError> {
    let Some(entries) = value.as_array() else {
        return Err(RequestError::WrongShape { param, expected: "a list" });
    };
    if entries.len() > MOST_ENTRIES {
        return Err(RequestError::TooMany { param, entries: entries.len(), limit: MOST_ENTRIES });
    }
    match entries.iter().position(|entry| !fits(entry)) {
        Some(position) => Err(RequestError::WrongEntry { param, number: position + 1, expected }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::EXTRAS;
    use crate::elevenlabs::upstream::BODY_FIELDS;

    #[test]
    fn what_is_handed_on_is_what_elevenlabs_is_sent() {
        assert_eq!(EXTRAS.iter().map(|(field, _)| *field).collect::<Vec<_>>(), BODY_FIELDS);
    }
}
