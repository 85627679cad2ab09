//! `POST /v1/audio/speech`.

use std::time::Duration;

use ::speech::{Door, Reading, SpeechError, SpeechRequest, SpeechText, Speed};
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError};
use wire::openai::{CreateSpeech, StreamFormat};

use super::audio::{self, Framing};
use crate::doors::{Rooms, headers};
use crate::fault::Fault;
use crate::stack::{Client, Notes, Request, RequestId, Response};

/// Reads the request, has it spoken, frames the audio.
pub(super) async fn create(State(rooms): State<Rooms>, request: Request) -> Result<Response, Fault> {
    let notes = Notes::on(&request);
    let (request, framing) = read(&rooms, request).await?;
    notes.handed_to_engine();
    let format = request.format;
    let spoken = rooms.engine.speak(request).await?;
    audio::respond(spoken, format, framing, &rooms.exact).await
}

/// Turns an HTTP request into a speech request. To have read it is to have validated it.
async fn read(rooms: &Rooms, request: Request) -> Result<(SpeechRequest, Framing), Fault> {
    let (parts, body) = request.into_parts();
    // Both were put there by the stack; a request without them came round it.
    let (Some(RequestId(id)), Some(Client(client))) =
        (parts.extensions.get::<RequestId>(), parts.extensions.get::<Client>())
    else {
        return Err(SpeechError::internal("a request without id or client").into());
    };
    require_plain_json(&parts.headers)?;
    let exact = wants_exact_length(&parts.headers)?;
    let body = collect(body, rooms.config.max_body_bytes, rooms.config.body_timeout()).await?;
    let asked = CreateSpeech::from_json(&body).map_err(SpeechError::from)?;
    let framing = framing(asked.stream_format, exact)?;
    let speech = SpeechRequest {
        id: id.to_string(),
        client: client.clone(),
        door: Door::OpenAi,
        text: SpeechText::new(asked.input, None).map_err(SpeechError::from)?,
        reading: Reading::default(),
        voice: asked.voice,
        model: Some(asked.model),
        speed: asked.speed.map(Speed::new).transpose()?.unwrap_or_default(),
        format: asked.response_format,
        instructions: asked.instructions,
    };
    Ok((speech, framing))
}

/// Nothing but declared JSON: a web page may send any other type across origins without asking first.
fn require_plain_json(headers: &HeaderMap) -> Result<(), Fault> {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Fault::WrongMediaType);
    }
    Ok(())
}

fn wants_exact_length(headers: &HeaderMap) -> Result<bool, Fault> {
    match headers.get(headers::CONTENT_LENGTH).map(|value| value.as_bytes()) {
        None => Ok(false),
        Some(b"exact") => Ok(true),
        Some(_) => Err(SpeechError::invalid_parameter(
            "x-soundboard-content-length",
            "The header x-soundboard-content-length has an unknown value.",
        )
        .allowing(["exact"])
        .into()),
    }
}

fn framing(stream_format: StreamFormat, exact: bool) -> Result<Framing, Fault> {
    match (stream_format, exact) {
        (StreamFormat::Audio, false) => Ok(Framing::Streamed),
        (StreamFormat::Audio, true) => Ok(Framing::Exact),
        (StreamFormat::Sse, false) => Ok(Framing::Events),
        (StreamFormat::Sse, true) => Err(SpeechError::invalid_parameter(
            "stream_format",
            "Events have no length in advance: leave out the header x-soundboard-content-length, or ask for audio.",
        )
        .into()),
    }
}

async fn collect(body: Body, limit: usize, patience: Duration) -> Result<Bytes, Fault> {
    match tokio::time::timeout(patience, body.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) => match error.into_inner().is::<LengthLimitError>() {
            true => Err(Fault::BodyTooLarge { limit }),
            false => Err(Fault::BodyBroken),
        },
        Err(_) => Err(Fault::BodyTooSlow),
    }
}
