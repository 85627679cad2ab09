//! `POST /v1/audio/speech`.

use ::speech::{
    AudioFormat, Codec, Door, SampleRate, SpeechError, SpeechRequest, SpeechText, Speed, Terms, Volume,
};
use axum::extract::State;
use http::request::Parts;
use wire::openai::{CreateSpeech, StreamFormat};

use super::audio::{self, Framing};
use crate::doors::{Rooms, headers, json, routing, tags};
use crate::fault::Fault;
use crate::stack::{Client, Notes, Request, RequestId, Response};

/// Reads the request, has it spoken, frames the audio.
pub(super) async fn create(State(rooms): State<Rooms>, request: Request) -> Result<Response, Fault> {
    let notes = Notes::on(&request);
    let (request, framing) = read(&rooms, request).await?;
    notes.handed_to_engine();
    let (format, timed) = (request.terms.format, request.terms.timed);
    let spoken = rooms.engine.speak(request).await.map_err(as_called_here)?;
    audio::respond(spoken, format, framing, timed, &rooms.exact).await
}

/// The rest of the program does not know in which field of ours a lexicon came.
pub(super) fn as_called_here(error: SpeechError) -> SpeechError {
    match error.param() {
        Some("lexicon") => error.about("soundboard.lexicon"),
        _ => error,
    }
}

/// Turns an HTTP request into a speech request. To have read it is to have validated it.
async fn read(rooms: &Rooms, request: Request) -> Result<(SpeechRequest, Framing), Fault> {
    let (parts, body) = request.into_parts();
    let exact = headers::wants_exact_length(&parts.headers)?;
    let body = json::read(&parts.headers, body, &rooms.config).await?;
    let asked = CreateSpeech::from_json(&body).map_err(SpeechError::from)?;
    let framing = framing(asked.stream_format, exact)?;
    let return_timing = asked.return_timing;
    let mut speech = self::request(rooms, &parts, asked)?;
    // Only events have room for times beside the audio.
    speech.terms.timed = return_timing && framing == Framing::Events;
    speech.terms.whole = framing == Framing::Exact;
    Ok((speech, framing))
}

/// What is asked of the engine.
pub(super) fn request(rooms: &Rooms, parts: &Parts, asked: CreateSpeech) -> Result<SpeechRequest, Fault> {
    let known = &parts.extensions;
    // Both were put there by the stack; a request without them came round it.
    let (Some(RequestId(id)), Some(client)) = (known.get::<RequestId>(), known.get::<Client>()) else {
        return Err(SpeechError::internal("a request without id or client").into());
    };
    let terms = Terms {
        reading: rooms.config.allowed(asked.reading),
        model: asked.model,
        speed: asked.speed.map(Speed::new).transpose()?.unwrap_or_default(),
        volume: asked.volume.map(Volume::new).transpose()?.unwrap_or_default(),
        format: format(asked.response_format),
        instructions: asked.instructions,
        language: asked.language,
        extras: asked.extras,
        tags: tags::read(&parts.headers, &rooms.config.tags)?,
        ..client.terms(&**id, Door::OpenAi, routing::read(&parts.headers)?)?
    };
    let text = SpeechText::new(asked.input, None).map_err(SpeechError::from)?;
    Ok(SpeechRequest { text, voice: asked.voice, terms })
}

/// OpenAI's PCM has one rate; a file says its own.
fn format(codec: Codec) -> AudioFormat {
    const PCM_RATE: SampleRate = SampleRate::new(24_000).expect("is not zero");
    let format = AudioFormat::from(codec);
    if codec.is_headerless() { format.at(PCM_RATE) } else { format }
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
