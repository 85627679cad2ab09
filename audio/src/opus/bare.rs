//! Opus packets one after another. Nothing tells where one begins, so all are of one length, and nothing tells
//! a player what to leave out, so the codec's look-ahead is heard at the start and silence at the end.

use speech::{Codec, SampleRate};

use super::Container;
use crate::EncodeError;

/// The packets that are ready to leave.
pub(crate) struct Bare(Vec<u8>);

impl Container for Bare {
    const CODEC: Codec = Codec::OpusPackets;
    const CONSTANT: bool = true;

    fn new(_rate: SampleRate) -> Result<Self, EncodeError> {
        Ok(Self(Vec::new()))
    }

    fn put(&mut self, mut packet: Vec<u8>, _position: u64, _end: Option<u64>) -> Result<(), EncodeError> {
        self.0.append(&mut packet);
        Ok(())
    }

    fn ready(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}
