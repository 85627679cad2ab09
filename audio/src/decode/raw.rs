//! Samples one after another, with nothing between them.

use speech::{Codec, SampleRate};

use super::{DecodeError, Decoder, mixed};
use crate::g711::{from_alaw, from_ulaw};

/// What a sample is made of. All are little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// 8 bits, of which 128 is silence.
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
    Ulaw,
    Alaw,
}

impl Sample {
    fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 | Self::Ulaw | Self::Alaw => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    fn read(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Unsigned8, &[a]) => (f32::from(a) - 128.0) / 128.0,
            (Self::Ulaw, &[a]) => f32::from(from_ulaw(a)) / 32768.0,
            (Self::Alaw, &[a]) => f32::from(from_alaw(a)) / 32768.0,
            (Self::Signed16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32768.0,
            (Self::Signed24, &[a, b, c]) => i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0,
            (Self::Signed32, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32 / 2_147_483_648.0,
            (Self::Float32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Self::Float64, &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
            _ => 0.0,
        }
    }
}

/// How samples lie beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) sample: Sample,
    /// Samples at each moment. Never zero.
    pub(crate) channels: usize,
}

impl Layout {
    /// The layout of a codec that has no header.
    pub(crate) fn headerless(codec: Codec) -> Option<Self> {
        let sample = match codec {
            Codec::Pcm => Sample::Signed16,
            Codec::Ulaw => Sample::Ulaw,
            Codec::Alaw => Sample::Alaw,
            _ => return None,
        };
        Some(Self { sample, channels: 1 })
    }

    /// Bytes of each moment.
    pub(crate) fn bytes(self) -> usize {
        self.sample.bytes() * self.channels
    }

    fn read(self, bytes: &[u8], out: &mut Vec<f32>) {
        let samples: Vec<f32> =
            bytes.chunks_exact(self.sample.bytes()).map(|bytes| self.sample.read(bytes)).collect();
        out.extend(mixed(&samples, self.channels));
    }
}

pub(crate) struct Raw {
    codec: Codec,
    layout: Layout,
    rate: SampleRate,
    /// The beginning of a moment whose end has not come.
    waiting: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(codec: Codec, layout: Layout, rate: SampleRate) -> Self {
        Self { codec, layout, rate, waiting: Vec::new() }
    }
}

impl Decoder for Raw {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> Result<(), DecodeError> {
        self.waiting.extend_from_slice(bytes);
        let whole = self.waiting.len() - self.waiting.len() % self.layout.bytes();
        self.layout.read(&self.waiting[..whole], out);
        self.waiting.drain(..whole);
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<f32>) -> Result<(), DecodeError> {
        if self.waiting.is_empty() { Ok(()) } else { Err(DecodeError::Truncated { codec: self.codec }) }
    }

    fn rate(&self) -> Option<SampleRate> {
        Some(self.rate)
    }
}
