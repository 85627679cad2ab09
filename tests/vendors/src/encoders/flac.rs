//! FLAC of 16 bits, in blocks of one size.

use std::fmt::Display;
use std::io;

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, StreamInfo};
use flacenc::config;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Fill, FrameBuf};

use super::plain::quantise;
use super::{Encoder, blocks};
use crate::formats::Format;

const BLOCK: u16 = 4096;

pub(crate) struct Flac {
    config: Verified<config::Encoder>,
    info: StreamInfo,
    buffer: FrameBuf,
    header: Option<Vec<u8>>,
    waiting: Vec<f32>,
    frames: usize,
}

impl Flac {
    pub(crate) fn new(format: Format) -> io::Result<Self> {
        Ok(Self {
            config: config::Encoder::default().into_verified().map_err(|(_, error)| failed(error))?,
            info: StreamInfo::new(format.rate as usize, 1, 16).map_err(failed)?,
            buffer: FrameBuf::with_size(1, usize::from(BLOCK)).map_err(failed)?,
            header: Some(header(format.rate)),
            waiting: Vec::new(),
            frames: 0,
        })
    }
}

impl Encoder for Flac {
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()> {
        out.extend(self.header.take().into_iter().flatten());
        let Self { config, info, buffer, waiting, frames, .. } = self;
        blocks(waiting, samples, usize::from(BLOCK), |block| frame(config, info, buffer, frames, block, out))
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { config, info, buffer, waiting, frames, .. } = self;
        if waiting.is_empty() { Ok(()) } else { frame(config, info, buffer, frames, waiting, out) }
    }
}

fn frame(
    config: &Verified<config::Encoder>,
    info: &StreamInfo,
    buffer: &mut FrameBuf,
    frames: &mut usize,
    samples: &[f32],
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let samples: Vec<i32> = samples.iter().map(|&sample| i32::from(quantise(sample))).collect();
    buffer.fill_interleaved(&samples).map_err(failed)?;
    let frame = flacenc::encode_fixed_size_frame(config, buffer, *frames, info).map_err(failed)?;
    let mut sink = ByteSink::new();
    frame.write(&mut sink).map_err(failed)?;
    out.extend_from_slice(sink.as_slice());
    *frames += 1;
    Ok(())
}

/// The codec's errors cannot cross threads; their words can.
fn failed(error: impl Display) -> io::Error {
    io::Error::other(error.to_string())
}

/// The marker and STREAMINFO (RFC 9639, 8.2); zero stands for what a stream does not know when it starts.
fn header(rate: u32) -> Vec<u8> {
    let mut header = b"fLaC\x80\0\0\x22".to_vec();
    header.extend([BLOCK.to_be_bytes(), BLOCK.to_be_bytes()].concat());
    header.extend([0; 6]);
    header.extend((u64::from(rate) << 44 | 15 << 36).to_be_bytes());
    header.extend([0; 16]);
    header
}
