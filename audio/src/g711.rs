//! µ-law and A-law (ITU-T G.711): a byte a sample, sign, exponent and mantissa.

use crate::pcm::quantise;
use crate::{EncodeError, Encoder};

/// The two laws.
#[derive(Clone, Copy)]
pub(crate) enum G711 {
    Ulaw,
    Alaw,
}

impl Encoder for G711 {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let law = match self {
            Self::Ulaw => ulaw,
            Self::Alaw => alaw,
        };
        out.extend(samples.iter().map(|&sample| law(quantise(sample))));
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }
}

/// The size that a law sees of a sample: -1 is as near to zero as 0, as in the ITU's reference (G.191).
fn size(sample: i16) -> u16 {
    (if sample < 0 { !sample } else { sample }) as u16
}

/// The upper 14 bits, by tables 2a and 2b. All bits of the character are inverted.
pub(crate) fn ulaw(sample: i16) -> u8 {
    const BIAS: u16 = 33;
    const LARGEST: u16 = 0x1FFF;
    let biased = ((size(sample) >> 2) + BIAS).min(LARGEST);
    let segment = biased.ilog2() - 5;
    let step = (biased >> (segment + 1)) & 0xF;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (segment as u8) << 4 | step as u8)
}

/// The upper 13 bits, by tables 1a and 1b. Every second bit of the character is inverted.
pub(crate) fn alaw(sample: i16) -> u8 {
    let size = size(sample) >> 4;
    let segment = size.max(16).ilog2() - 4;
    let character = match size {
        0..16 => size as u8,
        _ => (segment as u8 + 1) << 4 | (size >> segment) as u8 & 0xF,
    };
    let sign = if sample < 0 { 0 } else { 0x80 };
    (sign | character) ^ 0x55
}

/// The middle of what [`ulaw`] makes this character of.
pub(crate) fn from_ulaw(character: u8) -> i16 {
    let bits = !character;
    let size = (((i16::from(bits & 0xF) << 1) + 33) << (bits >> 4 & 7)) - 33;
    if bits & 0x80 == 0 { size * 4 } else { -size * 4 }
}

/// The middle of what [`alaw`] makes this character of.
pub(crate) fn from_alaw(character: u8) -> i16 {
    let bits = character ^ 0x55;
    let step = (i16::from(bits & 0xF) << 1) + 1;
    let size = match bits >> 4 & 7 {
        0 => step,
        segment => (step + 32) << (segment - 1),
    };
    if bits & 0x80 == 0 { -size * 8 } else { size * 8 }
}
