//! Azure: speech from SSML over REST and over USP, its own protocol on WebSockets, tokens for a while, and the list of
//! voices.

mod cast;
mod count;
mod errors;
mod formats;
mod keys;
mod marks;
mod recital;
mod rest;
mod socket;
mod ssml;
mod turn;
mod usp;
mod voices;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Router};

use crate::sim::Sim;
use crate::truth::Entry;
pub(crate) use cast::{voice, well_known};
use errors::Mistake;
pub(crate) use keys::Tokens;

/// Regions have the paths as they are, resources below `/tts`; SDKs mix the two.
pub(crate) fn router(sim: Arc<Sim>) -> Router<Arc<Sim>> {
    Router::new()
        .route("/cognitiveservices/v1", post(rest::speech))
        .route("/tts/cognitiveservices/v1", post(rest::speech))
        .route("/cognitiveservices/websocket/v1", any(socket::open))
        .route("/tts/cognitiveservices/websocket/v1", any(socket::open))
        .route("/cognitiveservices/voices/list", get(voices::all))
        .route("/tts/cognitiveservices/voices/list", get(voices::all))
        .route("/sts/v1.0/issueToken", post(keys::issue))
        .fallback(unknown)
        .layer(from_fn_with_state(sim, answer))
}

async fn unknown() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// What every answer has: a good key behind it, and the request's id before it.
async fn answer(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    request: Request,
    next: Next,
) -> Response {
    let id = request_id(request.headers(), &entry);
    let mut response = match keys::is_let_in(&sim.tokens, request.headers(), request.uri()) {
        true => next.run(request).await,
        false => Mistake::bad_key().into_response(),
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-requestid", id);
    }
    entry.name(&id);
    response
}

/// The client's own name for its request, or else one of ours.
fn request_id(headers: &HeaderMap, entry: &Entry) -> String {
    let given = headers.get("x-requestid").and_then(|id| id.to_str().ok());
    given.map_or_else(|| format!("{:032x}", entry.at), str::to_owned)
}
