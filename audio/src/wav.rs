//! RIFF WAVE, 16 bit, mono.

use speech::SampleRate;

use crate::pcm::Pcm;
use crate::{EncodeError, Encoder};

/// Bytes before the first sample.
const HEADER: usize = 44;

/// What a size field holds while nobody knows the size; players read to the end of the stream.
const UNKNOWN: u32 = u32::MAX;

/// The place of the RIFF size: the bytes after it.
const RIFF_SIZE: std::ops::Range<usize> = 4..8;

/// The place of the data size: the bytes of samples.
const DATA_SIZE: std::ops::Range<usize> = 40..44;

pub(crate) struct Wav {
    header: Option<[u8; HEADER]>,
}

impl Wav {
    pub(crate) fn new(rate: SampleRate) -> Self {
        Self { header: Some(header(rate)) }
    }
}

impl Encoder for Wav {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(self.header.take().into_iter().flatten());
        Pcm.encode(samples, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(&[], out)
    }
}

fn header(rate: SampleRate) -> [u8; HEADER] {
    const MONO: u16 = 1;
    const BITS: u16 = 16;
    const BYTES: u16 = MONO * BITS / 8;
    const PCM: u16 = 1;
    let mut header = [0; HEADER];
    header[0..4].copy_from_slice(b"RIFF");
    header[RIFF_SIZE].copy_from_slice(&UNKNOWN.to_le_bytes());
    header[8..16].copy_from_slice(b"WAVEfmt ");
    header[16..20].copy_from_slice(&16u32.to_le_bytes());
    header[20..22].copy_from_slice(&PCM.to_le_bytes());
    header[22..24].copy_from_slice(&MONO.to_le_bytes());
    header[24..28].copy_from_slice(&rate.get().to_le_bytes());
    header[28..32].copy_from_slice(&rate.get().wrapping_mul(u32::from(BYTES)).to_le_bytes());
    header[32..34].copy_from_slice(&BYTES.to_le_bytes());
    header[34..36].copy_from_slice(&BITS.to_le_bytes());
    header[36..40].copy_from_slice(b"data");
    header[DATA_SIZE].copy_from_slice(&UNKNOWN.to_le_bytes());
    header
}

/// Puts the true sizes into a finished file of the WAV [`encoder`](crate::encoder). A file too large for the
/// format's 32-bit fields keeps the placeholders, and so does anything shorter than the header.
pub fn set_exact_sizes(wav: &mut [u8]) {
    let Some(data) = wav.len().checked_sub(HEADER) else { return };
    let Ok(riff) = u32::try_from(wav.len() - RIFF_SIZE.end) else { return };
    wav[RIFF_SIZE].copy_from_slice(&riff.to_le_bytes());
    wav[DATA_SIZE].copy_from_slice(&(data as u32).to_le_bytes());
}
