//! How much sound has passed in a stream that is handed on as it is, by what its headers say; nothing is
//! decoded.

mod flac;
mod webm;

use speech::{AudioFormat, Codec};

use crate::decode::raw::Layout;
use crate::decode::units::{Length, Units};
use crate::decode::{adts, mp3, ogg, riff};
use crate::opus::GRANULE_RATE;

/// Counts the sound in a stream as its bytes pass.
pub trait Counter: Send {
    /// Takes the next bytes, cut anywhere. Bytes that are not what the format says count for nothing, and so
    /// do those after them where nothing tells how to go on.
    fn count(&mut self, bytes: &[u8]);

    /// Milliseconds of sound so far, in frames that are complete. A codec's lead counts as sound, save where
    /// the stream itself says how long it is, as Opus does.
    fn milliseconds(&self) -> u64;
}

/// A counter at the start of a stream. One of a headerless codec without its rate stays at zero, and so does one of
/// bare packets of Opus without their bit rate.
pub fn counter(format: AudioFormat) -> Box<dyn Counter> {
    match format.codec {
        Codec::Mp3 => Box::new(Framed::new(mp3::unit_length, mp3::sound)),
        Codec::Aac => Box::new(Framed::new(adts::unit_length, adts::sound)),
        Codec::Opus => Box::new(Pages::default()),
        Codec::Flac => Box::new(flac::Flac::default()),
        Codec::Webm => Box::new(webm::Webm::default()),
        Codec::Wav | Codec::WavUlaw | Codec::WavAlaw => Box::new(Wav::default()),
        Codec::OpusPackets | Codec::Foreign(_) => {
            Box::new(Bytes { count: 0, per_second: format.bit_rate.map_or(0, |bits| u64::from(bits) / 8) })
        }
        Codec::Pcm | Codec::Ulaw | Codec::Alaw => Box::new(Bytes {
            count: 0,
            per_second: match (Layout::headerless(format.codec), format.rate) {
                (Some(layout), Some(rate)) => layout.bytes() as u64 * u64::from(rate.get()),
                _ => 0,
            },
        }),
    }
}

fn milliseconds(count: u64, per_second: u64) -> u64 {
    (u128::from(count) * 1000).checked_div(per_second.into()).unwrap_or(0) as u64
}

/// As many bytes for every second.
struct Bytes {
    count: u64,
    per_second: u64,
}

impl Counter for Bytes {
    fn count(&mut self, bytes: &[u8]) {
        self.count += bytes.len() as u64;
    }

    fn milliseconds(&self) -> u64 {
        milliseconds(self.count, self.per_second)
    }
}

/// Samples after a header, and perhaps something behind them.
#[derive(Default)]
struct Wav {
    /// The bytes so far, until the samples begin.
    start: Vec<u8>,
    header: Option<riff::Header>,
    samples: u64,
    broken: bool,
}

impl Counter for Wav {
    fn count(&mut self, bytes: &[u8]) {
        if self.header.is_some() {
            self.samples += bytes.len() as u64;
        } else if !self.broken {
            self.start.extend_from_slice(bytes);
            match riff::Header::read(&self.start) {
                Ok(Some(header)) => {
                    self.samples = (self.start.len() - header.length) as u64;
                    self.header = Some(header);
                    self.start = Vec::new();
                }
                Ok(None) => {}
                Err(_) => self.broken = true,
            }
        }
    }

    fn milliseconds(&self) -> u64 {
        self.header.map_or(0, |header| {
            let count = self.samples.min(header.size.unwrap_or(u64::MAX));
            milliseconds(count, header.layout.bytes() as u64 * u64::from(header.rate.get()))
        })
    }
}

/// Frames that each tell their length.
struct Framed {
    units: Units,
    length: Length,
    /// Samples and samples per second of a frame.
    sound: fn(&[u8]) -> Option<(u64, u32)>,
    samples: u64,
    per_second: u32,
    broken: bool,
}

impl Framed {
    fn new(length: Length, sound: fn(&[u8]) -> Option<(u64, u32)>) -> Self {
        Self { units: Units::default(), length, sound, samples: 0, per_second: 0, broken: false }
    }
}

impl Counter for Framed {
    fn count(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        let Self { units, length, sound, samples, per_second, broken } = self;
        let read = units.split(bytes, *length, |frame| {
            if let Some((more, rate)) = sound(frame) {
                *samples += more;
                *per_second = rate;
            }
            Ok(())
        });
        *broken = read.is_err();
    }

    fn milliseconds(&self) -> u64 {
        milliseconds(self.samples, self.per_second.into())
    }
}

/// Pages that tell the position at which they end.
#[derive(Default)]
struct Pages {
    units: Units,
    pre_skip: u64,
    position: u64,
    broken: bool,
}

impl Counter for Pages {
    fn count(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        let Self { units, pre_skip, position, broken } = self;
        let read = units.split(bytes, ogg::page_length, |page| {
            if let Some(head) = ogg::Head::on_page(page) {
                *pre_skip = head.pre_skip.into();
            }
            *position = ogg::granule(page).unwrap_or(*position);
            Ok(())
        });
        *broken = read.is_err();
    }

    fn milliseconds(&self) -> u64 {
        milliseconds(self.position.saturating_sub(self.pre_skip), GRANULE_RATE.into())
    }
}
