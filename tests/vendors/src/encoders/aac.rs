//! AAC-LC in ADTS.

use std::io;

use syom::{AacError, EncodeOptions, EncodedFrame};

use super::{Encoder, blocks};
use crate::formats::Format;

const BLOCK: usize = 1024;

pub(crate) struct Aac {
    codec: syom::Encoder,
    waiting: Vec<f32>,
}

impl Aac {
    pub(crate) fn new(format: Format) -> io::Result<Self> {
        let options = EncodeOptions::adts().with_bitrate_bps(format.kbps * 1000).with_lookahead(true);
        let codec = syom::Encoder::new(format.rate, 1, &options).map_err(io::Error::other)?;
        Ok(Self { codec, waiting: Vec::new() })
    }
}

impl Encoder for Aac {
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()> {
        let Self { codec, waiting } = self;
        blocks(waiting, samples, BLOCK, |block| {
            codec.feed(&[block], append_to(out)).map(drop).map_err(io::Error::other)
        })
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.push(&vec![0.0; BLOCK - self.waiting.len()], out)?;
        self.codec.finish(append_to(out)).map(drop).map_err(io::Error::other)
    }
}

fn append_to(out: &mut Vec<u8>) -> impl FnMut(EncodedFrame<'_>) -> Result<(), AacError> {
    |frame| {
        out.extend_from_slice(frame.au);
        Ok(())
    }
}
