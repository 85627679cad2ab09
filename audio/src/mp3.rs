//! MPEG-1/2/2.5 Layer III at a constant bit rate.

use rusty_mp3::Mp3Encode;
use rusty_mp3::header::FrameHeader;
use speech::{Codec, SampleRate};

use crate::blocks::Blocks;
use crate::{EncodeError, Encoder, usual_bit_rate};

/// Samples of silence that a decoder puts out before the first sample of ours: 528 of the encoder's filters,
/// 529 of its own (LAME's way of counting).
pub const LEAD: usize = 528 + 529;

/// Some decoders accept a stream only once they have seen two frames.
const FEWEST_FRAMES: usize = 2;

/// Each frame stands alone (no bit reservoir), so that it leaves as soon as its samples are there.
pub(crate) struct Mp3 {
    codec: Mp3Encode,
    header: FrameHeader,
    blocks: Blocks,
    block: usize,
    frames: usize,
}

impl Mp3 {
    pub(crate) fn new(rate: SampleRate, bit_rate: Option<u32>) -> Result<Self, EncodeError> {
        let bits = bit_rate.unwrap_or_else(|| usual_bit_rate(rate));
        let header = rusty_mp3::encoder_header(rate.get(), 1, bits / 1000)
            .map_err(|error| EncodeError::codec(Codec::Mp3, error))?;
        // The codec takes the nearest of its bit rates; who names one means that one.
        if bit_rate.is_some_and(|bits| bits != header.bitrate_kbps * 1000) {
            return Err(EncodeError::BitRate { codec: Codec::Mp3, rate, bit_rate: bits });
        }
        let block = header.version.samples_per_frame();
        Ok(Self { codec: Mp3Encode::new(), header, blocks: Blocks::of(block), block, frames: 0 })
    }
}

impl Encoder for Mp3 {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let Self { codec, header, blocks, frames, .. } = self;
        blocks.fill(samples, |block| {
            let frame = codec
                .encode_frame(header, &[block], None)
                .map_err(|error| EncodeError::codec(Codec::Mp3, error))?;
            *frames += 1;
            out.extend(frame);
            Ok(())
        })
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let least = LEAD.max(FEWEST_FRAMES.saturating_sub(self.frames) * self.block);
        let silence = vec![0.0; self.blocks.silence_to_end(least)];
        self.encode(&silence, out)
    }
}
