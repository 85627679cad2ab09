//! `POST /cognitiveservices/v1`: a document is spoken.

use ::speech::{AudioFormat, SpeechError, Terms};
use axum::body::Body;
use axum::extract::State;
use engine::Spoken;
use http::{HeaderMap, HeaderValue, header};

use super::asked::{Asked, as_called_here, output_format};
use super::{OUTPUT_FORMAT, REQUEST_ID, document};
use crate::doors::whole::Whole;
use crate::doors::{Rooms, headers, json, streamed, switches};
use crate::fault::Fault;
use crate::stack::{Notes, Request, RequestId, Response};

/// Where a client says as what it wants the audio.
const FORMAT: &str = "X-Microsoft-OutputFormat";

/// Reads the request, has it spoken, sends the audio.
pub(super) async fn create(State(rooms): State<Rooms>, request: Request) -> Result<Response, Fault> {
    let notes = Notes::on(&request);
    let (parts, body) = request.into_parts();
    // It was put there by the stack; a request without it came round it.
    let Some(RequestId(id)) = parts.extensions.get().cloned() else {
        return Err(SpeechError::internal("a request without id").into());
    };
    require_ssml(&parts.headers)?;
    let format = format(&parts.headers)?;
    // Azure does not stream RIFF either: its head says how long it is.
    let whole = headers::wants_exact_length(&parts.headers)? || format.codec.is_wav();
    let asked = Asked::read(&rooms, &parts)?;
    let body = json::collect(body, rooms.config.max_body_bytes, rooms.config.body_timeout()).await?;
    let terms = Terms { whole, ..asked.terms(&*id, format)? };
    let request = document::request(&body, terms)?;
    notes.handed_to_engine();
    let spoken = rooms.engine.speak(request).await.map_err(|error| as_called_here(FORMAT, error))?;
    let called = parts.headers.get(REQUEST_ID).cloned().or_else(|| HeaderValue::from_str(&id).ok());
    let mut response = respond(&rooms, spoken, format, whole).await?;
    response.headers_mut().extend(called.map(|called| (REQUEST_ID, called)));
    Ok(response)
}

async fn respond(rooms: &Rooms, spoken: Spoken, format: AudioFormat, whole: bool) -> Result<Response, Fault> {
    let mut response = Response::default();
    let tally = spoken.tally.clone();
    headers::describe(&spoken, response.headers_mut());
    let media_type = HeaderValue::from_static(format.codec.content_type());
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    *response.body_mut() = if whole {
        let whole = Whole::collect(spoken.audio, format, &rooms.exact).await?;
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
        Body::new(whole)
    } else {
        streamed(spoken.audio)
    };
    Ok(switches::tell(response, tally, whole))
}

/// Nothing but declared SSML: a web page may send any other type across origins without asking first.
fn require_ssml(headers: &HeaderMap) -> Result<(), Fault> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/ssml+xml") || headers.contains_key(header::CONTENT_ENCODING)
    {
        return Err(Fault::WrongMediaType);
    }
    Ok(())
}

fn format(headers: &HeaderMap) -> Result<AudioFormat, SpeechError> {
    let name = headers.get(OUTPUT_FORMAT).and_then(|name| name.to_str().ok());
    let name = name.ok_or_else(|| SpeechError::invalid_parameter(FORMAT, format!("{FORMAT} is missing.")))?;
    output_format(FORMAT, name)
}
