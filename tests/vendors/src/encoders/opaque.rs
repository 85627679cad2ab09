//! Formats that only their own vendor speaks: AMR-WB, Silk, Siren, G.722 and the like.

use std::io;

use super::Encoder;
use crate::formats::Format;

/// Always the same bytes for the same time, and no sound.
pub(crate) struct Opaque {
    format: Format,
    samples: u64,
    written: u64,
}

impl Opaque {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, samples: 0, written: 0 }
    }
}

impl Encoder for Opaque {
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()> {
        self.samples += samples.len() as u64;
        let due = self.samples * u64::from(self.format.kbps) * 125 / u64::from(self.format.rate);
        // The high bits of Knuth's multiplier's multiples.
        out.extend((self.written..due).map(|at| (at.wrapping_mul(6_364_136_223_846_793_005) >> 56) as u8));
        self.written = due;
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}
