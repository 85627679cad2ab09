//! ElevenLabs: text to speech and to dialogue over HTTP and WebSockets, and the lists around them.

mod account;
mod errors;
mod frames;
mod models;
mod synthesis;
mod voices;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
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

/// What every answer has: a known key behind it, and the request's id in its headers and in its mistakes.
async fn answer(Extension(entry): Extension<Entry>, request: Request, next: Next) -> Response {
    let id = format!("{:020x}", entry.at);
    let mut response = match refused(request.headers()) {
        Some(mistake) => mistake.into_response(),
        None => next.run(request).await,
    };
    if let Some(mistake) = response.extensions_mut().remove::<Mistake>() {
        response = mistake.with_id(&id);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("request-id", id);
    }
    response
}

fn refused(headers: &HeaderMap) -> Option<Mistake> {
    let key = headers.get("xi-api-key").and_then(|value| value.to_str().ok());
    match key {
        None | Some("") => Some(Mistake::no_key()),
        Some(key) if is_bad(key) => Some(Mistake::bad_key()),
        Some(_) => None,
    }
}
