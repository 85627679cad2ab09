//! Native FLAC: its frames do not tell their length, so their headers are looked for.

use super::{Counter, milliseconds};

/// Bytes up to the end of the sample rate in STREAMINFO (RFC 9639, 8.2).
const START: usize = 21;

/// The most bytes of a frame's header.
const LONGEST_HEADER: usize = 16;

/// What looks like a header is one if its checksum is right and its number is the next.
#[derive(Default)]
pub(crate) struct Flac {
    waiting: Vec<u8>,
    per_second: u32,
    frames: u64,
    samples: u64,
}

impl Counter for Flac {
    fn count(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
        if self.per_second == 0 {
            let Some(&[a, b, c]) = self.waiting.get(START - 3..).and_then(|rate| rate.first_chunk()) else {
                return;
            };
            self.per_second = u32::from(a) << 12 | u32::from(b) << 4 | u32::from(c) >> 4;
        }
        for start in 0..self.waiting.len() {
            if let Some(samples) = self.next_frame(&self.waiting[start..]) {
                self.frames += 1;
                self.samples += samples;
            }
        }
        // A header cut short is looked at again; one that was counted is not the next any more.
        let scanned = self.waiting.len().saturating_sub(LONGEST_HEADER - 1);
        self.waiting.drain(..scanned);
    }

    fn milliseconds(&self) -> u64 {
        milliseconds(self.samples, self.per_second.into())
    }
}

impl Flac {
    /// The samples of the frame that begins here, if it is the next one (RFC 9639, 9.1).
    fn next_frame(&self, bytes: &[u8]) -> Option<u64> {
        let counts_samples = match bytes.get(..2)? {
            [0xFF, 0xF8] => false,
            [0xFF, 0xF9] => true,
            _ => return None,
        };
        let (size_code, rate_code) = (bytes.get(2)? >> 4, bytes.get(2)? & 0xF);
        let (number, number_length) = coded_number(bytes.get(4..)?)?;
        let mut end = 4 + number_length;
        let size = match size_code {
            0 => return None,
            1 => 192,
            2..=5 => 144 << size_code,
            6 => u64::from(*bytes.get(end)?) + 1,
            7 => u64::from(u16::from_be_bytes([*bytes.get(end)?, *bytes.get(end + 1)?])) + 1,
            _ => 1 << size_code,
        };
        end += match size_code {
            6 => 1,
            7 => 2,
            _ => 0,
        };
        end += match rate_code {
            12 => 1,
            13 | 14 => 2,
            15 => return None,
            _ => 0,
        };
        let is_next = number == if counts_samples { self.samples } else { self.frames };
        (is_next && crc8(bytes.get(..end)?) == *bytes.get(end)?).then_some(size)
    }
}

/// A number in UTF-8's way of coding, and how many bytes it takes.
fn coded_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = match first.leading_ones() {
        0 => return Some((first.into(), 1)),
        ones @ 2..=7 => ones as usize,
        _ => return None,
    };
    let high = u64::from(first & (0x7F >> length));
    let number =
        bytes.get(1..length)?.iter().fold(high, |number, &byte| number << 6 | u64::from(byte & 0x3F));
    Some((number, length))
}

/// The checksum of a header, of the polynomial x^8 + x^2 + x + 1.
fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 7 })
    })
}
