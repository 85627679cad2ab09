//! Every encoder, judged by what a decoder of other hands hears.

mod counters;
mod decode;
mod decoders;
mod g711;
mod gain;
mod hostile;
mod opus;
mod pitch;
mod resample;
mod riff;
mod signal;

use std::num::NonZeroU32;

use proptest::prelude::*;
use speech::{AudioFormat, Codec, SampleRate};

use crate::{AAC_LEAD, EncodeError, MP3_LEAD, encoder, set_exact_sizes};
use decode::{Heard, decode};
use signal::{snr, sound};

const KOKORO: SampleRate = NonZeroU32::new(24_000).unwrap();

fn encode(format: impl Into<AudioFormat>, rate: SampleRate, pieces: &[&[f32]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = encoder(format.into(), rate).unwrap();
    for piece in pieces {
        encoder.encode(piece, &mut bytes).unwrap();
    }
    encoder.finish(&mut bytes).unwrap();
    bytes
}

/// Samples of silence that the format puts before the speech.
fn lead(codec: Codec, rate: u32) -> usize {
    match codec {
        Codec::Mp3 => MP3_LEAD,
        Codec::Aac => AAC_LEAD,
        Codec::OpusPackets => rate as usize * 13 / 2000,
        _ => 0,
    }
}

/// Samples that may be waiting for their block to fill.
fn delay(codec: Codec) -> usize {
    match codec {
        Codec::Mp3 => MP3_LEAD + 576,
        Codec::Opus => 156 + 5 * 480,
        Codec::Webm | Codec::OpusPackets => 156 + 480,
        Codec::Aac => AAC_LEAD + 2 * 1024,
        Codec::Flac => 2048,
        _ => 0,
    }
}

/// Samples of speech with the silence that completes them.
fn completed(codec: Codec, samples: usize) -> usize {
    match codec {
        Codec::WavUlaw | Codec::WavAlaw => samples.next_multiple_of(2),
        _ => samples,
    }
}

/// The speech as it is heard, without the format's lead and the silence behind it.
fn speech_in(codec: Codec, heard: &Heard, samples: usize) -> &[f32] {
    let start = lead(codec, heard.rate);
    if start > 0 {
        let silence = heard.samples.len() - start - samples;
        assert!(silence < 1152 + 576, "{codec}: {silence} samples of silence at the end");
    } else {
        assert_eq!(heard.samples.len(), completed(codec, samples), "{codec}");
    }
    &heard.samples[start..start + samples]
}

#[test]
fn what_is_said_is_heard_in_time_to_the_last_sample() {
    let said = sound(24_000, 48_123);
    for (codec, least, at_the_end) in [
        (Codec::Mp3, 40.0, 35.0),
        (Codec::Opus, 23.0, 20.0),
        (Codec::Webm, 23.0, 20.0),
        (Codec::OpusPackets, 20.0, 15.0),
        (Codec::Aac, 34.0, 25.0),
        (Codec::Flac, 85.0, 85.0),
        (Codec::Wav, 85.0, 85.0),
        (Codec::Pcm, 85.0, 85.0),
        (Codec::Ulaw, 35.0, 35.0),
        (Codec::Alaw, 35.0, 35.0),
        (Codec::WavUlaw, 35.0, 35.0),
        (Codec::WavAlaw, 35.0, 35.0),
    ] {
        let heard = decode(codec, &encode(codec, KOKORO, &[&said]), 24_000);
        assert_eq!(heard.rate, 24_000);
        let heard = speech_in(codec, &heard, said.len());
        assert!(snr(&said, heard) > least, "{codec}: {:.1} dB", snr(&said, heard));
        for (end, place) in [("start", 0..960), ("end", said.len() - 960..said.len())] {
            let snr = snr(&said[place.clone()], &heard[place]);
            assert!(snr > at_the_end, "{codec}, {end}: {snr:.1} dB");
        }
    }
}

#[test]
fn bytes_leave_while_the_speech_goes_on() {
    let said = sound(24_000, 24_000);
    for codec in Codec::ALL {
        let mut encoder = encoder(codec.into(), KOKORO).unwrap();
        let mut bytes = Vec::new();
        for (index, piece) in said.chunks(6_000).enumerate() {
            encoder.encode(piece, &mut bytes).unwrap();
            let pushed = (index + 1) * 6_000;
            let heard = decode(codec, &bytes, 24_000).samples.len();
            assert!(heard + delay(codec) >= pushed + lead(codec, 24_000), "{codec}: {heard} of {pushed}");
        }
    }
}

#[test]
fn the_shortest_streams_are_whole() {
    for codec in Codec::ALL {
        for length in [0, 1, 2, 31, 479, 480, 481, 576, 1024, 2048, 2049] {
            let said = vec![0.25; length];
            let bytes = encode(codec, KOKORO, &[&said]);
            // Nothing to decode: without samples these are a header, and not even that.
            match (codec, length) {
                (Codec::Flac, 0) => assert_eq!(bytes.len(), 42),
                (Codec::Pcm | Codec::Ulaw | Codec::Alaw, 0) => assert!(bytes.is_empty()),
                _ => {
                    let heard = decode(codec, &bytes, 24_000);
                    speech_in(codec, &heard, length);
                }
            }
        }
    }
}

#[test]
fn silence_stays_silent() {
    for codec in Codec::ALL {
        let heard = decode(codec, &encode(codec, KOKORO, &[&[0.0; 24_000]]), 24_000);
        let loudest = heard.samples.iter().fold(0.0f32, |loudest, sample| loudest.max(sample.abs()));
        // A-law has no zero: its smallest step is heard as 8 of 32768.
        assert!(loudest < 3e-4, "{codec}: {loudest}");
    }
}

#[test]
fn samples_out_of_range_are_clamped_and_nan_is_silence() {
    let wild = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -7.5, f32::MIN_POSITIVE, 0.5];
    let tame = [0.0, 1.0, -1.0, 1.0, -1.0, f32::MIN_POSITIVE, 0.5];
    for codec in Codec::ALL {
        assert_eq!(
            encode(codec, KOKORO, &[&wild.repeat(500)]),
            encode(codec, KOKORO, &[&tame.repeat(500)]),
            "{codec}"
        );
    }
}

