//! What is kept of an answer, and how it is given again.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use billing::Payer;
use bytes::Bytes;
use engine::Replayed;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::{Frame, SizeHint};
use serde::{Deserialize, Serialize};
use speech::{Door, ErrorKind, SpeechError, VoiceId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::doors::elevenlabs::answer::COST;
use crate::doors::headers;

/// In one piece, the whole would count as sent before the client had read a byte of it.
const PIECE: usize = 16 * 1024;

/// What is kept beside the audio.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Head {
    /// The headers of the answer.
    Headers(Vec<(String, String)>),
    /// It was answered, and the answer was too long to be kept.
    TooLong,
}

impl Head {
    fn to_json(&self) -> String {
        // Serialising strings to memory has no way to fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What is kept of these headers.
pub(super) fn head(headers: &HeaderMap) -> String {
    let texts = headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), std::str::from_utf8(value.as_bytes()).ok()?.to_owned()))
    });
    Head::Headers(texts.collect()).to_json()
}

/// What is kept of an answer that is too long.
pub(super) fn too_long() -> String {
    Head::TooLong.to_json()
}

/// What the journal says of an answer that is given again.
pub(super) struct Facts {
    voice: Option<VoiceId>,
    model: Option<String>,
    characters: Option<u64>,
}

impl Facts {
    /// As its headers tell it; of several voices, the first.
    fn told_by(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
        let voices = text(headers::VOICE);
        Self {
            voice: voices.and_then(|voices| VoiceId::parse(voices.split(", ").next()?)),
            model: text(headers::MODEL).map(str::to_owned),
            characters: text(headers::CHARACTERS).and_then(|characters| characters.parse().ok()),
        }
    }

    /// For the request that it is given to.
    pub(super) fn of(self, id: String, payer: Payer, door: Door) -> Replayed {
        let Self { voice, model, characters } = self;
        Replayed { id, payer, door, voice, model, characters }
    }
}

/// The answer as it was, but for what it costs, which is nothing. None of one that was too long to be kept.
///
/// # Errors
/// Too many are given at a time.
pub(super) fn restored(
    kept: billing::Replay,
    room: &Arc<Semaphore>,
) -> Result<Option<(Response<Body>, Facts)>, SpeechError> {
    let head = serde_json::from_str(&kept.head).map_err(SpeechError::internal)?;
    let Head::Headers(pairs) = head else { return Ok(None) };
    let taken = take(room, kept.audio.len()).ok_or_else(|| {
        SpeechError::new(ErrorKind::Overloaded, "Too many answers are given again; try again in a moment.")
    })?;
    let mut response = Response::default();
    let headers = response.headers_mut();
    for (name, value) in pairs {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes()))
        {
            headers.insert(name, value);
        }
    }
    let facts = Facts::told_by(headers);
    for name in COST {
        if let Some(cost) = headers.get_mut(name) {
            *cost = HeaderValue::from(0);
        }
    }
    headers.insert(headers::CACHE, HeaderValue::from_static("hit"));
    *response.body_mut() = Body::new(Stored { bytes: kept.audio.into(), _taken: taken });
    Ok(Some((response, facts)))
}

/// Takes so many bytes of the room for all; none where there are not so many.
pub(super) fn take(room: &Arc<Semaphore>, bytes: usize) -> Option<OwnedSemaphorePermit> {
    room.clone().try_acquire_many_owned(u32::try_from(bytes).ok()?).ok()
}

/// A body that is there already.
struct Stored {
    bytes: Bytes,
    _taken: OwnedSemaphorePermit,
}

impl http_body::Body for Stored {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let piece = self.bytes.len().min(PIECE);
        Poll::Ready((piece > 0).then(|| Ok(Frame::data(self.bytes.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}
