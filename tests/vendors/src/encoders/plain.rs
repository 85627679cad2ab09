//! The formats that are one number after another: PCM, WAV and G.711.

use std::io;

use super::Encoder;

/// Each sample on its own.
pub(crate) struct Plain(pub(crate) fn(i16, &mut Vec<u8>));

impl Encoder for Plain {
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()> {
        samples.iter().for_each(|&sample| (self.0)(quantise(sample), out));
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// Samples as a RIFF file holds them.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    /// `wFormatTag`.
    tag: u8,
    /// Bytes of a sample.
    width: u8,
    write: fn(i16, &mut Vec<u8>),
}

pub(crate) const PCM: Layout = Layout { tag: 1, width: 2, write: s16le };
pub(crate) const ALAW: Layout = Layout { tag: 6, width: 1, write: alaw };
pub(crate) const ULAW: Layout = Layout { tag: 7, width: 1, write: ulaw };

/// Samples behind a RIFF header.
pub(crate) struct Wav {
    header: Option<[u8; 44]>,
    samples: Plain,
}

pub(crate) fn wav(rate: u32, length: Option<usize>, Layout { tag, width, write }: Layout) -> Wav {
    let size = |before: u32| match length {
        Some(samples) => before + u32::from(width) * samples as u32,
        None => u32::MAX,
    };
    let mut header = *b"RIFF....WAVEfmt \x10\0\0\0T\0\x01\0ratebyteW\0B\0data....";
    header[4..8].copy_from_slice(&size(36).to_le_bytes());
    header[20] = tag;
    header[24..28].copy_from_slice(&rate.to_le_bytes());
    header[28..32].copy_from_slice(&(u32::from(width) * rate).to_le_bytes());
    header[32] = width;
    header[34] = 8 * width;
    header[40..44].copy_from_slice(&size(0).to_le_bytes());
    Wav { header: Some(header), samples: Plain(write) }
}

impl Encoder for Wav {
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()> {
        out.extend(self.header.take().into_iter().flatten());
        self.samples.push(samples, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.push(&[], out)
    }
}

pub(super) fn quantise(sample: f32) -> i16 {
    (sample * 32768.0).round() as i16
}

pub(crate) fn s16le(sample: i16, out: &mut Vec<u8>) {
    out.extend(sample.to_le_bytes());
}

/// G.711 µ-law: 14 bits, sign and magnitude with a bias of 33, as a float of 3 and 4 bits; all bits inverted.
pub(crate) fn ulaw(sample: i16, out: &mut Vec<u8>) {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).unsigned_abs() >> 2).min(8158) + 33;
    let exponent = magnitude.ilog2() - 5;
    let mantissa = (magnitude >> (exponent + 1)) & 0x0F;
    out.push(!(sign | (exponent << 4) as u8 | mantissa as u8));
}

/// G.711 A-law: 13 bits, sign and magnitude, as a float of 3 and 4 bits; every second bit inverted.
pub(crate) fn alaw(sample: i16, out: &mut Vec<u8>) {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let magnitude = if sample < 0 { !sample } else { sample } as u16 >> 3;
    let (exponent, mantissa) = match magnitude {
        0..32 => (0, magnitude >> 1),
        _ => (magnitude.ilog2() - 4, (magnitude >> (magnitude.ilog2() - 4)) & 0x0F),
    };
    out.push((sign | (exponent << 4) as u8 | mantissa as u8) ^ 0x55);
}
