//! Our own API.

mod errors;
mod estimate;
mod normalize;
mod speech;

use http::Method;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Rooms, health};
use crate::openapi;
use crate::stack::Request;

pub(super) use errors::{envelope, status};
pub use normalize::normalized;

/// What every path of this door begins with.
pub(super) const PREFIX: &str = "/api/";

/// Where speech is asked for.
const SPEECH: &str = "/api/v1/speech";

/// The routes of this door, and what they are.
pub(crate) fn routes() -> OpenApiRouter<Rooms> {
    OpenApiRouter::new()
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(openapi::show))
        .routes(routes!(speech::create))
        .routes(routes!(estimate::estimate))
        .routes(routes!(normalize::normalize))
}

/// Whether a request asks for speech.
pub(super) fn asks_for_speech(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == SPEECH
}
