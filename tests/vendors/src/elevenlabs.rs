//! ElevenLabs: text to speech and to dialogue over HTTP and WebSockets, and the lists around them.

mod account;
mod context;
mod errors;
mod frames;
mod models;
mod socket;
mod synthesis;
mod voices;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Router};

use crate::sim::{Sim, is_bad};
use crate::truth::Entry;
use errors::Mistake;

pub(crate) fn router() -> Router<Arc<Sim>> {
    let speech = post(synthesis::text_to_speech);
    let dialogue = post(synthesis::text_to_dialogue);
    Router::new()
        .route("/v1/text-to-speech/{voice_id}", speech.clone())
        .route("/v1/text-to-speech/{voice_id}/stream", speech.clone())
        .route("/v1/text-to-speech/{voice_id}/with-timestamps", speech.clone())
        .route("/v1/text-to-speech/{voice_id}/stream/with-timestamps", speech)
        .route("/v1/text-to-speech/{voice_id}/stream-input", any(socket::open))
        .route("/v1/text-to-speech/{voice_id}/multi-stream-input", any(socket::open))
        .route("/v1/text-to-dialogue/multi-stream-input", any(socket::open))
        .route("/v1/text-to-dialogue", dialogue.clone())
        .route("/v1/text-to-dialogue/stream", dialogue.clone())
        .route("/v1/text-to-dialogue/with-timestamps", dialogue.clone())
        .route("/v1/text-to-dialogue/stream/with-timestamps", dialogue)
        .route("/v1/voices", get(voices::all))
        .route("/v1/voices/{voice_id}", get(voices::one))
        .route("/v1/voices/settings/default", get(voices::default_settings))
        .route("/v1/voices/{voice_id}/settings", get(voices::default_settings))
        .route("/v2/voices", get(voices::page))
        .route("/v1/models", get(models::all))
        .route("/v1/user/subscription", get(account::subscription))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(from_fn(answer))
}

async fn unknown(method: Method, uri: Uri) -> Mistake {
    Mistake::not_found("not_found", format!("{method} {} is not here.", uri.path()))
}

/// What every answer has: a good key behind it, and the request's id in its headers and in its mistakes.
async fn answer(Extension(entry): Extension<Entry>, request: Request, next: Next) -> Response {
    let id = request_id(&entry);
    let mut response = match check_key(request.headers(), request.uri().query()) {
        Err(NoGoodKey::None) if request.uri().path().ends_with("stream-input") => next.run(request).await,
        Err(NoGoodKey::None) => Mistake::no_key().into_response(),
        Err(NoGoodKey::Bad) => Mistake::bad_key().into_response(),
        Ok(()) => next.run(request).await,
    };
    if let Some(mistake) = response.extensions_mut().remove::<Mistake>() {
        response = mistake.with_id(&id);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("request-id", id);
    }
    entry.name(&id);
    response
}

fn request_id(entry: &Entry) -> String {
    format!("{:020x}", entry.at)
}

/// Why a request is not let in.
enum NoGoodKey {
    /// On a WebSocket the first message may still bring one.
    None,
    Bad,
}

/// Looks for the key where clients put it: in the header, or in the query of a WebSocket.
fn check_key(headers: &HeaderMap, query: Option<&str>) -> Result<(), NoGoodKey> {
    const PARAMETERS: [&str; 4] = ["authorization", "single_use_token", "xi-api-key", "xi_api_key"];
    let header = headers.get("xi-api-key").and_then(|value| value.to_str().ok());
    let in_query = || {
        let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| PARAMETERS.contains(name)).map(|(_, key)| key).next()
    };
    match header.or_else(in_query) {
        None | Some("") => Err(NoGoodKey::None),
        Some(key) if is_bad(key) => Err(NoGoodKey::Bad),
        Some(_) => Ok(()),
    }
}
