//! Audio that comes with the times of its words.

use std::sync::Arc;

use ::speech::{AudioChunk, AudioFormat, AudioStream, SpeechError, WordTiming};
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, future};
use tokio::sync::Semaphore;
use wire::soundboard::TimedSpeech;

use crate::doors::whole::Whole;
use crate::stack::report;

/// One object for each piece, on a line of its own, as it is made.
pub(super) fn lines(audio: AudioStream, format: AudioFormat) -> Body {
    let lines = audio.inspect_err(report).try_filter_map(move |AudioChunk { bytes, words, .. }| {
        let has_something = !bytes.is_empty() || !words.is_empty();
        future::ready(Ok(has_something.then(|| Bytes::from(line(&bytes, format, &words)))))
    });
    Body::from_stream(lines.boxed())
}

/// One object with all of it.
///
/// # Errors
/// There is no room for it now.
pub(super) fn whole(
    mut whole: Whole,
    format: AudioFormat,
    room: &Arc<Semaphore>,
) -> Result<Whole, SpeechError> {
    let words = std::mem::take(&mut whole.words);
    whole.rewritten(room, |audio| line(audio, format, &words))
}

fn line(audio: &[u8], format: AudioFormat, timings: &[WordTiming]) -> Vec<u8> {
    TimedSpeech { audio, format: format.codec.name(), timings }.to_line()
}
