//! OpenAI's API.

mod audio;
mod errors;
mod listings;
mod speech;

use axum::Router;
use axum::routing::{get, post};

use super::Rooms;

pub(crate) use errors::envelope;
pub(super) use listings::models;

/// What every path of this door begins with that no other has.
pub(super) const PREFIX: &str = "/v1/audio/";

/// Where speech is asked for.
pub(crate) const SPEECH: &str = "/v1/audio/speech";

/// The routes of this door.
pub(crate) fn routes() -> Router<Rooms> {
    Router::new()
        .route(SPEECH, post(speech::create))
        .route("/v1/audio/voices", get(listings::voices))
        .route("/v1/models/{id}", get(listings::model))
}
