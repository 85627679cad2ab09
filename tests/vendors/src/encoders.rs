//! Samples to bytes, with the codec crates themselves: nothing of the project's own `audio`, which is what the
//! bytes are there to test.

mod aac;
mod flac;
mod mp3;
mod opaque;
mod opus;
mod plain;

use std::io;

use crate::formats::{Codec, Format};

/// One stream of one format.
pub(crate) trait Encoder: Send {
    /// Takes samples and appends the bytes that they complete.
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()>;

    /// Appends what was held back, and what ends the stream.
    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()>;
}

/// An encoder at the start of its stream. A WAV header tells the length where it is given, else that nobody
/// knows it.
pub(crate) fn encoder(format: Format, length: Option<usize>) -> io::Result<Box<dyn Encoder>> {
    Ok(match format.codec {
        Codec::Mp3 => Box::new(mp3::Mp3::new(format)?),
        Codec::Opus => Box::new(opus::Opus::new(format)?),
        Codec::Aac => Box::new(aac::Aac::new(format)?),
        Codec::Flac => Box::new(flac::Flac::new(format)?),
        Codec::Wav => Box::new(plain::wav(format.rate, length, plain::PCM)),
        Codec::WavUlaw => Box::new(plain::wav(format.rate, length, plain::ULAW)),
        Codec::WavAlaw => Box::new(plain::wav(format.rate, length, plain::ALAW)),
        Codec::Pcm => Box::new(plain::Plain(plain::s16le)),
        Codec::Ulaw => Box::new(plain::Plain(plain::ulaw)),
        Codec::Alaw => Box::new(plain::Plain(plain::alaw)),
        Codec::Opaque => Box::new(opaque::Opaque::new(format)),
    })
}

/// Hands over every full block of `waiting` and the samples behind it; keeps the rest.
fn blocks(
    waiting: &mut Vec<f32>,
    samples: &[f32],
    size: usize,
    mut full: impl FnMut(&[f32]) -> io::Result<()>,
) -> io::Result<()> {
    waiting.extend_from_slice(samples);
    let whole = waiting.len() / size * size;
    for block in waiting[..whole].chunks(size) {
        full(block)?;
    }
    waiting.drain(..whole);
    Ok(())
}
