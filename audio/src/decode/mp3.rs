//! MPEG-1/2/2.5 Layer III, frame by frame.

use rusty_mp3::Mp3Decode;
use rusty_mp3::header::FrameHeader;
use speech::{Codec, SampleRate};

use super::units::{Wrong, tag_length};
use super::{DecodeError, Decoder, Trim, Units, mixed};

/// Samples by which every decoder's filters are late (LAME's way of counting).
const DECODER_DELAY: usize = 529;

/// Reads frames and the tags between them. A stream that says so in its first frame (LAME's extension of the
/// "Info" frame) leaves without its lead and its end; without that, both are heard. Bytes that are neither a
/// frame nor a tag are an error: whoever looked for the next frame among them would leave a hole unnoticed.
#[derive(Default)]
pub(crate) struct Mp3 {
    units: Units,
    codec: Mp3Decode,
    rate: Option<SampleRate>,
    trim: Trim,
}

impl Decoder for Mp3 {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> Result<(), DecodeError> {
        let Self { units, codec, rate, trim } = self;
        units
            .split(bytes, unit_length, |unit| frame(unit, codec, rate, trim, out))
            .map_err(|wrong| DecodeError::invalid(Codec::Mp3, wrong))
    }

    fn finish(&mut self, _out: &mut Vec<f32>) -> Result<(), DecodeError> {
        match self.rate {
            Some(_) if self.units.is_empty() => Ok(()),
            _ => Err(DecodeError::Truncated { codec: Codec::Mp3 }),
        }
    }

    fn rate(&self) -> Option<SampleRate> {
        self.rate
    }
}

fn frame(
    unit: &[u8],
    codec: &mut Mp3Decode,
    rate: &mut Option<SampleRate>,
    trim: &mut Trim,
    out: &mut Vec<f32>,
) -> Result<(), Wrong> {
    let Some(header) = frame_header(unit) else { return Ok(()) };
    let is_first = rate.is_none();
    let told = SampleRate::new(header.sample_rate);
    if rate.is_some() && *rate != told {
        return Err("the sample rate changes".into());
    }
    *rate = told;
    if is_first && is_info(unit) {
        if let Some(lame) = Lame::of(unit) {
            trim.skip = lame.delay + DECODER_DELAY;
            trim.length = lame.length(header.version.samples_per_frame());
        }
        return Ok(());
    }
    let side = 4 + if header.crc_protected { 2 } else { 0 };
    let main = side + header.side_info_len();
    let (side, main) =
        unit.get(side..main).zip(unit.get(main..)).ok_or("a frame too small for its side information")?;
    let samples = codec.decode_frame(&header, side, main)?;
    let samples: Vec<f32> = mixed(&samples, header.channel_mode.channels()).collect();
    out.extend_from_slice(trim.pass(&samples));
    Ok(())
}

/// The header of a unit that is a frame.
fn frame_header(unit: &[u8]) -> Option<FrameHeader> {
    unit.first_chunk().and_then(|&header| FrameHeader::parse(header).ok())
}

/// The length of a frame or of an ID3 tag.
pub(crate) fn unit_length(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    match *bytes {
        [b'I', b'D', b'3', ..] => tag_length(bytes),
        [b'T', b'A', b'G', ..] => Ok(Some(128)),
        [a, b, c, d, ..] => match FrameHeader::parse([a, b, c, d]) {
            Ok(header) => Ok(Some(header.frame_size().max(4))),
            Err(_) => Err("no frame where one should begin"),
        },
        _ => Ok(None),
    }
}

/// Samples and samples per second of a unit that is a frame of sound.
pub(crate) fn sound(unit: &[u8]) -> Option<(u64, u32)> {
    let header = frame_header(unit).filter(|_| !is_info(unit))?;
    Some((header.version.samples_per_frame() as u64, header.sample_rate))
}

/// Whether a frame holds a table about the file where its sound would be.
fn is_info(frame: &[u8]) -> bool {
    info(frame).is_some()
}

/// That table, from its name on.
fn info(frame: &[u8]) -> Option<&[u8]> {
    let header = frame_header(frame)?;
    let table = frame.get(4 + header.side_info_len()..)?;
    (table.starts_with(b"Xing") || table.starts_with(b"Info")).then_some(table)
}

/// What LAME, and who does as it does, tells about a file's ends.
struct Lame {
    frames: Option<u32>,
    /// Samples of silence that the encoder put before the sound.
    delay: usize,
    /// Samples that it put behind.
    padding: usize,
}

impl Lame {
    fn of(frame: &[u8]) -> Option<Self> {
        const FRAMES: u8 = 1;
        let table = info(frame)?;
        let flags = *table.get(7)?;
        let frames = match table.get(8..12) {
            Some(&[a, b, c, d]) if flags & FRAMES != 0 => Some(u32::from_be_bytes([a, b, c, d])),
            _ => None,
        };
        // Frames, bytes, a table of contents and a quality, each where its flag is set.
        let optional = [(1, 4), (2, 4), (4, 100), (8, 4)];
        let extension =
            8 + optional.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, size)| size).sum::<usize>();
        let encoder = table.get(extension..extension + 4)?;
        let &[a, b, c] = table.get(extension + 21..)?.first_chunk()?;
        let delay = usize::from(a) << 4 | usize::from(b) >> 4;
        let padding = usize::from(b & 0xF) << 8 | usize::from(c);
        encoder.iter().all(u8::is_ascii_alphanumeric).then_some(Self { frames, delay, padding })
    }

    /// Samples of sound, where the file knows. One that was written to a pipe does not, and says zero.
    fn length(&self, samples_per_frame: usize) -> Option<u64> {
        let coded = self
            .frames
            .filter(|&frames| frames > 0)
            .map(|frames| u64::from(frames) * samples_per_frame as u64);
        coded.and_then(|coded| coded.checked_sub((self.delay + self.padding) as u64))
    }
}
