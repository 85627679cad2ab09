use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use outbound::Slot;
use speech::{AudioFormat, EncodedChunk, EncodedStream, Receipt, Sound, Speech, SpeechError};

/// The speech of a vendor that tells no times of words. The slot is taken as long as it sounds.
pub(crate) fn speech_of(
    bytes: BoxStream<'static, Result<Bytes, SpeechError>>,
    format: AudioFormat,
    slot: Slot,
    receipt: Receipt,
) -> Speech {
    let chunks = bytes.map(|bytes| bytes.map(|bytes| EncodedChunk { bytes, words: Vec::new() }));
    let chunks = slot.held_by(chunks.boxed());
    Speech { sound: Sound::Encoded(EncodedStream { format, chunks }), receipt }
}
