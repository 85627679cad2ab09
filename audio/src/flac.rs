//! Native FLAC, 16 bit, mono, in blocks of one size.

use std::fmt::Display;

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, StreamInfo};
use flacenc::config;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Fill, FrameBuf};
use speech::{Codec, SampleRate};

use crate::blocks::Blocks;
use crate::pcm::quantise;
use crate::{EncodeError, Encoder};

/// Samples per frame: 85 ms at 24 kHz.
const BLOCK: u16 = 2048;

pub(crate) struct Flac {
    config: Verified<config::Encoder>,
    info: StreamInfo,
    buffer: FrameBuf,
    header: Option<Vec<u8>>,
    blocks: Blocks,
    frames: usize,
}

impl Flac {
    pub(crate) fn new(rate: SampleRate) -> Result<Self, EncodeError> {
        Ok(Self {
            config: config::Encoder::default().into_verified().map_err(|(_, error)| failed(error))?,
            info: StreamInfo::new(rate.get() as usize, 1, 16).map_err(failed)?,
            buffer: FrameBuf::with_size(1, usize::from(BLOCK)).map_err(failed)?,
            header: Some(header(rate)),
            blocks: Blocks::of(usize::from(BLOCK)),
            frames: 0,
        })
    }
}

impl Encoder for Flac {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(self.header.take().into_iter().flatten());
        let Self { config, info, buffer, blocks, frames, .. } = self;
        blocks.fill(samples, |block| {
            frame(config, info, buffer, *frames, block, out)?;
            *frames += 1;
            Ok(())
        })
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(&[], out)?;
        let Self { config, info, buffer, blocks, frames, .. } = self;
        match blocks.rest() {
            [] => Ok(()),
            rest => frame(config, info, buffer, *frames, rest, out),
        }
    }
}

fn frame(
    config: &Verified<config::Encoder>,
    info: &StreamInfo,
    buffer: &mut FrameBuf,
    number: usize,
    samples: &[f32],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let samples: Vec<i32> = samples.iter().map(|&sample| i32::from(quantise(sample))).collect();
    buffer.fill_interleaved(&samples).map_err(failed)?;
    let frame = flacenc::encode_fixed_size_frame(config, buffer, number, info).map_err(failed)?;
    let mut sink = ByteSink::new();
    frame.write(&mut sink).map_err(failed)?;
    out.extend_from_slice(sink.as_slice());
    Ok(())
}

/// The codec's errors cannot cross threads; their words can.
fn failed(error: impl Display) -> EncodeError {
    EncodeError::codec(Codec::Flac, error.to_string())
}

/// The marker and the one metadata block, STREAMINFO (RFC 9639, 8.2). A stream does not know its frame sizes,
/// length and checksum when it starts; zero says so for all of them.
fn header(rate: SampleRate) -> Vec<u8> {
    const LAST_BLOCK_STREAMINFO: u8 = 0x80;
    const LENGTH: [u8; 3] = [0, 0, 34];
    const MONO: u64 = 0;
    const BITS: u64 = 16 - 1;
    let rate_and_layout = u64::from(rate.get()) << 44 | MONO << 41 | BITS << 36;
    let mut header = b"fLaC".to_vec();
    header.push(LAST_BLOCK_STREAMINFO);
    header.extend(LENGTH);
    header.extend([BLOCK.to_be_bytes(), BLOCK.to_be_bytes()].concat());
    header.extend([0; 6]); // smallest and largest frame
    header.extend(rate_and_layout.to_be_bytes());
    header.extend([0; 16]); // MD5 of the samples
    header
}
