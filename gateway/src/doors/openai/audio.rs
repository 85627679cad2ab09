//! Audio on its way out, in one of three framings.

use std::convert::Infallible;
use std::sync::Arc;

use ::speech::{AudioChunk, AudioFormat, AudioStream, SampleRate};
use axum::body::Body;
use bytes::Bytes;
use engine::{Spoken, Tally};
use futures::{StreamExt as _, stream};
use http::{HeaderValue, header};
use tokio::sync::Semaphore;
use wire::openai::{Caption, SpeechEvent, SpeechUsage};

use super::errors;
use crate::doors::whole::Whole;
use crate::doors::{headers, streamed, switches};
use crate::fault::Fault;
use crate::replay::Spoiled;
use crate::stack::{Response, report};

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

/// The answer that carries `spoken`; its events say when words are heard if it is `timed`. Where its length is to be exact, it takes `room`, in bytes.
pub(super) async fn respond(
    spoken: Spoken,
    format: AudioFormat,
    framing: Framing,
    timed: bool,
    room: &Arc<Semaphore>,
) -> Result<Response, Fault> {
    let mut response = Response::default();
    headers::describe(&spoken, response.headers_mut());
    let media_type = match framing {
        Framing::Events => "text/event-stream",
        Framing::Streamed | Framing::Exact => format.codec.content_type(),
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let (tally, spoiled) = (spoken.tally.clone(), Spoiled::default());
    response.extensions_mut().insert(spoiled.clone());
    *response.body_mut() = match framing {
        Framing::Streamed => streamed(spoken.audio),
        Framing::Exact => {
            let whole = Whole::collect(spoken.audio, format, room).await?;
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            Body::new(whole)
        }
        Framing::Events => events(spoken, timed, spoiled),
    };
    Ok(switches::tell(response, tally, framing == Framing::Exact))
}

fn events(Spoken { audio, tally, sample_rate: rate, .. }: Spoken, timed: bool, spoiled: Spoiled) -> Body {
    let talk = Talk { audio, tally, rate, samples: 0, timed, spoiled };
    Body::from_stream(
        stream::unfold(Some(talk), |talk| async { Some(talk?.next_event().await) }).map(Ok::<_, Infallible>),
    )
}

/// Speech that is being sent as events.
struct Talk {
    audio: AudioStream,
    tally: Tally,
    rate: SampleRate,
    samples: u64,
    timed: bool,
    /// Says so to who keeps it for later.
    spoiled: Spoiled,
}

impl Talk {
    /// The next event, and the rest unless it was the last.
    async fn next_event(mut self) -> (Bytes, Option<Self>) {
        loop {
            match self.audio.next().await {
                Some(Ok(AudioChunk { bytes, samples, words, .. })) => {
                    self.samples += samples as u64;
                    if !bytes.is_empty() || (self.timed && !words.is_empty()) {
                        let timestamps = self.timed.then(|| words.into_iter().map(Caption::from).collect());
                        let delta = SpeechEvent::Delta { audio: &bytes, timestamps };
                        return (delta.to_frame().into(), Some(self));
                    }
                }
                Some(Err(error)) => {
                    report(&error);
                    self.spoiled.spoil();
                    let error = errors::describe(&error.into());
                    return (SpeechEvent::Error { error }.to_frame().into(), None);
                }
                None => return (SpeechEvent::Done { usage: self.usage() }.to_frame().into(), None),
            }
        }
    }

    /// What the vendor counted; an estimate where it counts no tokens.
    fn usage(&self) -> SpeechUsage {
        let reported = self.tally.usage();
        let audio_ms = self.samples * 1000 / u64::from(self.rate.get());
        let estimate = SpeechUsage::estimate(self.tally.characters(), audio_ms);
        let input_tokens = reported.input_tokens.unwrap_or(estimate.input_tokens);
        let output_tokens = reported.output_tokens.unwrap_or(estimate.output_tokens);
        SpeechUsage { input_tokens, output_tokens, total_tokens: input_tokens.saturating_add(output_tokens) }
    }
}
