//! Our own API.

mod errors;
mod normalize;

use axum::Router;
use axum::routing::post;

use super::Rooms;

pub(super) use errors::envelope;
pub use normalize::normalized;

/// What every path of this door begins with.
pub(super) const PREFIX: &str = "/api/";

/// The routes of this door.
pub(super) fn routes() -> Router<Rooms> {
    Router::new().route("/api/v1/normalize", post(normalize::normalize))
}
