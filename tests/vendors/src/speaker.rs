//! One continuous voice in one continuous encoding.

use std::io;

use crate::encoders::{Encoder, encoder};
use crate::formats::Format;
use crate::speech::{Playback, Recording};

pub(crate) struct Speaker {
    playback: Playback,
    encoder: Box<dyn Encoder>,
}

impl Speaker {
    /// A speaker at the start of the recording. `length` is how many samples it will speak, where a header is
    /// to tell.
    pub(crate) fn new(format: Format, length: Option<usize>) -> io::Result<Self> {
        Ok(Self { playback: Recording::get()?.play(format.rate), encoder: encoder(format, length)? })
    }

    /// Goes on speaking for so many samples, and appends the bytes that they complete.
    pub(crate) fn say(&mut self, samples: usize, out: &mut Vec<u8>) -> io::Result<()> {
        self.encoder.push(&self.playback.take(samples), out)
    }

    /// Is silent for so many samples; the recording waits.
    pub(crate) fn pause(&mut self, samples: usize, out: &mut Vec<u8>) -> io::Result<()> {
        self.encoder.push(&vec![0.0; samples], out)
    }

    /// Appends what was held back, and what ends the stream.
    pub(crate) fn finish(mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.encoder.finish(out)
    }
}
