use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use outbound::Slot;
use speech::{AudioFormat, EncodedChunk, EncodedStream, Sound, SpeechError};

/// The sound of a vendor that tells no times of words. The slot is taken as long as it sounds.
pub(crate) fn sound_of(
    bytes: BoxStream<'static, Result<Bytes, SpeechError>>,
    format: AudioFormat,
    slot: Slot,
) -> Sound {
    let chunks = bytes.map(|bytes| bytes.map(|bytes| EncodedChunk { bytes, words: Vec::new() }));
    Sound::Encoded(EncodedStream { format, chunks: slot.held_by(chunks.boxed()) })
}
