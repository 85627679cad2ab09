//! Our own API.

mod errors;
mod estimate;
mod normalize;
mod speech;

use axum::Router;
use axum::routing::post;
use http::Method;

use super::Rooms;
use crate::stack::Request;

pub(super) use errors::{envelope, status};
pub use normalize::normalized;

/// What every path of this door begins with.
pub(super) const PREFIX: &str = "/api/";

/// Where speech is asked for.
const SPEECH: &str = "/api/v1/speech";

/// The routes of this door.
pub(super) fn routes() -> Router<Rooms> {
    Router::new()
        .route(SPEECH, post(speech::create))
        .route("/api/v1/estimate", post(estimate::estimate))
        .route("/api/v1/normalize", post(normalize::normalize))
}

/// Whether a request asks for speech.
pub(super) fn asks_for_speech(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == SPEECH
}
