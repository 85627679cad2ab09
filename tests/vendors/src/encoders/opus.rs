//! Opus in Ogg (RFC 7845), five packets of 20 ms to a page.

use std::io;

use ogg::PacketWriter;
use ogg::writing::PacketWriteEndInfo;
use ropus::{Application, Bitrate, Channels};

use super::{Encoder, blocks};
use crate::formats::Format;

/// The codec's look-ahead of 6.5 ms, in the 48 kHz that granule positions count in.
const PRE_SKIP: u16 = 312;
const GRANULES_IN_PACKET: u64 = 960;
const PACKETS_IN_PAGE: u64 = 5;
const LONGEST_PACKET: usize = 1 + 1275;

pub(crate) struct Opus {
    codec: ropus::Encoder,
    pages: PacketWriter<'static, Vec<u8>>,
    rate: u32,
    waiting: Vec<f32>,
    samples: u64,
    packets: u64,
}

impl Opus {
    pub(crate) fn new(format: Format) -> io::Result<Self> {
        let codec = ropus::Encoder::builder(format.rate, Channels::Mono, Application::Audio)
            .bitrate(Bitrate::Bits(format.kbps * 1000))
            .complexity(5)
            .build()
            .map_err(io::Error::other)?;
        let mut pages = PacketWriter::new(Vec::new());
        let head =
            [b"OpusHead\x01\x01".as_slice(), &PRE_SKIP.to_le_bytes(), &format.rate.to_le_bytes(), b"\0\0\0"];
        let tags = b"OpusTags\x07\0\0\0vendors\0\0\0\0".to_vec();
        for header in [head.concat(), tags] {
            pages.write_packet(header, 1, PacketWriteEndInfo::EndPage, 0)?;
        }
        Ok(Self { codec, pages, rate: format.rate, waiting: Vec::new(), samples: 0, packets: 0 })
    }

    /// Encodes samples; the packet that reaches `end`, a granule position, is the last.
    fn encode(&mut self, samples: &[f32], end: Option<u64>, out: &mut Vec<u8>) -> io::Result<()> {
        let Self { codec, pages, rate, waiting, packets, .. } = self;
        blocks(waiting, samples, (*rate / 50) as usize, |block| {
            let mut packet = vec![0; LONGEST_PACKET];
            let length = codec.encode_float(block, &mut packet).map_err(io::Error::other)?;
            packet.truncate(length);
            *packets += 1;
            let position = *packets * GRANULES_IN_PACKET;
            let (then, granule) = match end {
                Some(end) if end <= position => (PacketWriteEndInfo::EndStream, end),
                _ if packets.is_multiple_of(PACKETS_IN_PAGE) => (PacketWriteEndInfo::EndPage, position),
                _ => (PacketWriteEndInfo::NormalPacket, position),
            };
            pages.write_packet(packet, 1, then, granule)
        })?;
        out.append(self.pages.inner_mut());
        Ok(())
    }
}

impl Encoder for Opus {
    fn push(&mut self, samples: &[f32], out: &mut Vec<u8>) -> io::Result<()> {
        self.samples += samples.len() as u64;
        self.encode(samples, None, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let granules = u64::from(48_000 / self.rate);
        let end = u64::from(PRE_SKIP) + self.samples * granules;
        let missing = end - self.packets * GRANULES_IN_PACKET;
        let silence = missing.next_multiple_of(GRANULES_IN_PACKET) / granules;
        self.encode(&vec![0.0; silence as usize - self.waiting.len()], Some(end), out)
    }
}
