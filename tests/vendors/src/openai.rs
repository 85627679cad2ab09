//! OpenAI: speech as audio and as server-sent events, and the list of models.

mod errors;
mod models;
mod request;

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::delivery::{Piece, Pieces, audio};
use crate::script::Fault;
use crate::sim::{Line, Sim, is_bad};
use crate::truth::{Bill, Entry};
use errors::Mistake;
use request::Asked;

pub(crate) fn router() -> Router<Arc<Sim>> {
    Router::new()
        .route("/v1/audio/speech", post(speech))
        .route("/v1/audio/voices", get(voices))
        .route("/v1/models", get(models::all))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(from_fn(answer))
}

async fn unknown(method: Method, uri: Uri) -> Mistake {
    Mistake::unknown(format!("Invalid URL ({method} {})", uri.path()), None)
}

/// What every answer has: a good key behind it, and the vendor's headers before it.
async fn answer(Extension(entry): Extension<Entry>, request: Request, next: Next) -> Response {
    let id = format!("req_{:032x}", entry.at);
    let mut response = match check_key(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(mistake) => mistake.into_response(),
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    headers.insert("openai-version", HeaderValue::from_static("2020-10-01"));
    headers.insert("openai-processing-ms", HeaderValue::from_static("1"));
    entry.name(&id);
    response
}

fn check_key(headers: &HeaderMap) -> Result<(), Mistake> {
    let key = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match key.map(str::trim) {
        None | Some("") => Err(Mistake::no_key()),
        Some(key) if is_bad(key) => Err(Mistake::scripted(Fault::BadKey)),
        Some(_) => Ok(()),
    }
}

/// What OpenAI does not have and servers that follow its API do.
async fn voices(State(sim): State<Arc<Sim>>, method: Method, uri: Uri) -> Result<Json<Value>, Mistake> {
    let Some(voices) = sim.roster.listed() else { return Err(unknown(method, uri).await) };
    let voices: Vec<Value> = voices.iter().map(|voice| json!({"id": voice.id, "name": voice.name})).collect();
    Ok(Json(json!({"voices": voices})))
}

async fn speech(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    Extension(line): Extension<Arc<Line>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, Mistake> {
    let Json(asked) = asked.map_err(|error| Mistake::invalid(error.body_text(), None, None))?;
    let order = asked.order(&sim.roster)?;
    let job = sim.begin(entry, line).map_err(Mistake::scripted)?;
    let reading = job.reading(&order.text, order.speed);
    let speech = audio(&reading, order.format, false).map_err(|_| Mistake::scripted(Fault::ServerError))?;
    let (content_type, pieces) = if order.events {
        ("text/event-stream", events(speech, reading.seconds(), order.bill))
    } else {
        (order.format.content_type(), speech)
    };
    let mistake = Mistake::scripted(Fault::ServerError).json().to_string();
    Ok(job.deliver(content_type, pieces, mistake, order.bill).await)
}

/// Each piece as an event, and the bill as the last.
fn events(pieces: Pieces, seconds: f64, bill: Bill) -> Pieces {
    let output_tokens = bill.output_tokens(seconds);
    let done = json!({"type": "speech.audio.done", "usage": {
        "input_tokens": bill.input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": bill.input_tokens + output_tokens,
    }});
    let deltas = pieces.map(|piece| {
        piece.map(|piece| {
            let audio = BASE64_STANDARD.encode(&piece.bytes);
            event(&json!({"type": "speech.audio.delta", "audio": audio}), piece.seconds)
        })
    });
    Box::new(deltas.chain(std::iter::once_with(move || Ok(event(&done, 0.0)))))
}

fn event(data: &Value, seconds: f64) -> Piece {
    Piece { bytes: format!("data: {data}\n\n").into(), seconds }
}
