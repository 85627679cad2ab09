//! Opus in Ogg (RFC 7845), page by page.

use ogg::Packet;
use ogg::reading::{BasePacketReader, PageParser};
use ropus::{Channels, DecodeMode};
use speech::{Codec, SampleRate};

use super::units::Wrong;
use super::{DecodeError, Decoder, Trim, Units};
use crate::Rates;
use crate::blocks::tame;
use crate::opus::GRANULE_RATE;

/// Bytes of a page's header before the table of its segments.
const PAGE_HEADER: usize = 27;

/// Far more than the longest packet that a codec makes.
const LONGEST_PACKET: usize = 1 << 17;

/// Reads one logical stream of one or two channels. Live encoders often leave out the page that ends a
/// stream, so its absence is no error; a page cut short is.
pub(crate) struct OggOpus {
    units: Units,
    stream: Stream,
}

impl Default for OggOpus {
    fn default() -> Self {
        let packets = BasePacketReader::new();
        Self { units: Units::default(), stream: Stream { packets, unended: 0, begun: None, ended: false } }
    }
}

impl Decoder for OggOpus {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> Result<(), DecodeError> {
        let Self { units, stream } = self;
        units
            .split(bytes, page_length, |page| stream.page(page, out))
            .map_err(|wrong| DecodeError::invalid(Codec::Opus, wrong))
    }

    fn finish(&mut self, _out: &mut Vec<f32>) -> Result<(), DecodeError> {
        match self.stream.begun {
            Some(_) if self.units.is_empty() => Ok(()),
            _ => Err(DecodeError::Truncated { codec: Codec::Opus }),
        }
    }

    fn rate(&self) -> Option<SampleRate> {
        self.stream.begun.as_ref().map(|begun| begun.head.rate)
    }
}

/// The length of a page (RFC 3533, 6), once its table of segments is there.
pub(crate) fn page_length(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    if bytes.iter().zip(b"OggS").any(|(byte, magic)| byte != magic) {
        return Err("no page where one should begin");
    }
    let segments = bytes.get(PAGE_HEADER - 1).map(|&count| PAGE_HEADER + usize::from(count));
    let table = segments.and_then(|end| bytes.get(PAGE_HEADER..end));
    Ok(table.map(|table| PAGE_HEADER + table.len() + table.iter().copied().map(usize::from).sum::<usize>()))
}

/// The granule position of a page, where a packet ends on it.
pub(crate) fn granule(page: &[u8]) -> Option<u64> {
    let position = page.get(6..14)?.try_into().map(u64::from_le_bytes).ok()?;
    (position != u64::MAX).then_some(position)
}

/// The first header (RFC 7845, 5.1).
#[derive(Clone, Copy)]
pub(crate) struct Head {
    /// Samples at 48 kHz before the first that is meant.
    pub(crate) pre_skip: u16,
    /// The rate to decode at: of what went in, if the codec has it, for the codec kept nothing above.
    rate: SampleRate,
    /// In 1/256 dB.
    gain: i16,
}

impl Head {
    /// The header on the first page of a stream.
    pub(crate) fn on_page(page: &[u8]) -> Option<Self> {
        let segments = usize::from(*page.get(PAGE_HEADER - 1)?);
        Self::read(page.get(PAGE_HEADER + segments..)?).ok()
    }

    fn read(packet: &[u8]) -> Result<Self, &'static str> {
        let &[
            b'O',
            b'p',
            b'u',
            b's',
            b'H',
            b'e',
            b'a',
            b'd',
            version,
            channels,
            s0,
            s1,
            r0,
            r1,
            r2,
            r3,
            g0,
            g1,
            family,
            ..,
        ] = packet
        else {
            return Err("no Opus header");
        };
        if version >> 4 != 0 || family != 0 || !(1..=2).contains(&channels) {
            return Err("Opus of an unknown kind");
        }
        let input = u32::from_le_bytes([r0, r1, r2, r3]);
        let rate = match Rates::of(Codec::Opus) {
            Rates::Listed(rates) if rates.contains(&input) => input,
            _ => GRANULE_RATE,
        };
        Ok(Self {
            pre_skip: u16::from_le_bytes([s0, s1]),
            rate: SampleRate::new(rate).ok_or("no sample rate")?,
            gain: i16::from_le_bytes([g0, g1]),
        })
    }
}

struct Stream {
    packets: BasePacketReader,
    /// Bytes of pages since a packet last ended.
    unended: usize,
    begun: Option<Begun>,
    ended: bool,
}

impl Stream {
    fn page(&mut self, page: &[u8], out: &mut Vec<f32>) -> Result<(), Wrong> {
        const LAST: u8 = 4;
        let (header, rest) = page.split_first_chunk::<PAGE_HEADER>().ok_or("half a page")?;
        let (mut parser, segments) = PageParser::new(*header)?;
        let (segments, body) = rest.split_at_checked(segments).ok_or("half a page")?;
        parser.parse_segments(segments.to_vec());
        if self.ended {
            return Err("a page after the last".into());
        }
        self.ended = header[5] & LAST != 0;
        self.unended += body.len();
        if self.unended > LONGEST_PACKET {
            return Err("a packet without end".into());
        }
        self.packets.push_page(parser.parse_packet_data(body.to_vec())?)?;
        if let (true, Some(begun), Some(granule)) = (self.ended, &mut self.begun, granule(page)) {
            begun.ends_at(granule);
        }
        while let Some(packet) = self.packets.read_packet() {
            self.unended = 0;
            match &mut self.begun {
                None => self.begun = Some(Begun::new(&packet)?),
                Some(begun) if begun.serial != packet.stream_serial() => {
                    return Err("more than one stream".into());
                }
                Some(begun) => begun.packet(&packet.data, out)?,
            }
        }
        Ok(())
    }
}

/// A stream whose first header was read.
struct Begun {
    head: Head,
    serial: u32,
    codec: ropus::Decoder,
    trim: Trim,
    comments_read: bool,
}

impl Begun {
    fn new(packet: &Packet) -> Result<Self, Wrong> {
        let head = Head::read(&packet.data)?;
        let mut codec = ropus::Decoder::new(head.rate.get(), Channels::Mono)?;
        codec.set_gain(head.gain.into())?;
        let skip = u32::from(head.pre_skip).div_ceil(GRANULE_RATE / head.rate.get());
        let trim = Trim { skip: skip as usize, ..Trim::default() };
        Ok(Self { head, serial: packet.stream_serial(), codec, trim, comments_read: false })
    }

    /// The sound goes on to that granule position and no further.
    fn ends_at(&mut self, granule: u64) {
        let granules = u64::from(GRANULE_RATE / self.head.rate.get());
        self.trim.length = Some(granule.saturating_sub(self.head.pre_skip.into()) / granules);
    }

    fn packet(&mut self, packet: &[u8], out: &mut Vec<f32>) -> Result<(), Wrong> {
        if !std::mem::replace(&mut self.comments_read, true) {
            return if packet.starts_with(b"OpusTags") { Ok(()) } else { Err("no comment header".into()) };
        }
        if packet.is_empty() {
            // The codec would take it for a lost one and make something up.
            return Err("an empty packet".into());
        }
        let mut samples = vec![0.0; self.codec.max_frame_samples_per_channel()];
        let length = self.codec.decode_float(packet, &mut samples, DecodeMode::Normal)?;
        out.extend(self.trim.pass(&samples[..length]).iter().copied().map(tame));
        Ok(())
    }
}
