//! Audio on its way out, in one of three framings.

use std::convert::Infallible;

use ::speech::{AudioChunk, AudioFormat, AudioStream, SampleRate, SpeechError};
use axum::body::Body;
use bytes::Bytes;
use engine::Spoken;
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use http::{HeaderValue, header};
use wire::openai::{SpeechEvent, SpeechUsage};

use super::errors;
use crate::doors::headers;
use crate::fault::Fault;
use crate::stack::{Response, report};

/// The most that is buffered for an exact length: the longest text at the slowest speed fits as 16-bit samples.
const MOST_EXACT_BYTES: usize = 128 * 1024 * 1024;

/// The pieces that a whole answer is sent in.
const PIECE: usize = 16 * 1024;

/// How the audio travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// The audio itself, as it is made.
    Streamed,
    /// The audio itself, once its length is known.
    Exact,
    /// Server-sent events, as it is made.
    Events,
}

/// The answer that carries `spoken`.
pub(super) async fn respond(
    spoken: Spoken,
    format: AudioFormat,
    framing: Framing,
) -> Result<Response, Fault> {
    let mut response = Response::default();
    headers::describe(&spoken, response.headers_mut());
    let media_type = match framing {
        Framing::Events => "text/event-stream",
        Framing::Streamed | Framing::Exact => format.content_type(),
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    *response.body_mut() = match framing {
        Framing::Streamed => streamed(spoken.audio),
        Framing::Exact => {
            let whole = whole(spoken.audio, format).await?;
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            in_pieces(whole)
        }
        Framing::Events => events(spoken.audio, spoken.characters, spoken.sample_rate),
    };
    Ok(response)
}

/// A body that ends in an error makes hyper break the connection: a client must not take what it got for all.
fn streamed(audio: AudioStream) -> Body {
    let pieces = audio
        .inspect_err(report)
        .try_filter_map(|chunk| future::ready(Ok((!chunk.bytes.is_empty()).then_some(chunk.bytes))));
    Body::from_stream(pieces)
}

async fn whole(mut audio: AudioStream, format: AudioFormat) -> Result<Vec<u8>, Fault> {
    let mut whole = Vec::new();
    while let Some(chunk) = audio.try_next().await? {
        whole.extend_from_slice(&chunk.bytes);
        if whole.len() > MOST_EXACT_BYTES {
            return Err(too_long_for_exact().into());
        }
    }
    if format == AudioFormat::Wav {
        audio::set_exact_sizes(&mut whole);
    }
    Ok(whole)
}

/// In one piece, the whole would count as sent before the client had read a byte of it.
fn in_pieces(whole: Vec<u8>) -> Body {
    let whole = Bytes::from(whole);
    let starts = (0..whole.len()).step_by(PIECE);
    let pieces = starts.map(move |start| whole.slice(start..whole.len().min(start + PIECE)));
    Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)))
}

fn too_long_for_exact() -> SpeechError {
    SpeechError::invalid_parameter(
        "x-soundboard-content-length",
        format!("The audio passes {MOST_EXACT_BYTES} bytes; ask for it without x-soundboard-content-length."),
    )
}

fn events(audio: AudioStream, characters: usize, rate: SampleRate) -> Body {
    let talk = Talk { audio, characters, rate, samples: 0 };
    Body::from_stream(
        stream::unfold(Some(talk), |talk| async { Some(talk?.next_event().await) }).map(Ok::<_, Infallible>),
    )
}

/// Speech that is being sent as events.
struct Talk {
    audio: AudioStream,
    characters: usize,
    rate: SampleRate,
    samples: u64,
}

impl Talk {
    /// The next event, and the rest unless it was the last.
    async fn next_event(mut self) -> (Bytes, Option<Self>) {
        loop {
            match self.audio.next().await {
                Some(Ok(AudioChunk { bytes, samples, .. })) => {
                    self.samples += samples as u64;
                    if !bytes.is_empty() {
                        return (SpeechEvent::Delta { audio: &bytes }.to_frame().into(), Some(self));
                    }
                }
                Some(Err(error)) => {
                    report(&error);
                    let error = errors::describe(&error.into());
                    return (SpeechEvent::Error { error }.to_frame().into(), None);
                }
                None => return (SpeechEvent::Done { usage: self.usage() }.to_frame().into(), None),
            }
        }
    }

    fn usage(&self) -> SpeechUsage {
        SpeechUsage::estimate(self.characters, self.samples * 1000 / u64::from(self.rate.get()))
    }
}
