//! WAV files of other hands.

use speech::{Codec, SampleRate};

use super::decoders::decoded;
use crate::{DecodeError, counter, decoder};

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = [&name[..], &(body.len() as u32).to_le_bytes(), body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn description(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = channels * bits / 8;
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(align)).to_le_bytes());
    body.extend(align.to_le_bytes());
    body.extend(bits.to_le_bytes());
    body
}

fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [b"RIFF".as_slice(), &(body.len() as u32 + 4).to_le_bytes(), b"WAVE", &body].concat()
}

/// What is heard, and the same whichever way the bytes are cut.
fn heard(file: &[u8]) -> Vec<f32> {
    let whole = decoded(Codec::Wav.into(), file, usize::MAX).unwrap();
    for cut in [1, 2, 3, 7] {
        assert_eq!(decoded(Codec::Wav.into(), file, cut).unwrap(), whole);
    }
    whole
}

#[test]
fn samples_of_every_kind_are_heard() {
    let cases: [(u16, u16, &[u8], &[f32]); 8] = [
        (1, 8, &[128, 0, 192], &[0.0, -1.0, 0.5]),
        (1, 16, &[0, 0x40, 0, 0x80], &[0.5, -1.0]),
        (1, 24, &[0, 0, 0x40, 0, 0, 0xC0], &[0.5, -0.5]),
        (1, 32, &[0, 0, 0, 0x40, 0, 0, 0, 0x80], &[0.5, -1.0]),
        (3, 32, &[0, 0, 0, 0x3F, 0, 0, 0xC0, 0x7F], &[0.5, 0.0]),
        (3, 64, &[0, 0, 0, 0, 0, 0, 0xE0, 0xBF], &[-0.5]),
        (6, 8, &[0xD5, 0xAA], &[8.0 / 32768.0, 32256.0 / 32768.0]),
        (7, 8, &[0xFF, 0x80], &[0.0, 32124.0 / 32768.0]),
    ];
    for (tag, bits, bytes, samples) in cases {
        let plain = file(&[chunk(b"fmt ", &description(tag, 1, 24_000, bits)), chunk(b"data", bytes)]);
        assert_eq!(heard(&plain), samples, "{tag} of {bits} bits");
        let mut extensible = description(0xFFFE, 1, 24_000, bits);
        extensible.extend([22, 0, bits as u8, 0, 4, 0, 0, 0]);
        extensible.extend(tag.to_le_bytes());
        extensible.extend(*b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71");
        let extensible = file(&[chunk(b"fmt ", &extensible), chunk(b"data", bytes)]);
        assert_eq!(heard(&extensible), samples, "{tag} of {bits} bits, extensible");
    }
}

#[test]
fn channels_are_mixed_down_and_other_chunks_are_no_sound() {
    let file = file(&[
        chunk(b"JUNK", &[0xFF; 27]),
        chunk(b"fmt ", &description(1, 2, 44_100, 16)),
        chunk(b"LIST", b"INFOISFT\x06\0\0\0Lavf58"),
        chunk(b"data", &[0, 0x40, 0, 0x20, 0, 0x80, 0, 0x80]),
        chunk(b"LIST", &[0x7F; 400]),
    ]);
    assert_eq!(heard(&file), [0.375, -1.0]);
    let mut decoder = decoder(Codec::Wav.into()).unwrap();
    decoder.decode(&file, &mut Vec::new()).unwrap();
    assert_eq!(decoder.rate(), SampleRate::new(44_100));
}

#[test]
fn a_size_that_nobody_knew_is_read_to_the_end_of_the_stream() {
    let known = file(&[chunk(b"fmt ", &description(1, 1, 8_000, 16)), chunk(b"data", &[0x11; 1600])]);
    for size in [0, u32::MAX, u32::MAX - 36, 0x7FFF_FFFF, 0x7FFF_F000] {
        let mut piped = known.clone();
        piped[40..44].copy_from_slice(&size.to_le_bytes());
        assert_eq!(heard(&piped), heard(&known));
        let mut counter = counter(Codec::Wav.into());
        piped.chunks(7).for_each(|bytes| counter.count(bytes));
        assert_eq!(counter.milliseconds(), 100);
        let error = decoded(Codec::Wav.into(), &piped[..piped.len() - 1], 7).unwrap_err();
        assert!(matches!(error, DecodeError::Truncated { .. }));
    }
}

#[test]
fn a_file_that_makes_no_sense_is_an_error() {
    let data = chunk(b"data", &[0; 8]);
    for file in [
        file(std::slice::from_ref(&data)),
        file(&[chunk(b"fmt ", &description(1, 1, 0, 16)), data.clone()]),
        file(&[chunk(b"fmt ", &description(1, 0, 8_000, 16)), data.clone()]),
        file(&[chunk(b"fmt ", &description(1, 9, 8_000, 16)), data.clone()]),
        file(&[chunk(b"fmt ", &description(2, 1, 8_000, 4)), data.clone()]),
        file(&[chunk(b"fmt ", &[1, 0, 1, 0]), data.clone()]),
        file(&[chunk(b"JUNK", &[0; 70_000]), data.clone()]),
        file(&vec![chunk(b"JUNK", &[0; 600]); 120]),
    ] {
        let error = decoded(Codec::Wav.into(), &file, 1000).unwrap_err();
        assert!(matches!(error, DecodeError::Invalid { .. }), "{error:?}");
    }
}
