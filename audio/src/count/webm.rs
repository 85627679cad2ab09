//! Opus in WebM: each block holds a packet, and a packet's first bytes tell how long it sounds.

use ropus::opus::decoder::opus_packet_get_nb_samples;

use super::{Counter, milliseconds};
use crate::decode::units::Units;
use crate::ebml::{Head, id, vint};
use crate::opus::GRANULE_RATE;

/// The most bytes of an element that is not gone into.
const LONGEST_ELEMENT: u64 = 1 << 20;

#[derive(Default)]
pub(crate) struct Webm {
    units: Units,
    has_begun: bool,
    /// Samples of the packets so far, at 48 kHz.
    samples: u64,
    /// Samples of them that players leave out.
    left_out: u64,
    broken: bool,
}

impl Counter for Webm {
    fn count(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        let Self { units, has_begun, samples, left_out, broken } = self;
        let read = units.split(bytes, unit_length, |unit| {
            let head = Head::read(unit)?.ok_or("no element")?;
            if !std::mem::replace(has_begun, true) && head.id != id::EBML {
                return Err("no EBML header".into());
            }
            let content = &unit[head.length..];
            match head.id {
                id::CODEC_DELAY | id::DISCARD_PADDING => {
                    *left_out = left_out.saturating_add(samples_in(number(content)))
                }
                id::BLOCK | id::SIMPLE_BLOCK => *samples += sound(content).unwrap_or(0),
                _ => {}
            }
            Ok(())
        });
        *broken = read.is_err();
    }

    fn milliseconds(&self) -> u64 {
        milliseconds(self.samples.saturating_sub(self.left_out), GRANULE_RATE.into())
    }
}

/// The length of an element; of one that holds what is looked for, that of its head.
fn unit_length(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    let Some(head) = Head::read(bytes)? else { return Ok(None) };
    match (head.id, head.size) {
        (id::SEGMENT | id::TRACKS | id::TRACK_ENTRY | id::CLUSTER | id::BLOCK_GROUP, _) => {
            Ok(Some(head.length))
        }
        (_, Some(size)) if size <= LONGEST_ELEMENT => Ok(Some(head.length + size as usize)),
        _ => Err("an element too large for speech"),
    }
}

/// Samples of the packet in a block, which has no others beside it.
fn sound(block: &[u8]) -> Option<u64> {
    const LACING: u8 = 0x06;
    let (_, track) = vint(block).ok()??;
    let &[_, _, flags, ref packet @ ..] = block.get(track..)? else { return None };
    let samples = opus_packet_get_nb_samples(packet, GRANULE_RATE as i32).ok()?;
    (flags & LACING == 0).then_some(samples as u64)
}

fn samples_in(nanoseconds: u64) -> u64 {
    const NANOSECONDS: u128 = 1_000_000_000;
    ((u128::from(nanoseconds) * u128::from(GRANULE_RATE) + NANOSECONDS / 2) / NANOSECONDS) as u64
}

/// An integer of at most eight bytes; a negative one, which adds to the sound, counts for nothing.
fn number(content: &[u8]) -> u64 {
    match content {
        [first, ..] if content.len() <= 8 && *first < 0x80 => {
            content.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
        }
        _ => 0,
    }
}
