//! Opus in Ogg (RFC 7845).

use ogg::PacketWriter;
use ogg::writing::PacketWriteEndInfo;
use speech::{Codec, SampleRate};

use super::{Container, GRANULES, head};
use crate::EncodeError;

/// Packets in a page: more would hold audio back, fewer would cost 11 kbit/s for page headers.
const PACKETS_IN_PAGE: u64 = 5;

/// The logical stream's number in its file: one stream, so always the same number.
const SERIAL: u32 = 1;

/// Pages of packets.
pub(crate) struct Ogg(PacketWriter<'static, Vec<u8>>);

impl Container for Ogg {
    const CODEC: Codec = Codec::Opus;

    fn new(rate: SampleRate) -> Result<Self, EncodeError> {
        let mut pages = PacketWriter::new(Vec::new());
        for header in [head(rate), comment()] {
            pages.write_packet(header, SERIAL, PacketWriteEndInfo::EndPage, 0).map_err(failed)?;
        }
        Ok(Self(pages))
    }

    fn put(&mut self, packet: Vec<u8>, position: u64, end: Option<u64>) -> Result<(), EncodeError> {
        let (then, granule) = match end {
            // Players drop what lies behind it.
            Some(end) => (PacketWriteEndInfo::EndStream, end),
            None if position.is_multiple_of(PACKETS_IN_PAGE * GRANULES) => {
                (PacketWriteEndInfo::EndPage, position)
            }
            None => (PacketWriteEndInfo::NormalPacket, position),
        };
        self.0.write_packet(packet, SERIAL, then, granule).map_err(failed)
    }

    fn ready(&mut self) -> &mut Vec<u8> {
        self.0.inner_mut()
    }
}

fn failed(error: std::io::Error) -> EncodeError {
    EncodeError::codec(Codec::Opus, error)
}

/// The second header (RFC 7845, 5.2): who wrote it, and no comments.
fn comment() -> Vec<u8> {
    const VENDOR: &str = "voice-soundboard";
    let mut header = b"OpusTags".to_vec();
    header.extend((VENDOR.len() as u32).to_le_bytes());
    header.extend(VENDOR.as_bytes());
    header.extend(0u32.to_le_bytes());
    header
}
