//! `POST /api/v1/speech`: a text is spoken, in our own words.

use ::speech::{Door, Routing, SpeechError, SpeechRequest, SpeechText, Speed, Terms};
use audio::Rates;
use axum::body::Body;
use axum::extract::State;
use http::request::Parts;
use http::{HeaderValue, header};
use wire::soundboard::Speak;
use wire::soundboard::schema::SpeakShape;

use super::normalize::as_we_call_it;
use super::timed;
use super::voices::known_language;
use crate::doors::whole::Whole;
use crate::doors::{Rooms, headers, json, routing, streamed, switches, tags};
use crate::fault::Fault;
use crate::openapi::{AskedHeaders, Refused, SpokenOrTimed, Unspoken};
use crate::stack::{Client, Notes, Request, RequestId, Response};

/// Has a text spoken.
///
/// Reads the request, has it spoken, and sends the audio as it is made; or once its length is known, where
/// `x-soundboard-content-length: exact` asks for that. With `timings` it sends the audio and when its words are heard, a piece
/// a line.
#[utoipa::path(
    post,
    path = super::SPEECH,
    operation_id = "speak",
    tag = "speech",
    params(AskedHeaders),
    request_body = SpeakShape,
    responses(SpokenOrTimed, Unspoken, Refused),
)]
pub(super) async fn create(State(rooms): State<Rooms>, request: Request) -> Result<Response, Fault> {
    let notes = Notes::on(&request);
    let mut speech = read(&rooms, request).await?;
    speech.request.terms.whole = speech.is_exact;
    answer(&rooms, &notes, speech).await
}

/// Has it spoken, and sends the audio.
pub(super) async fn answer(rooms: &Rooms, notes: &Notes, speech: Speech) -> Result<Response, Fault> {
    let Speech { request, is_exact } = speech;
    let (format, timed) = (request.terms.format, request.terms.timed);
    notes.handed_to_engine();
    let spoken = rooms.engine.speak(request).await.map_err(as_we_call_it)?;
    let mut response = Response::default();
    let tally = spoken.tally.clone();
    headers::describe(&spoken, response.headers_mut());
    let media_type = match (timed, is_exact) {
        (false, _) => format.codec.content_type(),
        (true, false) => "application/x-ndjson",
        (true, true) => "application/json",
    };
    let media_type = HeaderValue::from_static(media_type);
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    *response.body_mut() = match is_exact {
        false if timed => timed::lines(spoken.audio, format),
        false => streamed(spoken.audio),
        true => {
            let mut whole = Whole::collect(spoken.audio, format, &rooms.exact).await?;
            if timed {
                whole = timed::whole(whole, format, &rooms.exact)?;
            }
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            Body::new(whole)
        }
    };
    Ok(switches::tell(response, tally, is_exact))
}

/// What is asked, and how it is to be sent.
pub(super) struct Speech {
    pub(super) request: SpeechRequest,
    pub(super) is_exact: bool,
}

/// Turns an HTTP request into a speech request. To have read it is to have validated it.
pub(super) async fn read(rooms: &Rooms, request: Request) -> Result<Speech, Fault> {
    let (parts, body) = request.into_parts();
    let is_exact = headers::wants_exact_length(&parts.headers)?;
    let tags = tags::read(&parts.headers, &rooms.config.tags)?;
    let body = json::read(&parts.headers, body, &rooms.config).await?;
    let asked = Speak::from_json(&body).map_err(SpeechError::from)?;
    let request = request_of(rooms, &parts, asked).map_err(as_we_call_it)?;
    let terms = Terms { tags, ..request.terms };
    Ok(Speech { request: SpeechRequest { terms, ..request }, is_exact })
}

fn request_of(rooms: &Rooms, parts: &Parts, asked: Speak) -> Result<SpeechRequest, SpeechError> {
    let known = &parts.extensions;
    // Both were put there by the stack; a request without them came round it.
    let (Some(RequestId(id)), Some(client)) = (known.get::<RequestId>(), known.get::<Client>()) else {
        return Err(SpeechError::internal("a request without id or client"));
    };
    let format = asked.format;
    let rates = Rates::of(format.codec);
    if format.rate.is_some_and(|rate| !rates.hold(rate)) {
        let message = format!("The format {} cannot have that sample_rate; it has {rates}.", format.codec);
        return Err(SpeechError::invalid_parameter("sample_rate", message));
    }
    known_language(asked.language.as_deref())?;
    let routing = routing_of(parts, &asked)?;
    let terms = Terms {
        reading: rooms.config.allowed(asked.reading),
        model: asked.model,
        speed: asked.speed.map(Speed::new).transpose()?.unwrap_or_default(),
        instructions: asked.instructions,
        language: asked.language,
        format,
        timed: asked.timings,
        visemes: asked.visemes,
        ..client.terms(&**id, Door::Native, routing)?
    };
    Ok(SpeechRequest { text: SpeechText::new(asked.text, None)?, voice: asked.voice, terms })
}

/// The way that the body and the headers ask for.
fn routing_of(parts: &Parts, asked: &Speak) -> Result<Routing, SpeechError> {
    let header = routing::read(&parts.headers)?;
    Ok(Routing {
        policy: one_of("policy", asked.policy, header.policy)?,
        fallback: one_of("fallback", asked.fallback, header.fallback)?,
        ..header
    })
}

/// What either says, or both.
fn one_of<T: PartialEq>(
    param: &'static str,
    body: Option<T>,
    header: Option<T>,
) -> Result<Option<T>, SpeechError> {
    if body.is_some() && header.is_some() && body != header {
        let message = format!("The body names one {param}, and the header x-soundboard-{param} another.");
        return Err(SpeechError::invalid_parameter(param, message));
    }
    Ok(body.or(header))
}
