//! Audio on its way out, in one of three framings.

use std::sync::Arc;

use ::speech::AudioFormat;
use axum::body::Body;
use engine::Spoken;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::sync::Semaphore;

use super::telling::{Telling, milliseconds};
use super::terms::Asked;
use crate::doors::whole::Whole;
use crate::doors::{headers, streamed, switches};
use crate::fault::Fault;
use crate::stack::Response;

/// The id by which a later request may name this one.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// What the request costs, under both names that are in use.
pub(crate) const COST: [HeaderName; 2] =
    [HeaderName::from_static("character-cost"), HeaderName::from_static("x-character-count")];

/// How the audio travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// The audio itself, as it is made.
    Audio,
    /// One JSON object with all of it, and when its characters are heard.
    Timed,
    /// The same as it is made, an object a line.
    TimedLines,
}

/// The answer that carries `spoken`. Where it is one object, it takes `room`, in bytes.
pub(super) async fn respond(
    spoken: Spoken,
    format: AudioFormat,
    framing: Framing,
    telling: Telling,
    asked: &Asked,
    room: &Arc<Semaphore>,
) -> Result<Response, Fault> {
    let mut response = Response::default();
    let tally = spoken.tally.clone();
    headers::describe(&spoken, response.headers_mut());
    describe(&spoken, &telling, asked, response.headers_mut());
    let media_type = match framing {
        Framing::Audio => format.codec.content_type(),
        Framing::Timed | Framing::TimedLines => "application/json",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    *response.body_mut() = match framing {
        Framing::Audio => streamed(spoken.audio),
        Framing::TimedLines => Body::from_stream(telling.lines(spoken.audio, spoken.sample_rate)),
        Framing::Timed => {
            let mut whole = Whole::collect(spoken.audio, format, room).await?;
            let words = std::mem::take(&mut whole.words);
            let end_ms = milliseconds(whole.samples, spoken.sample_rate);
            let whole = whole.rewritten(room, |audio| telling.whole(audio, &words, end_ms))?;
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            Body::new(whole)
        }
    };
    Ok(switches::tell(response, tally, framing == Framing::Timed))
}

/// What ElevenLabs' clients read: the vendor's own id and price where one speaks that has them.
fn describe(spoken: &Spoken, telling: &Telling, asked: &Asked, headers: &mut HeaderMap) {
    let usage = spoken.tally.usage();
    let vendors = usage.request_id.and_then(|id| HeaderValue::try_from(id).ok());
    if let Some(id) = vendors.or_else(|| HeaderValue::from_str(&asked.id).ok()) {
        headers.insert(REQUEST_ID, id);
    }
    let characters = telling.characters() as u64;
    let charged = spoken.tally.charge().unwrap_or(characters);
    headers.insert(headers::CHARACTERS, HeaderValue::from(characters));
    for name in COST {
        headers.insert(name, HeaderValue::from(charged));
    }
}
