//! Samples to bytes: one streaming encoder for each format that a door offers.
//!
//! Every encoder takes mono samples in pieces of any length and gives the bytes of each block of its format as
//! soon as that block is full. The bytes depend on the samples alone, not on how they were cut into pieces, and
//! not on the time or the machine's state: the same speech is the same file.
//!
//! What each format does to the length, in samples at the stream's own rate:
//!
//! | format | block | lead before the first sample | tail |
//! |---|---|---|---|
//! | mp3 | 576 (up to 24 kHz) or 1152 | [`MP3_LEAD`] | silence to the end of the block |
//! | opus | 20 ms | trimmed by the player (pre-skip) | trimmed by the player (last granule position) |
//! | aac | 1024 | [`AAC_LEAD`] | silence to the end of the block |
//! | flac | 2048 | none | none |
//! | wav, pcm | 1 | none | none |
//!
//! A raw MP3 or ADTS stream has no field that could tell a player to skip its lead. (The "Info" frame that does
//! so for MP3 files also holds the frame count, which a stream does not know when its first byte leaves.)

mod aac;
mod blocks;
mod flac;
mod mp3;
mod opus;
mod pcm;
#[cfg(test)]
mod tests;
mod wav;

use std::error::Error;

use speech::{AudioFormat, SampleRate};

pub use aac::LEAD as AAC_LEAD;
pub use mp3::LEAD as MP3_LEAD;
pub use wav::set_exact_sizes;

/// Turns samples into the bytes of one format.
pub trait Encoder: Send {
    /// Takes mono samples and appends the bytes that they complete to `out`; often none.
    ///
    /// Samples outside -1.0..=1.0 are clamped, NaN becomes silence.
    ///
    /// # Errors
    /// [`EncodeError::Codec`]; the encoder is of no use afterwards.
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Appends everything that was held back, and what ends the stream. To be called once, after the last
    /// [`encode`](Encoder::encode); without any samples it still completes a valid, silent stream.
    ///
    /// # Errors
    /// [`EncodeError::Codec`].
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// Why there are no bytes.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The format has no such sample rate; the backend's audio would have to be resampled first.
    #[error("{format} cannot hold audio at {rate} Hz; it can at {allowed}")]
    Rate {
        /// The format that was asked for.
        format: AudioFormat,
        /// Samples per second that it cannot hold.
        rate: SampleRate,
        /// The rates that it can, in words.
        allowed: &'static str,
    },
    /// The codec failed: a defect of ours or its own, never the client's.
    #[error("the {format} encoder failed")]
    Codec {
        /// The format that was being written.
        format: AudioFormat,
        /// What the codec says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl EncodeError {
    fn codec(format: AudioFormat, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Codec { format, source: source.into() }
    }
}

/// An encoder at the start of a stream.
///
/// # Errors
/// [`EncodeError::Rate`] where the format has no such rate. All of them have 8, 12, 16, 24 and 48 kHz.
pub fn encoder(format: AudioFormat, rate: SampleRate) -> Result<Box<dyn Encoder>, EncodeError> {
    Ok(match format {
        AudioFormat::Mp3 => Box::new(mp3::Mp3::new(rate)?),
        AudioFormat::Opus => Box::new(opus::OggOpus::new(rate)?),
        AudioFormat::Aac => Box::new(aac::Adts::new(rate)?),
        AudioFormat::Flac => Box::new(flac::Flac::new(rate)?),
        AudioFormat::Wav => Box::new(wav::Wav::new(rate)),
        AudioFormat::Pcm => Box::new(pcm::Pcm),
    })
}

/// Bits per second of mp3 and aac: 4 a sample, which is 96 kbit/s at Kokoro's 24 kHz, and at most 128 kbit/s.
/// `docs/encoders.md` says why.
fn bit_rate(rate: SampleRate) -> u32 {
    rate.get().saturating_mul(4).min(128_000)
}
