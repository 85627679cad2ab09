//! AAC in ADTS, frame by frame.

use speech::{Codec, SampleRate};
use syom::{ChannelMode, DecodeOptions};

use super::units::tag_length;
use super::{DecodeError, Decoder, Units};
use crate::blocks::tame;

/// What a frame's header says.
struct Header {
    rate: u32,
    /// Samples of the frame at that rate.
    samples: u64,
    /// Bytes of the frame, its header among them.
    length: usize,
}

impl Header {
    /// Reads the fixed and the variable header (ISO/IEC 14496-3, 1.A.3.2); none while they are not all there.
    fn read(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        const RATES: [u32; 13] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
            7_350,
        ];
        const SAMPLES_PER_BLOCK: u64 = 1024;
        let Some(&[a, b, c, d, e, f, g]) = bytes.first_chunk() else { return Ok(None) };
        if a != 0xFF || b & 0xF6 != 0xF0 {
            return Err("no frame where one should begin");
        }
        let rate = *RATES.get(usize::from(c >> 2 & 0xF)).ok_or("a reserved sample rate")?;
        let length = usize::from(d & 3) << 11 | usize::from(e) << 3 | usize::from(f) >> 5;
        if length <= 7 {
            return Err("a frame without content");
        }
        Ok(Some(Self { rate, samples: SAMPLES_PER_BLOCK * (u64::from(g & 3) + 1), length }))
    }
}

/// The length of a frame or of an ID3 tag.
pub(crate) fn unit_length(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    if bytes.starts_with(b"ID3") {
        return tag_length(bytes);
    }
    Ok(Header::read(bytes)?.map(|header| header.length))
}

/// Samples and samples per second of a frame.
pub(crate) fn sound(frame: &[u8]) -> Option<(u64, u32)> {
    Header::read(frame).ok()?.map(|header| (header.samples, header.rate))
}

/// Reads frames and the tags between them; the codec leaves out the lead and the end of which a tag
/// tells (iTunSMPB).
///
/// The codec would look for the next frame among bytes that are none, and leave a hole unnoticed; so it is
/// given frames only.
pub(crate) struct Adts {
    units: Units,
    codec: syom::Decoder,
    rate: Option<SampleRate>,
}

impl Default for Adts {
    fn default() -> Self {
        let options = DecodeOptions::unbounded().with_channel_mode(ChannelMode::Mono);
        Self { units: Units::default(), codec: syom::Decoder::new(options), rate: None }
    }
}

impl Decoder for Adts {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> Result<(), DecodeError> {
        let Self { units, codec, rate } = self;
        units
            .split(bytes, unit_length, |unit| {
                codec.feed(unit, |frame| {
                    *rate = rate.or(SampleRate::new(frame.sample_rate));
                    out.extend(frame.planar.iter().take(1).flat_map(|mono| mono.iter().copied().map(tame)));
                    Ok(())
                })?;
                Ok(())
            })
            .map_err(|wrong| DecodeError::invalid(Codec::Aac, wrong))
    }

    fn finish(&mut self, _out: &mut Vec<f32>) -> Result<(), DecodeError> {
        match self.rate {
            Some(_) if self.units.is_empty() => Ok(()),
            _ => Err(DecodeError::Truncated { codec: Codec::Aac }),
        }
    }

    fn rate(&self) -> Option<SampleRate> {
        self.rate
    }
}
