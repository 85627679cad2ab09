//! `POST /dev/captioned_speech`, which Kokoro-FastAPI has: audio and the times of its words in one answer.

use ::speech::{AudioChunk, AudioFormat, AudioStream};
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, future};
use http::{HeaderValue, header};
use wire::openai::{Caption, CaptionedAudio, CaptionedSpeech};

use super::speech;
use crate::doors::whole::Whole;
use crate::doors::{Rooms, headers, json, switches};
use crate::fault::Fault;
use crate::stack::{Notes, Request, Response, report};

/// Reads the request, has it spoken, and captions the audio: piece by piece, or as a whole.
pub(super) async fn create(State(rooms): State<Rooms>, request: Request) -> Result<Response, Fault> {
    let notes = Notes::on(&request);
    let (parts, body) = request.into_parts();
    let body = json::read(&parts.headers, body, &rooms.config).await?;
    let asked = CaptionedSpeech::from_json(&body).map_err(::speech::SpeechError::from)?;
    let (stream, timed) = (asked.stream, asked.return_timestamps);
    let mut request = speech::request(&rooms, &parts, asked.speech)?;
    request.terms.timed = timed;
    request.terms.whole = !stream;
    notes.handed_to_engine();
    let format = request.terms.format;
    let spoken = rooms.engine.speak(request).await.map_err(speech::as_called_here)?;
    let mut response = Response::default();
    let tally = spoken.tally.clone();
    headers::describe(&spoken, response.headers_mut());
    let media_type = if stream { "application/x-ndjson" } else { "application/json" };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    *response.body_mut() = match stream {
        true => lines(spoken.audio, format, timed),
        false => {
            let mut whole = Whole::collect(spoken.audio, format, &rooms.exact).await?;
            let words = std::mem::take(&mut whole.words);
            Body::new(
                whole.rewritten(&rooms.exact, |audio| captioned(audio, format, words, timed).to_line())?,
            )
        }
    };
    Ok(switches::tell(response, tally, !stream))
}

fn captioned<'a>(
    audio: &'a [u8],
    format: AudioFormat,
    words: Vec<::speech::WordTiming>,
    timed: bool,
) -> CaptionedAudio<'a> {
    let timestamps = timed.then(|| words.into_iter().map(Caption::from).collect());
    CaptionedAudio { audio, audio_format: format.codec.content_type(), timestamps }
}

/// One object for each piece, on a line of its own.
fn lines(audio: AudioStream, format: AudioFormat, timed: bool) -> Body {
    let lines = audio.inspect_err(report).try_filter_map(move |chunk| {
        let AudioChunk { bytes, words, .. } = chunk;
        let has_something = !bytes.is_empty() || !words.is_empty();
        future::ready(Ok(
            has_something.then(|| Bytes::from(captioned(&bytes, format, words, timed).to_line()))
        ))
    });
    Body::from_stream(lines.boxed())
}
