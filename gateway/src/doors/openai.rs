//! OpenAI's API.

mod audio;
mod captions;
mod errors;
mod listings;
mod speech;

use axum::Router;
use axum::routing::{get, post};
use http::Method;

use super::Rooms;
use crate::stack::Request;

pub(crate) use errors::envelope;
pub(super) use listings::models;

/// What every path of this door begins with that no other has.
pub(super) const PREFIX: &str = "/v1/audio/";

/// Where speech is asked for.
const SPEECH: &str = "/v1/audio/speech";

/// Where Kokoro-FastAPI's clients ask for speech with the times of its words.
const CAPTIONED_SPEECH: &str = "/dev/captioned_speech";

/// Whether a request asks for speech.
pub(super) fn asks_for_speech(request: &Request) -> bool {
    request.method() == Method::POST && [SPEECH, CAPTIONED_SPEECH].contains(&request.uri().path())
}

/// The routes of this door.
pub(crate) fn routes() -> Router<Rooms> {
    Router::new()
        .route(SPEECH, post(speech::create))
        .route(CAPTIONED_SPEECH, post(captions::create))
        .route("/v1/audio/voices", get(listings::voices))
        .route("/v1/models/{id}", get(listings::model))
}
