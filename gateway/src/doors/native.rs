//! Our own API.

mod errors;
mod estimate;
mod normalize;
mod preview;
mod routes;
mod speech;
mod timed;
mod voices;

use http::Method;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Rooms, health};
use crate::openapi;
use crate::stack::Request;

pub(super) use errors::{envelope, status};
pub use normalize::normalized;
pub use routes::{explained, text_of};
pub use voices::listed;

/// What every path of this door begins with.
pub(super) const PREFIX: &str = "/api/";

/// Where speech is asked for.
const SPEECH: &str = "/api/v1/speech";

/// Where voices are, each of which can be heard.
const VOICES: &str = "/api/v1/voices/";

/// The routes of this door, and what they are.
pub(crate) fn routes() -> OpenApiRouter<Rooms> {
    OpenApiRouter::new()
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(openapi::show))
        .routes(routes!(speech::create))
        .routes(routes!(estimate::estimate))
        .routes(routes!(normalize::normalize))
        .routes(routes!(voices::search))
        .routes(routes!(voices::changes))
        .routes(routes!(voices::one))
        .routes(routes!(voices::equivalents))
        .routes(routes!(preview::speak))
        .routes(routes!(routes::explain))
}

/// Whether a request asks for speech.
pub(super) fn asks_for_speech(request: &Request) -> bool {
    let path = request.uri().path();
    let is_preview = path.strip_prefix(VOICES).is_some_and(|rest| rest.ends_with("/preview"));
    (request.method() == Method::POST && path == SPEECH) || (request.method() == Method::GET && is_preview)
}
