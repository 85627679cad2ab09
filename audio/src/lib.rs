//! Samples to bytes and back: streaming encoders, decoders, counters and a resampler for every codec that a
//! door offers or a backend speaks.
//!
//! An [`Encoder`] takes mono samples in pieces of any length and gives the bytes of each block of its format
//! as soon as that block is full. The bytes depend on the samples alone, not on how they were cut into
//! pieces, and not on the time or the machine's state: the same speech is the same file. Samples of another
//! rate than the format's are resampled on the way in, which takes at most 8 ms more.
//!
//! What each format does to the length, in samples at the stream's own rate:
//!
//! | format | rates | block | lead before the first sample | tail |
//! |---|---|---|---|---|
//! | mp3 | MPEG's nine, 8 to 48 kHz | 576 (up to 24 kHz) or 1152 | [`MP3_LEAD`] | silence to the end of the block |
//! | opus | 8, 12, 16, 24, 48 kHz | 20 ms | trimmed by the player (pre-skip) | trimmed by the player (last granule position) |
//! | webm | as opus | 20 ms | trimmed by the player (codec delay) | trimmed by the player (discard padding) |
//! | opus-packets | as opus | 20 ms | 6.5 ms | silence to the end of the block |
//! | aac | thirteen, 7.35 to 96 kHz | 1024 | [`AAC_LEAD`] | silence to the end of the block |
//! | flac | up to 96 kHz | 2048 | none | none |
//! | wav, pcm | any | 1 | none | none |
//! | ulaw, alaw | 8 to 48 kHz | 1 | none | none |
//! | wav-ulaw, wav-alaw | 8 to 48 kHz | 1 | none | silence to an even number |
//!
//! A raw MP3 or ADTS stream has no field that could tell a player to skip its lead. (The "Info" frame that
//! does so for MP3 files also holds the frame count, which a stream does not know when its first byte
//! leaves.)
//!
//! A [`Decoder`] reads everything but FLAC, WebM and bare packets of Opus, as it comes, cut anywhere. Where a stream tells its lead and its
//! end (Opus always, MP3 by LAME's tag, AAC by iTunes') they are left out; a stream of our own MP3 or AAC is
//! heard with its lead. What is not the codec that was announced, or has a hole, or was cut short, is an
//! error; only an Opus stream may lack its last page, and a headerless one or a WAV of unknown size may end
//! at any whole sample.
//!
//! A [`Counter`] tells how much sound is in a stream that is handed on without being decoded.
//!
//! [`Pitch`] and [`Gain`] change samples on their way: another pitch of the same voice, and louder or quieter.

mod aac;
mod blocks;
mod count;
mod decode;
mod ebml;
mod flac;
mod g711;
mod gain;
mod loudness;
mod mp3;
mod opus;
mod pcm;
mod pitch;
mod rates;
mod resample;
#[cfg(test)]
mod tests;
mod wav;

use std::error::Error;

use speech::{AudioFormat, Codec, SampleRate};

use g711::G711;
use opus::Opus;
use opus::bare::Bare;
use opus::ogg::Ogg;
use opus::webm::Webm;
use wav::Wav;

pub use aac::LEAD as AAC_LEAD;
pub use count::{Counter, counter};
pub use decode::{DecodeError, Decoder, decoder};
pub use gain::Gain;
pub use loudness::loudness;
pub use mp3::LEAD as MP3_LEAD;
pub use pitch::Pitch;
pub use rates::Rates;
pub use resample::Resampler;
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
    /// The codec has no such sample rate.
    #[error("{codec} cannot hold audio at {rate} Hz; it can at {allowed}")]
    Rate {
        /// The codec that was asked for.
        codec: Codec,
        /// Samples per second that it cannot hold.
        rate: SampleRate,
        /// The rates that it can.
        allowed: Rates,
    },
    /// The codec has no such bit rate at this sample rate.
    #[error("{codec} at {rate} Hz cannot have {bit_rate} bit/s")]
    BitRate {
        /// The codec that was asked for.
        codec: Codec,
        /// Samples per second that were to leave.
        rate: SampleRate,
        /// Bits per second that it cannot have.
        bit_rate: u32,
    },
    /// Two rates so far apart, or with so little in common, that nobody speaks at the one and listens at the
    /// other.
    #[error("audio at {from} Hz cannot be brought to {to} Hz")]
    Resample {
        /// Samples per second that come in.
        from: SampleRate,
        /// Samples per second that were to leave.
        to: SampleRate,
    },
    /// The codec failed: a defect of ours or its own, never the client's.
    #[error("the {codec} encoder failed")]
    Codec {
        /// The codec that was being written.
        codec: Codec,
        /// What it says.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl EncodeError {
    fn codec(codec: Codec, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Codec { codec, source: source.into() }
    }
}

/// An encoder at the start of a stream, of samples that come in at `rate`.
///
/// They leave at the format's rate. Where it names none they leave as they come, or at the codec's nearest
/// rate above, or else at its highest.
///
/// # Errors
/// [`EncodeError::Rate`] where the codec has no such rate (all of them have 8, 12, 16, 24 and 48 kHz),
/// [`EncodeError::BitRate`] where it has no such bit rate, [`EncodeError::Resample`] where there is no way
/// from the one rate to the other.
pub fn encoder(format: AudioFormat, rate: SampleRate) -> Result<Box<dyn Encoder>, EncodeError> {
    let leaving = rates::leaving(format, rate)?;
    let encoder = at_rate(format, leaving)?;
    Ok(if leaving == rate { encoder } else { Box::new(resample::Resampled::new(rate, leaving, encoder)?) })
}

/// An encoder of samples that come in at the rate that leaves.
fn at_rate(format: AudioFormat, rate: SampleRate) -> Result<Box<dyn Encoder>, EncodeError> {
    let bit_rate = format.bit_rate;
    Ok(match format.codec {
        Codec::Mp3 => Box::new(mp3::Mp3::new(rate, bit_rate)?),
        Codec::Opus => Box::new(Opus::<Ogg>::new(rate, bit_rate)?),
        Codec::Webm => Box::new(Opus::<Webm>::new(rate, bit_rate)?),
        Codec::OpusPackets => Box::new(Opus::<Bare>::new(rate, bit_rate)?),
        Codec::Aac => Box::new(aac::Adts::new(rate, bit_rate)?),
        Codec::Flac => Box::new(flac::Flac::new(rate)?),
        Codec::Wav => Box::new(Wav::pcm(rate)),
        Codec::WavUlaw => Box::new(Wav::of(G711::Ulaw, rate)),
        Codec::WavAlaw => Box::new(Wav::of(G711::Alaw, rate)),
        Codec::Pcm => Box::new(pcm::Pcm),
        Codec::Ulaw => Box::new(G711::Ulaw),
        Codec::Alaw => Box::new(G711::Alaw),
        codec @ Codec::Foreign(_) => return Err(EncodeError::codec(codec, "only its vendor makes it")),
    })
}

/// Bits per second of mp3 and aac where nobody names any: 4 a sample, which is 96 kbit/s at Kokoro's 24 kHz,
/// and at most 128 kbit/s. `docs/encoders.md` says why.
fn usual_bit_rate(rate: SampleRate) -> u32 {
    rate.get().saturating_mul(4).min(128_000)
}
