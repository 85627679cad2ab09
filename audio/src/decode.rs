//! Bytes to samples: one streaming decoder for each codec that a backend may speak.

pub(crate) mod adts;
pub(crate) mod mp3;
pub(crate) mod ogg;
pub(crate) mod raw;
pub(crate) mod riff;
pub(crate) mod units;

use std::error::Error;

use speech::{AudioFormat, Codec, SampleRate};

use crate::blocks::tame;
use raw::Layout;
use units::Units;

/// Turns the bytes of one codec into mono samples.
pub trait Decoder: Send {
    /// Takes the next bytes, cut anywhere, and appends the samples that they complete to `out`.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`]; the decoder is of no use afterwards.
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> Result<(), DecodeError>;

    /// Appends what was held back. To be called once, after the last byte.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] where the stream ended in the middle of a frame, of a page or of a sample,
    /// before its header did, or before the length that its header promised.
    fn finish(&mut self, out: &mut Vec<f32>) -> Result<(), DecodeError>;

    /// Samples per second, from the format or from the stream's header once that was read; the same ever
    /// after.
    fn rate(&self) -> Option<SampleRate>;
}

/// Why there are no samples.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Nothing here decodes it.
    #[error("{codec} cannot be decoded here")]
    Unsupported {
        /// The codec that was to be read.
        codec: Codec,
    },
    /// Samples without a header, and nobody said at which rate.
    #[error("{codec} does not tell its sample rate")]
    NoRate {
        /// The codec that was to be read.
        codec: Codec,
    },
    /// The stream ended too early.
    #[error("the {codec} stream ended too early")]
    Truncated {
        /// The codec that was being read.
        codec: Codec,
    },
    /// The bytes are not what they should be.
    #[error("the bytes are not the {codec} that they should be")]
    Invalid {
        /// The codec that was being read.
        codec: Codec,
        /// What is wrong with them.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl DecodeError {
    fn invalid(codec: Codec, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Invalid { codec, source: source.into() }
    }
}

/// A decoder at the start of a stream. More channels than one are mixed down to their mean.
///
/// # Errors
/// [`DecodeError::Unsupported`] for FLAC, WebM, bare packets of Opus and what only its vendor reads;
/// [`DecodeError::NoRate`] for a headerless codec without its rate.
pub fn decoder(format: AudioFormat) -> Result<Box<dyn Decoder>, DecodeError> {
    let codec = format.codec;
    if let Some(layout) = Layout::headerless(codec) {
        let rate = format.rate.ok_or(DecodeError::NoRate { codec })?;
        return Ok(Box::new(raw::Raw::new(codec, layout, rate)));
    }
    Ok(match codec {
        Codec::Mp3 => Box::new(mp3::Mp3::default()),
        Codec::Opus => Box::new(ogg::OggOpus::default()),
        Codec::Aac => Box::new(adts::Adts::default()),
        Codec::Wav | Codec::WavUlaw | Codec::WavAlaw => Box::new(riff::Wav::new(codec)),
        _ => return Err(DecodeError::Unsupported { codec }),
    })
}

/// The mean of interleaved channels.
fn mixed(samples: &[f32], channels: usize) -> impl Iterator<Item = f32> {
    samples.chunks_exact(channels.max(1)).map(|frame| tame(frame.iter().sum::<f32>() / frame.len() as f32))
}

/// Leaves out what a codec puts before the sound and behind it.
#[derive(Default)]
struct Trim {
    /// Samples still to be left out.
    skip: usize,
    /// Samples that were let through.
    given: u64,
    /// Samples that the sound has, where that is known.
    length: Option<u64>,
}

impl Trim {
    fn pass<'a>(&mut self, samples: &'a [f32]) -> &'a [f32] {
        let (skipped, rest) = samples.split_at(self.skip.min(samples.len()));
        self.skip -= skipped.len();
        let left = self.length.map_or(u64::MAX, |length| length.saturating_sub(self.given));
        let kept = &rest[..rest.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        self.given += kept.len() as u64;
        kept
    }
}