#[test]
fn every_format_takes_the_rates_that_speech_comes_in() {
    for codec in Codec::ALL {
        for rate in [8_000, 12_000, 16_000, 24_000, 48_000] {
            let said = sound(rate, rate as usize);
            let bytes = encode(codec, NonZeroU32::new(rate).unwrap(), &[&said]);
            let heard = decode(codec, &bytes, rate);
            assert_eq!(heard.rate, rate, "{codec}");
            let snr = snr(&said, speech_in(codec, &heard, said.len()));
            assert!(snr > 8.0, "{codec} at {rate} Hz: {snr:.1} dB");
        }
    }
}

#[test]
fn a_rate_that_the_format_lacks_is_refused_with_those_it_has() {
    for (codec, rate, message) in [
        (
            Codec::Mp3,
            96_000,
            "mp3 cannot hold audio at 96000 Hz; it can at 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 Hz",
        ),
        (
            Codec::Opus,
            22_050,
            "opus cannot hold audio at 22050 Hz; it can at 8000, 12000, 16000, 24000 or 48000 Hz",
        ),
        (
            Codec::Aac,
            1,
            "aac cannot hold audio at 1 Hz; it can at 7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200 or 96000 Hz",
        ),
        (Codec::Flac, u32::MAX, "flac cannot hold audio at 4294967295 Hz; it can at any rate up to 96000 Hz"),
    ] {
        let error =
            encoder(AudioFormat::from(codec).at(NonZeroU32::new(rate).unwrap()), KOKORO).err().unwrap();
        assert!(matches!(error, EncodeError::Rate { .. }));
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn without_a_wish_the_nearest_rate_that_holds_the_sound_leaves() {
    for (codec, comes, leaves) in [
        (Codec::Opus, 22_050, 24_000),
        (Codec::Opus, 44_100, 48_000),
        (Codec::Opus, 96_000, 48_000),
        (Codec::Mp3, 96_000, 48_000),
        (Codec::Mp3, 7_350, 8_000),
        (Codec::Aac, 18_000, 22_050),
        (Codec::Flac, 192_000, 96_000),
        (Codec::Wav, 192_000, 192_000),
    ] {
        let bytes = encode(codec, NonZeroU32::new(comes).unwrap(), &[&sound(comes, comes as usize)]);
        let heard = decode(codec, &bytes, leaves);
        assert_eq!(heard.rate, leaves, "{codec} of {comes} Hz");
        speech_in(codec, &heard, leaves as usize);
    }
    let bytes = encode(Codec::Ulaw, NonZeroU32::new(4_000).unwrap(), &[&[0.0; 4_000]]);
    assert_eq!(bytes, [0xFF; 8_000]);
}

#[test]
fn the_bit_rate_is_the_one_that_was_asked_for() {
    for (rate, kilobits) in [
        (22_050, 32),
        (24_000, 48),
        (44_100, 32),
        (44_100, 64),
        (44_100, 96),
        (44_100, 128),
        (44_100, 192),
        (16_000, 32),
        (16_000, 128),
        (24_000, 160),
        (48_000, 192),
    ] {
        let format =
            AudioFormat::from(Codec::Mp3).at(NonZeroU32::new(rate).unwrap()).with_bit_rate(kilobits * 1000);
        let bytes = encode(format, KOKORO, &[&sound(24_000, 96_000)]);
        let seconds = decode(Codec::Mp3, &bytes, rate).samples.len() as f64 / f64::from(rate);
        let measured = bytes.len() as f64 * 8.0 / seconds / 1000.0;
        assert!(
            (measured / f64::from(kilobits) - 1.0).abs() < 0.01,
            "{measured:.1} for {kilobits} at {rate} Hz"
        );
    }
    let mut before = 0;
    for kilobits in [32, 64, 96, 128, 192] {
        let format = AudioFormat::from(Codec::Opus)
            .at(NonZeroU32::new(48_000).unwrap())
            .with_bit_rate(kilobits * 1000);
        let bytes = encode(format, KOKORO, &[&sound(24_000, 96_000)]);
        // It varies with what is said, and pages cost some.
        let measured = bytes.len() as u32 * 8 / 4000;
        assert!(measured > before && measured < kilobits * 3 / 2, "{measured} for {kilobits}");
        before = measured;
    }
    let low = AudioFormat::from(Codec::Aac).with_bit_rate(32_000);
    let said = sound(24_000, 96_000);
    assert!(encode(low, KOKORO, &[&said]).len() * 2 < encode(Codec::Aac, KOKORO, &[&said]).len());
}

#[test]
fn a_bit_rate_that_the_codec_lacks_is_refused() {
    for (codec, bit_rate, message) in [
        (Codec::Mp3, 192_000, "mp3 at 24000 Hz cannot have 192000 bit/s"),
        (Codec::Mp3, 50_000, "mp3 at 24000 Hz cannot have 50000 bit/s"),
        (Codec::Opus, 5_999, "opus at 24000 Hz cannot have 5999 bit/s"),
        (Codec::Opus, 256_001, "opus at 24000 Hz cannot have 256001 bit/s"),
        (Codec::Aac, 200_000, "aac at 24000 Hz cannot have 200000 bit/s"),
    ] {
        let error = encoder(AudioFormat::from(codec).with_bit_rate(bit_rate), KOKORO).err().unwrap();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn headers_are_as_their_formats_say() {
    let start = |codec, length| encode(codec, KOKORO, &[&[0.1; 3000]])[..length].to_vec();
    // MPEG-2 Layer III without checksum, 96 kbit/s, 24 kHz, mono, original.
    assert_eq!(start(Codec::Mp3, 4), [0xFF, 0xF3, 0xA4, 0xC4]);
    // ADTS of MPEG-4 AAC-LC without checksum, 24 kHz, mono.
    assert_eq!(start(Codec::Aac, 3), [0xFF, 0xF1, 0x58]);
    let opus = start(Codec::Opus, 47);
    assert_eq!(&opus[..6], b"OggS\x00\x02");
    assert_eq!(&opus[28..], b"OpusHead\x01\x01\x38\x01\xC0\x5D\x00\x00\x00\x00\x00");
    let mut flac = b"fLaC\x80\x00\x00\x22\x08\x00\x08\x00\0\0\0\0\0\0\x05\xDC\x00\xF0".to_vec();
    flac.resize(42, 0);
    assert_eq!(start(Codec::Flac, 42), flac);
    assert_eq!(
        start(Codec::Wav, 44),
        b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0\xC0\x5D\0\0\x80\xBB\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF"
    );
    assert_eq!(
        start(Codec::WavUlaw, 58),
        b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x12\0\0\0\x07\0\x01\0\xC0\x5D\0\0\xC0\x5D\0\0\x01\0\x08\0\0\0fact\x04\0\0\0\xFF\xFF\xFF\xFFdata\xFF\xFF\xFF\xFF"
    );
    assert_eq!(start(Codec::WavAlaw, 58)[20], 6);
}

#[test]
fn a_finished_wav_can_have_its_true_sizes() {
    let mut wav = encode(Codec::Wav, KOKORO, &[&[0.5; 1000]]);
    let streamed = wav.clone();
    set_exact_sizes(&mut wav);
    assert_eq!(wav[4..8], 2036u32.to_le_bytes());
    assert_eq!(wav[40..44], 2000u32.to_le_bytes());
    assert_eq!((&wav[8..40], &wav[44..]), (&streamed[8..40], &streamed[44..]));
    assert_eq!(decode(Codec::Wav, &wav, 24_000).samples, [0.5; 1000]);
    let mut law = encode(Codec::WavAlaw, KOKORO, &[&[0.5; 999]]);
    set_exact_sizes(&mut law);
    assert_eq!(law[4..8], 1050u32.to_le_bytes());
    assert_eq!((&law[46..50], &law[54..58]), (&1000u32.to_le_bytes()[..], &1000u32.to_le_bytes()[..]));
    let mut short = *b"RIFF";
    set_exact_sizes(&mut short);
    assert_eq!(&short, b"RIFF");
}

#[test]
fn the_bytes_do_not_depend_on_how_the_samples_come() {
    let said = sound(24_000, 7_000);
    let formats = Codec::ALL.into_iter().flat_map(|codec| {
        [24_000, 8_000, 48_000].map(|rate| AudioFormat::from(codec).at(NonZeroU32::new(rate).unwrap()))
    });
    let files: Vec<_> = formats.map(|format| (format, encode(format, KOKORO, &[&said]))).collect();
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(mut cuts in prop::collection::vec(0..=7_000usize, 0..12))| {
        cuts.extend([0, said.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[f32]> = cuts.windows(2).map(|ends| &said[ends[0]..ends[1]]).collect();
        for (format, file) in &files {
            prop_assert_eq!(&encode(*format, KOKORO, &pieces), file, "{:?}", format);
        }
    });
}
