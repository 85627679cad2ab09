//! Opus: packets of 20 ms, in a container or in none.

pub(crate) mod bare;
pub(crate) mod ogg;
pub(crate) mod webm;

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

/// Granule positions and the pre-skip count samples at this rate, whatever goes in.
pub(crate) const GRANULE_RATE: u32 = 48_000;

/// Granules of a packet.
const GRANULES: u64 = (GRANULE_RATE / PACKETS_PER_SECOND) as u64;

/// What a decoder puts out before the first sample of ours, at 48 kHz: the codec's look-ahead of 6.5 ms.
pub(crate) const PRE_SKIP: u16 = 312;

/// The longest packet of one frame (RFC 6716, 3.2.1).
const LONGEST_PACKET: usize = 1 + 1275;

/// What packets are put into.
pub(crate) trait Container: Send + Sized {
    /// What it makes of them.
    const CODEC: Codec;

    /// Whether every packet takes as many bytes as the bit rate allows, so that all are of one length.
    const CONSTANT: bool = false;

    /// One at the start of a stream of sound that comes in at `rate`.
    fn new(rate: SampleRate) -> Result<Self, EncodeError>;

    /// Puts the next packet in. It ends at the granule position `position`; `end` is where the sound ends, if
    /// that is in this packet, which is the last then.
    fn put(&mut self, packet: Vec<u8>, position: u64, end: Option<u64>) -> Result<(), EncodeError>;

    /// The bytes that are ready to leave; whoever takes them leaves it empty.
    fn ready(&mut self) -> &mut Vec<u8>;
}

/// The codec, and what its packets are put into.
pub(crate) struct Opus<C> {
    codec: ropus::Encoder,
    blocks: Blocks,
    container: C,
    packets: u64,
    /// Samples of speech so far.
    samples: u64,
    /// Granules per sample of speech.
    granules: u32,
}

impl<C: Container> Opus<C> {
    pub(crate) fn new(rate: SampleRate, bit_rate: Option<u32>) -> Result<Self, EncodeError> {
        let bit_rate = bit_rate.unwrap_or(USUAL_BIT_RATE);
        if !BIT_RATES.contains(&bit_rate) {
            return Err(EncodeError::BitRate { codec: C::CODEC, rate, bit_rate });
        }
        let codec = ropus::Encoder::builder(rate.get(), Channels::Mono, Application::Audio)
            .bitrate(Bitrate::Bits(bit_rate))
            .vbr(!C::CONSTANT)
            .complexity(COMPLEXITY)
            .build()
            .map_err(|error| EncodeError::codec(C::CODEC, error))?;
        Ok(Self {
            codec,
            blocks: Blocks::of((rate.get() / PACKETS_PER_SECOND) as usize),
            container: C::new(rate)?,
            packets: 0,
            samples: 0,
            granules: GRANULE_RATE / rate.get(),
        })
    }

    /// Encodes samples. `end` is the granule position at which the sound ends, once that is known.
    fn push(&mut self, samples: &[f32], end: Option<u64>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let Self { codec, blocks, container, packets, .. } = self;
        blocks.fill(samples, |block| {
            let mut packet = vec![0; LONGEST_PACKET];
            let length = codec
                .encode_float(block, &mut packet)
                .map_err(|error| EncodeError::codec(C::CODEC, error))?;
            packet.truncate(length);
            *packets += 1;
            let position = *packets * GRANULES;
            container.put(packet, position, end.filter(|end| *end <= position))
        })?;
        out.append(container.ready());
        Ok(())
    }
}

impl<C: Container> Encoder for Opus<C> {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.samples += samples.len() as u64;
        self.push(samples, None, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let end = u64::from(PRE_SKIP) + self.samples * u64::from(self.granules);
        let lead = u32::from(PRE_SKIP).div_ceil(self.granules) as usize;
        let silence = vec![0.0; self.blocks.silence_to_end(lead)];
        self.push(&silence, Some(end), out)
    }
}

/// What a player must know before the first packet (RFC 7845, 5.1).
fn head(rate: SampleRate) -> Vec<u8> {
    const VERSION: u8 = 1;
    const MONO: u8 = 1;
    const GAIN: [u8; 2] = [0; 2];
    const MAPPING_FAMILY: u8 = 0;
    let mut head = b"OpusHead".to_vec();
    head.extend([VERSION, MONO]);
    head.extend(PRE_SKIP.to_le_bytes());
    head.extend(rate.get().to_le_bytes());
    head.extend(GAIN);
    head.push(MAPPING_FAMILY);
    head
}
