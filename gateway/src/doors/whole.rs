//! Audio that is whole before any of it leaves, so that its length is known.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::speech::{AudioFormat, AudioStream, ErrorKind, SpeechError, WordTiming};
use bytes::Bytes;
use engine::break_off;
use futures::stream::Fuse;
use futures::{Stream as _, StreamExt as _, TryStreamExt as _};
use http_body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::stack::report;

/// The most bytes of one answer: the longest text at the slowest speed fits as 16-bit samples.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// The most bytes of all answers together that are being collected or taken: four of the longest.
const MOST_BYTES_TOGETHER: usize = 4 * MOST_BYTES;

/// In one piece, the whole would count as sent before the client had read a byte of it.
const PIECE: usize = 16 * 1024;

/// Room for all such answers of one server, a permit a byte.
pub(crate) fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(MOST_BYTES_TOGETHER))
}

/// A body of known length. The end of the speech, which journals it as completed, is left until there is but one
/// piece to be sent: a client may still hang up before.
pub(super) struct Whole {
    bytes: Bytes,
    /// The words that are spoken in it.
    pub(super) words: Vec<WordTiming>,
    /// How much speech it is, in samples at the backend's rate.
    pub(super) samples: usize,
    audio: Fuse<AudioStream>,
    /// Of the room for all.
    taken: OwnedSemaphorePermit,
}

impl Whole {
    /// Collects all audio.
    ///
    /// # Errors
    /// The speech fails, it is too long, or there is no room for it now.
    pub(super) async fn collect(
        audio: AudioStream,
        format: AudioFormat,
        room: &Arc<Semaphore>,
    ) -> Result<Self, SpeechError> {
        let mut audio = audio.fuse();
        let (mut bytes, mut words, mut samples) = (Vec::new(), Vec::new(), 0);
        let mut taken = match take(room, 0) {
            Ok(taken) => taken,
            Err(error) => return Err(without(audio, error)),
        };
        while let Some(chunk) = audio.try_next().await? {
            let fits = match bytes.len() + chunk.bytes.len() > MOST_BYTES {
                true => Err(too_long()),
                false => take(room, chunk.bytes.len()),
            };
            match fits {
                Ok(more) => taken.merge(more),
                Err(error) => return Err(without(audio, error)),
            }
            bytes.extend_from_slice(&chunk.bytes);
            words.extend(chunk.words);
            samples += chunk.samples;
            // Nobody asks for the pieces of an empty body: its end is now.
            if chunk.last && !bytes.is_empty() {
                break;
            }
        }
        if format.codec.is_wav() {
            audio::set_exact_sizes(&mut bytes);
        }
        Ok(Self { bytes: bytes.into(), words, samples, audio, taken })
    }

    /// The same, with what is written of its audio in place of it: the audio in base64, and more. Both are held while
    /// it is written, so there must be room for both.
    ///
    /// # Errors
    /// There is no room for it now.
    pub(super) fn rewritten(
        mut self,
        room: &Arc<Semaphore>,
        write: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<Self, SpeechError> {
        let base64 = self.bytes.len().div_ceil(3) * 4;
        let mut taken = match take(room, base64) {
            Ok(taken) => taken,
            Err(error) => return Err(without(self, error)),
        };
        let written = write(&self.bytes);
        match take(room, written.len().saturating_sub(base64)) {
            Ok(more) => taken.merge(more),
            Err(error) => return Err(without(self, error)),
        }
        (self.bytes, self.taken) = (written.into(), taken);
        Ok(self)
    }

    /// Bytes that are still to be sent.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl http_body::Body for Whole {
    type Data = Bytes;
    type Error = SpeechError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SpeechError>>> {
        if self.bytes.len() <= PIECE {
            while let Some(more) = ready!(Pin::new(&mut self.audio).poll_next(context)) {
                if let Err(error) = more {
                    report(&error);
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        let piece = self.bytes.len().min(PIECE);
        Poll::Ready((piece > 0).then(|| Ok(Frame::data(self.bytes.split_to(piece)))))
    }

    /// Told as soon as it is so: nobody asks a body of known length for more.
    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }
}

fn take(room: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, SpeechError> {
    room.clone().try_acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX)).map_err(|_| {
        SpeechError::new(
            ErrorKind::Overloaded,
            "Too much audio is held until it is whole; try again in a moment, or ask for it as it is made.",
        )
    })
}

/// That error, once the speech is given up for it: it is no hang-up of the client's.
fn without(speech: impl Sized, error: SpeechError) -> SpeechError {
    break_off(speech, error.kind());
    error
}

fn too_long() -> SpeechError {
    let message = format!("The audio passes {MOST_BYTES} bytes; ask for it as it is made.");
    SpeechError::new(ErrorKind::InvalidParameter, message)
}

#[cfg(test)]
mod tests {
    use ::speech::{AudioChunk, Codec};
    use futures::stream;

    use super::*;

    async fn whole_of(bytes: usize, room: &Arc<Semaphore>) -> Result<Whole, ErrorKind> {
        let chunk =
            |length, last| AudioChunk { bytes: vec![0; length].into(), last, ..AudioChunk::default() };
        let audio = stream::iter([Ok(chunk(bytes, false)), Ok(chunk(0, true))]).boxed();
        Whole::collect(audio, Codec::Pcm.into(), room).await.map_err(|error| error.kind())
    }

    #[tokio::test]
    async fn all_answers_together_have_so_much_room_until_they_are_taken() {
        let room = Arc::new(Semaphore::new(1000));
        let first = whole_of(600, &room).await.unwrap();
        let second = whole_of(400, &room).await.unwrap();
        assert_eq!(whole_of(1, &room).await.err(), Some(ErrorKind::Overloaded));
        drop(second);
        assert_eq!(whole_of(401, &room).await.err(), Some(ErrorKind::Overloaded));
        assert_eq!(whole_of(400, &room).await.map(|whole| whole.len()), Ok(400));
        drop(first);
        assert_eq!(whole_of(1000, &room).await.map(|whole| whole.len()), Ok(1000));
    }

    #[tokio::test]
    async fn what_is_written_of_it_has_room_before_it_is_written() {
        let room = Arc::new(Semaphore::new(1000));
        let whole = whole_of(600, &room).await.unwrap();
        let refused = whole.rewritten(&room, |_| panic!("is written without room")).err();
        assert_eq!(refused.map(|error| error.kind()), Some(ErrorKind::Overloaded));
        let whole = whole_of(300, &room).await.unwrap().rewritten(&room, |_| vec![0; 450]).unwrap();
        assert_eq!((whole.len(), room.available_permits()), (450, 550));
        drop(whole);
        assert_eq!(room.available_permits(), 1000);
    }

    #[tokio::test]
    async fn one_answer_has_a_limit_of_its_own() {
        assert_eq!(whole_of(MOST_BYTES + 1, &room()).await.err(), Some(ErrorKind::InvalidParameter));
    }
}
