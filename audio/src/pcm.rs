//! Signed 16-bit little-endian samples, nothing else.

use crate::{EncodeError, Encoder};

pub(crate) struct Pcm;

impl Encoder for Pcm {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(samples.iter().flat_map(|&sample| quantise(sample).to_le_bytes()));
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }
}

/// The nearest of the 65,536 steps. The cast saturates, and makes NaN 0.
pub(crate) fn quantise(sample: f32) -> i16 {
    (sample * 32768.0).round() as i16
}
