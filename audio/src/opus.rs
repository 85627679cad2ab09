//! Opus in Ogg (RFC 7845).

use ogg::PacketWriter;
use ogg::writing::PacketWriteEndInfo;
use ropus::{Application, Bitrate, Channels};
use speech::{Codec, SampleRate};

use crate::blocks::Blocks;
use crate::{EncodeError, Encoder};

/// Bits per second, on average, where nobody names any.
const USUAL_BIT_RATE: u32 = 40_000;

/// The bits per second that one channel can have (libopus takes 500 to 512,000 of two).
const BIT_RATES: std::ops::RangeInclusive<u32> = 6_000..=256_000;

/// The codec's most careful setting; it also decides by what it hears between its speech and its music mode.
const COMPLEXITY: u8 = 10;

/// Packets per second: of 20 ms each.
const PACKETS_PER_SECOND: u32 = 50;

/// Packets in a page: more would hold audio back, fewer would cost 11 kbit/s for page headers.
const PACKETS_IN_PAGE: u64 = 5;

/// Granule positions and the pre-skip count samples at this rate, whatever goes in.
const GRANULE_RATE: u32 = 48_000;

/// What a decoder puts out before the first sample of ours, at 48 kHz: the codec's look-ahead of 6.5 ms.
const PRE_SKIP: u16 = 312;

/// The longest packet of one frame (RFC 6716, 3.2.1).
const LONGEST_PACKET: usize = 1 + 1275;

/// The logical stream's number in its file: one stream, so always the same number.
const SERIAL: u32 = 1;

pub(crate) struct OggOpus {
    blocks: Blocks,
    /// Samples of speech so far.
    samples: u64,
    /// Granules per sample of speech.
    granules: u32,
    packets: Packets,
}

impl OggOpus {
    pub(crate) fn new(rate: SampleRate, bit_rate: Option<u32>) -> Result<Self, EncodeError> {
        let bit_rate = bit_rate.unwrap_or(USUAL_BIT_RATE);
        if !BIT_RATES.contains(&bit_rate) {
            return Err(EncodeError::BitRate { codec: Codec::Opus, rate, bit_rate });
        }
        let block = (rate.get() / PACKETS_PER_SECOND) as usize;
        Ok(Self {
            packets: Packets::new(rate, bit_rate)?,
            blocks: Blocks::of(block),
            samples: 0,
            granules: GRANULE_RATE / rate.get(),
        })
    }
}

impl Encoder for OggOpus {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.samples += samples.len() as u64;
        let Self { blocks, packets, .. } = self;
        blocks.fill(samples, |block| packets.push(block, None))?;
        out.append(self.packets.pages.inner_mut());
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let end = u64::from(PRE_SKIP) + self.samples * u64::from(self.granules);
        let lead = u32::from(PRE_SKIP).div_ceil(self.granules) as usize;
        let silence = vec![0.0; self.blocks.silence_to_end(lead)];
        let Self { blocks, packets, .. } = self;
        blocks.fill(&silence, |block| packets.push(block, Some(end)))?;
        out.append(self.packets.pages.inner_mut());
        Ok(())
    }
}

/// The codec and the pages that its packets go to.
struct Packets {
    codec: ropus::Encoder,
    pages: PacketWriter<'static, Vec<u8>>,
    written: u64,
}

impl Packets {
    fn new(rate: SampleRate, bit_rate: u32) -> Result<Self, EncodeError> {
        let codec = ropus::Encoder::builder(rate.get(), Channels::Mono, Application::Audio)
            .bitrate(Bitrate::Bits(bit_rate))
            .complexity(COMPLEXITY)
            .build()
            .map_err(failed)?;
        let mut pages = PacketWriter::new(Vec::new());
        for header in [identification(rate), comment()] {
            pages.write_packet(header, SERIAL, PacketWriteEndInfo::EndPage, 0).map_err(failed)?;
        }
        Ok(Self { codec, pages, written: 0 })
    }

    /// Encodes one block. `end` is the granule position at which the stream ends, once that is known; the
    /// packet that reaches it is the last, and players drop what lies behind.
    fn push(&mut self, block: &[f32], end: Option<u64>) -> Result<(), EncodeError> {
        let mut packet = vec![0; LONGEST_PACKET];
        let length = self.codec.encode_float(block, &mut packet).map_err(failed)?;
        packet.truncate(length);
        self.written += 1;
        let position = self.written * u64::from(GRANULE_RATE / PACKETS_PER_SECOND);
        let (then, granule) = match end {
            Some(end) if end <= position => (PacketWriteEndInfo::EndStream, end),
            _ if self.written.is_multiple_of(PACKETS_IN_PAGE) => (PacketWriteEndInfo::EndPage, position),
            _ => (PacketWriteEndInfo::NormalPacket, position),
        };
        self.pages.write_packet(packet, SERIAL, then, granule).map_err(failed)
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> EncodeError {
    EncodeError::codec(Codec::Opus, error)
}

/// The first header (RFC 7845, 5.1).
fn identification(rate: SampleRate) -> Vec<u8> {
    const VERSION: u8 = 1;
    const MONO: u8 = 1;
    const GAIN: [u8; 2] = [0; 2];
    const MAPPING_FAMILY: u8 = 0;
    let mut header = b"OpusHead".to_vec();
    header.extend([VERSION, MONO]);
    header.extend(PRE_SKIP.to_le_bytes());
    header.extend(rate.get().to_le_bytes());
    header.extend(GAIN);
    header.push(MAPPING_FAMILY);
    header
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
