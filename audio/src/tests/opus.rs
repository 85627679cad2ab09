//! Opus in WebM, and without any container.

use std::num::NonZeroU32;

use speech::{AudioFormat, Codec};

use super::decode::blocks;
use super::signal::{VOWELS, snr, sound, vowel};
use super::{KOKORO, encode};
use crate::encoder;

#[test]
fn packets_without_a_container_are_all_of_the_length_that_the_bit_rate_gives() {
    for (rate, bit_rate, length, least) in
        [(16_000, 32_000, 80, 10.0), (24_000, 24_000, 60, 10.0), (24_000, 48_000, 120, 10.0)]
    {
        let format =
            AudioFormat::from(Codec::OpusPackets).at(NonZeroU32::new(rate).unwrap()).with_bit_rate(bit_rate);
        let rate_in = format.rate.unwrap();
        // Silence would take next to nothing if it might.
        let said = [vowel(rate, 120.0, &VOWELS[0], 1.0), vec![0.0; rate as usize]].concat();
        let bytes = encode(format, rate_in, &[&said]);
        // A hundred packets of 20 ms, and one for the look-ahead of the codec.
        assert_eq!(bytes.len(), 101 * length);
        let lead = rate as usize * 13 / 2000;
        let heard = blocks(bytes.chunks(length), rate);
        let snr = snr(&said, &heard[lead..][..said.len()]);
        assert!(snr > least, "{snr:.1} dB at {bit_rate} bit/s");
    }
}

#[test]
fn a_packet_in_webm_leaves_as_soon_as_it_is_full() {
    let mut encoder = encoder(Codec::Webm.into(), KOKORO).unwrap();
    let mut bytes = Vec::new();
    encoder.encode(&[], &mut bytes).unwrap();
    // EBML, and a segment of unknown size.
    assert_eq!(bytes[..4], [0x1A, 0x45, 0xDF, 0xA3]);
    assert!(bytes.windows(12).any(|bytes| bytes == b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
    for packet in 0..120 {
        bytes.clear();
        encoder.encode(&sound(24_000, 479), &mut bytes).unwrap();
        assert!(bytes.is_empty());
        encoder.encode(&[0.0], &mut bytes).unwrap();
        // Every second begins a cluster, which is of unknown size.
        let cluster = bytes.starts_with(b"\x1F\x43\xB6\x75\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xE7");
        assert_eq!(cluster, packet % 50 == 0, "{packet}");
        assert!(bytes.len() > 10 && (cluster || bytes[0] == 0xA3), "{packet}");
    }
}

/// Longer than times within one cluster could be.
#[test]
fn webm_goes_on_for_longer_than_a_minute() {
    let said = sound(8_000, 70 * 8_000);
    let bytes = encode(Codec::Webm, NonZeroU32::new(8_000).unwrap(), &[&said]);
    let heard = super::decode::decode(Codec::Webm, &bytes, 8_000);
    assert_eq!(heard.samples.len(), said.len());
}
