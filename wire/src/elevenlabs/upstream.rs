//! ElevenLabs' API from the side of its client: what is sent to it, and what it answers.
//!
//! What it answers is read liberally: a field that is absent, null or not what it should be is only missed where
//! nothing can be done without it.

mod alignment;
mod lines;
mod lists;
mod refusal;
mod request;
mod socket;
mod timed;

pub use alignment::Alignment;
pub use lines::{LineTooLong, Lines};
pub use lists::{FineTuning, Model, ModelLanguage, Models, VerifiedLanguage, Voice, VoicePage};
pub use refusal::Refusal;
pub use request::{BODY_FIELDS, CreateSpeech, QUERY_FIELDS, VOICE_SETTINGS, voice_settings};
pub use socket::{Heard, Message};
pub use timed::TimedAudio;

pub use super::{OUTPUT_FORMATS, OutputFormat};

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

/// What came is not what ElevenLabs sends there. Quotes nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not what ElevenLabs sends there: {0}")]
pub struct Malformed(String);

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        // The parser's own words may quote a value.
        let (kind, line, column) = (error.classify(), error.line(), error.column());
        Self(format!("{kind:?} error in JSON at line {line}, column {column}"))
    }
}

impl From<base64::DecodeError> for Malformed {
    fn from(_: base64::DecodeError) -> Self {
        Self("audio that is not base64".into())
    }
}

/// A value where there is one of that shape.
fn if_it_fits<'de, D: Deserializer<'de>, T: DeserializeOwned>(value: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(value)?).ok())
}
