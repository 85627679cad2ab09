//! AAC-LC in ADTS.

use speech::{Codec, SampleRate};
use syom::{AacError, EncodeOptions, EncodedFrame};

use crate::blocks::Blocks;
use crate::{EncodeError, Encoder, usual_bit_rate};

/// Samples per frame.
const BLOCK: usize = 1024;

/// Samples of silence that a decoder puts out before the first sample of ours: one block of overlap.
pub const LEAD: usize = BLOCK;

/// The codec looks one frame ahead, so that a sudden sound does not smear into the silence before it.
pub(crate) struct Adts {
    codec: syom::Encoder,
    blocks: Blocks,
    empty: bool,
}

impl Adts {
    pub(crate) fn new(rate: SampleRate, bit_rate: Option<u32>) -> Result<Self, EncodeError> {
        let options = EncodeOptions::adts()
            .with_bitrate_bps(bit_rate.unwrap_or_else(|| usual_bit_rate(rate)))
            .with_lookahead(true)
            .with_band_refine(true);
        let codec = syom::Encoder::new(rate.get(), 1, &options).map_err(|error| match bit_rate {
            Some(bit_rate) => EncodeError::BitRate { codec: Codec::Aac, rate, bit_rate },
            None => EncodeError::codec(Codec::Aac, error),
        })?;
        Ok(Self { codec, blocks: Blocks::of(BLOCK), empty: true })
    }
}

impl Encoder for Adts {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let Self { codec, blocks, empty } = self;
        *empty &= samples.is_empty();
        blocks
            .fill(samples, |block| codec.feed(&[block], append_to(out)).map(drop))
            .map_err(|error| EncodeError::codec(Codec::Aac, error))
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.empty {
            // The codec refuses a stream without samples.
            self.encode(&[0.0], out)?;
        }
        self.codec
            .feed(&[self.blocks.rest()], append_to(out))
            .and_then(|_| self.codec.finish(append_to(out)))
            .map(drop)
            .map_err(|error| EncodeError::codec(Codec::Aac, error))
    }
}

fn append_to(out: &mut Vec<u8>) -> impl FnMut(EncodedFrame<'_>) -> Result<(), AacError> {
    |frame| {
        out.extend_from_slice(frame.au);
        Ok(())
    }
}
