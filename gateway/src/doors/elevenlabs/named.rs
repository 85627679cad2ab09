//! Names that stand in a path or a query.

use ::speech::{ErrorKind, SpeechError};
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use wire::RequestError;
use wire::elevenlabs::MOST_NAME_CHARACTERS;

use crate::fault::Fault;

/// The name of a voice in the place of `{voice_id}`. It comes percent-encoded, since ours may hold a colon.
pub(super) struct VoiceName(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for VoiceName {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let Path(name) = Path::from_request_parts(parts, state).await.map_err(|_| {
            SpeechError::new(ErrorKind::UnknownVoice, "The path names no voice in UTF-8.").about("voice")
        })?;
        Ok(Self(within_limit("voice_id", name).map_err(SpeechError::from)?))
    }
}

/// The name, if it is no longer than one in a body may be.
///
/// # Errors
/// It is longer.
pub(super) fn within_limit(param: &'static str, name: String) -> Result<String, RequestError> {
    let (characters, limit) = (name.chars().count(), MOST_NAME_CHARACTERS);
    if characters > limit { Err(RequestError::TooLong { param, characters, limit }) } else { Ok(name) }
}
