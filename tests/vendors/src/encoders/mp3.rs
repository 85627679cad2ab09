//! MPEG Layer III at a constant bit rate, every frame on its own.

use std::io;

use rusty_mp3::Mp3Encode;
use rusty_mp3::header::FrameHeader;

use super::{Encoder, blocks};
use crate::formats::Format;

/// What the encoder's and a decoder's filters hold back.
const DELAY: usize = 528 + 529;

pub(crate) struct Mp3 {
    codec: Mp3Encode,
    header: FrameHeader,
    waiting: Vec<f32>,
}

impl Mp3 {
    pub(crate) fn new(format: Format) -> io::Result<Self> {
        let header = rusty_mp3::encoder_header(format.rate, 1, format.kbps).map_err(io::Error::other)?;
        Ok(Self { codec: Mp3Encode::new(), header, waiting: Vec::new() })
    }
}

impl Encoder for Mp3 {
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()> {
        let Self { codec, header, waiting } = self;
        blocks(waiting, samples, header.version.samples_per_frame(), |block| {
            out.extend(codec.encode_frame(header, &[block], None).map_err(io::Error::other)?);
            Ok(())
        })
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let whole = (self.waiting.len() + DELAY).next_multiple_of(self.header.version.samples_per_frame());
        self.push(&vec![0.0; whole - self.waiting.len()], out)
    }
}
