//! RIFF WAVE: the chunks before the samples, and then the samples.

use speech::{Codec, SampleRate};

use super::raw::{Layout, Raw, Sample};
use super::{DecodeError, Decoder};

/// The most bytes that may lie before the samples.
const LONGEST_HEADER: usize = 1 << 16;

/// Sizes from here on are placeholders of who writes to a pipe: 0xFFFFFFFF, less a header, and 0x7FFFFFFF
/// likewise.
const PLACEHOLDERS: u32 = 0x7FFF_0000;

/// The most channels that are mixed down.
const MOST_CHANNELS: u16 = 8;

/// What is known once the samples begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) rate: SampleRate,
    pub(crate) layout: Layout,
    /// Bytes of samples, where the file says so.
    pub(crate) size: Option<u64>,
    /// Bytes before the first sample.
    pub(crate) length: usize,
}

impl Header {
    /// Reads the chunks up to the samples; none while they are not all there.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        let Some((riff, mut rest)) = bytes.split_at_checked(12) else { return Ok(None) };
        if !riff.starts_with(b"RIFF") || !riff.ends_with(b"WAVE") {
            return Err("no RIFF WAVE header");
        }
        let mut told = None;
        while let Some((&[a, b, c, d, size @ ..], body)) = rest.split_first_chunk::<8>() {
            let size = u32::from_le_bytes(size);
            let known = (1..PLACEHOLDERS).contains(&size).then_some(u64::from(size));
            match (&[a, b, c, d], told) {
                (b"data", None) => return Err("samples before their description"),
                (b"data", Some((rate, layout))) => {
                    return Ok(Some(Self { rate, layout, size: known, length: bytes.len() - body.len() }));
                }
                (name, _) => {
                    // Chunks begin at even places.
                    let padded = (size as usize).saturating_add(size as usize % 2);
                    if padded > LONGEST_HEADER {
                        return Err("too much before the samples");
                    }
                    let Some((chunk, after)) = body.split_at_checked(padded) else { break };
                    if name == b"fmt " {
                        told = Some(description(chunk)?);
                    }
                    rest = after;
                }
            }
        }
        if bytes.len() > LONGEST_HEADER { Err("too much before the samples") } else { Ok(None) }
    }
}

/// What the `fmt ` chunk says.
fn description(chunk: &[u8]) -> Result<(SampleRate, Layout), &'static str> {
    const EXTENSIBLE: u16 = 0xFFFE;
    let field = |at: usize| match chunk.get(at..at + 2) {
        Some(&[low, high]) => Ok(u16::from_le_bytes([low, high])),
        _ => Err("a description cut short"),
    };
    let (channels, bits) = (field(2)?, field(14)?);
    let rate = u32::from(field(4)?) | u32::from(field(6)?) << 16;
    let tag = match field(0)? {
        // The true tag is the beginning of the sub-format's GUID.
        EXTENSIBLE => field(24)?,
        tag => tag,
    };
    let sample = match (tag, bits) {
        (1, 8) => Sample::Unsigned8,
        (1, 16) => Sample::Signed16,
        (1, 24) => Sample::Signed24,
        (1, 32) => Sample::Signed32,
        (3, 32) => Sample::Float32,
        (3, 64) => Sample::Float64,
        (6, 8) => Sample::Alaw,
        (7, 8) => Sample::Ulaw,
        _ => return Err("samples of an unknown kind"),
    };
    if !(1..=MOST_CHANNELS).contains(&channels) {
        return Err("no channel, or too many");
    }
    let rate = SampleRate::new(rate).ok_or("no sample rate")?;
    Ok((rate, Layout { sample, channels: channels.into() }))
}

pub(crate) struct Wav {
    codec: Codec,
    /// The bytes so far, until the samples begin.
    header: Vec<u8>,
    samples: Option<Raw>,
    /// Bytes of samples still to come, where the file says how many.
    left: Option<u64>,
}

impl Wav {
    pub(crate) fn new(codec: Codec) -> Self {
        Self { codec, header: Vec::new(), samples: None, left: None }
    }
}

impl Decoder for Wav {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> Result<(), DecodeError> {
        if let Some(samples) = &mut self.samples {
            let left = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
            // What follows the samples is another chunk, and no sound.
            let bytes = &bytes[..bytes.len().min(left)];
            self.left = self.left.map(|left| left - bytes.len() as u64);
            return samples.decode(bytes, out);
        }
        self.header.extend_from_slice(bytes);
        let read = Header::read(&self.header).map_err(|what| DecodeError::invalid(self.codec, what))?;
        let Some(Header { rate, layout, size, length }) = read else { return Ok(()) };
        let header = std::mem::take(&mut self.header);
        self.samples = Some(Raw::new(self.codec, layout, rate));
        self.left = size;
        self.decode(&header[length..], out)
    }

    fn finish(&mut self, out: &mut Vec<f32>) -> Result<(), DecodeError> {
        match &mut self.samples {
            Some(samples) if self.left.is_none_or(|left| left == 0) => samples.finish(out),
            _ => Err(DecodeError::Truncated { codec: self.codec }),
        }
    }

    fn rate(&self) -> Option<SampleRate> {
        self.samples.as_ref().and_then(Raw::rate)
    }
}
