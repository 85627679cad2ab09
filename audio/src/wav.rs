//! RIFF WAVE, mono: 16 bit, or one of G.711's laws.

use std::ops::Range;

use speech::SampleRate;

use crate::g711::G711;
use crate::pcm::Pcm;
use crate::{EncodeError, Encoder};

/// What a size field holds while nobody knows the size; players read to the end of the stream.
const UNKNOWN: u32 = u32::MAX;

/// The place of the RIFF size: the bytes after it.
const RIFF_SIZE: Range<usize> = 4..8;

/// The place of the size of the samples' description.
const DESCRIPTION_SIZE: Range<usize> = 16..20;

/// Bytes of the description of 16-bit samples; of every other kind two more, and a chunk with their count.
const PLAIN_DESCRIPTION: u32 = 16;

/// Bytes before the first sample of 16 bits. The last four are the size of the samples.
const PLAIN_HEADER: usize = 44;

/// Bytes before the first sample of every other kind. The last four are the size of the samples.
const FULL_HEADER: usize = 58;

/// Where [`FULL_HEADER`] has the count of samples.
const COUNT: Range<usize> = 46..50;

pub(crate) struct Wav<S> {
    header: Option<Vec<u8>>,
    samples: S,
    /// Bytes of samples so far.
    written: usize,
}

impl Wav<Pcm> {
    pub(crate) fn pcm(rate: SampleRate) -> Self {
        const PCM: u16 = 1;
        Self { header: Some(header(rate, PCM, 16)), samples: Pcm, written: 0 }
    }
}

impl Wav<G711> {
    pub(crate) fn of(law: G711, rate: SampleRate) -> Self {
        const ALAW: u16 = 6;
        const ULAW: u16 = 7;
        let tag = match law {
            G711::Alaw => ALAW,
            G711::Ulaw => ULAW,
        };
        Self { header: Some(header(rate, tag, 8)), samples: law, written: 0 }
    }
}

impl<S: Encoder> Encoder for Wav<S> {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(self.header.take().into_iter().flatten());
        let before = out.len();
        self.samples.encode(samples, out)?;
        self.written += out.len() - before;
        Ok(())
    }

    /// A chunk ends at an even place: a last odd byte is followed by one of silence.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(if self.written.is_multiple_of(2) { &[] } else { &[0.0] }, out)
    }
}

/// The header of samples with that format tag and so many bits.
fn header(rate: SampleRate, tag: u16, bits: u16) -> Vec<u8> {
    const MONO: u16 = 1;
    let bytes = MONO * bits / 8;
    let bytes_per_second = rate.get().wrapping_mul(bytes.into());
    let mut description = [tag.to_le_bytes(), MONO.to_le_bytes()].concat();
    description.extend([rate.get().to_le_bytes(), bytes_per_second.to_le_bytes()].as_flattened());
    description.extend([bytes.to_le_bytes(), bits.to_le_bytes()].as_flattened());
    let mut count = Vec::new();
    if bits != 16 {
        const NO_MORE_TO_TELL: [u8; 2] = [0; 2];
        description.extend(NO_MORE_TO_TELL);
        count = [&b"fact"[..], &4u32.to_le_bytes(), &UNKNOWN.to_le_bytes()].concat();
    }
    let size = (description.len() as u32).to_le_bytes();
    let unknown = UNKNOWN.to_le_bytes();
    [&b"RIFF"[..], &unknown, b"WAVEfmt ", &size, &description, &count, b"data", &unknown].concat()
}

/// Puts the true sizes into a finished file of one of the WAV [`encoder`](crate::encoder)s. A file too large for
/// the format's 32-bit fields keeps the placeholders, and so does anything shorter than the header.
pub fn set_exact_sizes(wav: &mut [u8]) {
    let is_plain = wav.get(DESCRIPTION_SIZE) == Some(&PLAIN_DESCRIPTION.to_le_bytes());
    let header = if is_plain { PLAIN_HEADER } else { FULL_HEADER };
    let Some(data) = wav.len().checked_sub(header) else { return };
    let Ok(riff) = u32::try_from(wav.len() - RIFF_SIZE.end) else { return };
    let data = (data as u32).to_le_bytes();
    wav[RIFF_SIZE].copy_from_slice(&riff.to_le_bytes());
    wav[header - data.len()..header].copy_from_slice(&data);
    if !is_plain {
        // A sample is a byte.
        wav[COUNT].copy_from_slice(&data);
    }
}
