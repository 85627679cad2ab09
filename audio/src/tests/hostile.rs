//! Bytes that mean ill: errors, never a panic.

use ogg::writing::PacketWriteEndInfo;
use proptest::prelude::*;
use speech::Codec;

use super::decoders::{decoded, told};
use super::signal::sound;
use super::{KOKORO, encode};
use crate::counter;

fn endure(codec: Codec, bytes: &[u8], cut: usize) {
    if let Ok(samples) = decoded(told(codec, KOKORO), bytes, cut) {
        assert!(samples.iter().all(|sample| (-1.0..=1.0).contains(sample)), "{codec}");
    }
    let mut counter = counter(told(codec, KOKORO));
    bytes.chunks(cut).for_each(|piece| counter.count(piece));
    counter.milliseconds();
}

/// What each kind of stream begins with, so that what follows is looked into.
fn beginning(codec: Codec) -> &'static [u8] {
    match codec {
        Codec::Mp3 => &[0xFF, 0xFB, 0x90, 0xC4],
        Codec::Aac => &[0xFF, 0xF1, 0x58, 0x40, 0x02, 0x1F, 0xFC],
        Codec::Opus => b"OggS\x00\x02",
        Codec::Wav | Codec::WavUlaw | Codec::WavAlaw => b"RIFF\xFF\xFF\xFF\xFFWAVE",
        Codec::Webm => b"\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67\xFF\x1F\x43\xB6\x75\xFF",
        Codec::Flac => b"fLaC\x80\x00\x00\x22",
        _ => &[],
    }
}

fn cases() -> ProptestConfig {
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn noise_is_endured() {
    proptest!(cases(), |(bytes in prop::collection::vec(any::<u8>(), 0..3_000), cut in 1..500usize)| {
        for codec in Codec::ALL {
            endure(codec, &bytes, cut);
            endure(codec, &[beginning(codec), &bytes].concat(), cut);
        }
    });
}

#[test]
fn damage_is_endured() {
    let files = Codec::ALL.map(|codec| (codec, encode(codec, KOKORO, &[&sound(24_000, 6_000)])));
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20);
    proptest!(cases(), |(damage in damage, lost in any::<prop::sample::Index>(), cut in 1..2_000usize)| {
        for (codec, mut bytes) in files.clone() {
            for (place, value) in &damage {
                *place.get_mut(&mut bytes) = *value;
            }
            endure(codec, &bytes, cut);
            bytes.truncate(lost.index(bytes.len()));
            endure(codec, &bytes, cut);
        }
    });
}

/// Pages whose checksums are right, so that what is in them is looked into.
#[test]
fn false_opus_is_endured() {
    let packet = prop::collection::vec(any::<u8>(), 0..600);
    let head = (any::<u8>(), any::<u16>(), any::<u32>(), any::<i16>());
    proptest!(cases(), |(head in head, packets in prop::collection::vec(packet, 1..12), granule in any::<u64>())| {
        let (channels, skip, rate, gain) = head;
        let mut first = b"OpusHead\x01".to_vec();
        first.push(channels % 4);
        first.extend([&skip.to_le_bytes()[..], &rate.to_le_bytes(), &gain.to_le_bytes(), &[0]].concat());
        let mut pages = ogg::PacketWriter::new(Vec::new());
        pages.write_packet(first, 7, PacketWriteEndInfo::EndPage, 0).unwrap();
        pages.write_packet(b"OpusTags".to_vec(), 7, PacketWriteEndInfo::EndPage, 0).unwrap();
        let last = packets.len() - 1;
        for (index, packet) in packets.into_iter().enumerate() {
            let then = if index == last { PacketWriteEndInfo::EndStream } else { PacketWriteEndInfo::EndPage };
            pages.write_packet(packet, 7, then, granule).unwrap();
        }
        endure(Codec::Opus, &pages.into_inner(), 1_000);
    });
}
