//! Whether the audio is what was asked for.

use serde_json::Value;

use super::super::SENTENCE;
use crate::harness::tools::Sdk;
use crate::harness::{Federation, plausible};

/// Bytes of the head that the packages write.
const HEAD: usize = 44;

/// What a format is made of.
pub(super) enum Sound {
    /// Samples alone: so many bytes a second.
    Raw(u64),
    /// Behind a head: the rate, and FFmpeg's name of the samples.
    Riff(u64, &'static str),
    /// FFmpeg's names of the container and of the codec, and the rate.
    Packed(&'static str, &'static str, u64),
}

/// What the format of that name is made of; the packages' names, or Azure's own.
pub(super) fn of(format: &str) -> Sound {
    match format {
        "Riff24Khz16BitMonoPcm" | "riff-24khz-16bit-mono-pcm" => Sound::Riff(24_000, "pcm_s16le"),
        "Riff8Khz8BitMonoMULaw" | "riff-8khz-8bit-mono-mulaw" => Sound::Riff(8_000, "pcm_mulaw"),
        "Raw48Khz16BitMonoPcm" | "raw-48khz-16bit-mono-pcm" => Sound::Raw(96_000),
        "Raw8Khz8BitMonoALaw" | "raw-8khz-8bit-mono-alaw" => Sound::Raw(8_000),
        "Audio24Khz96KBitRateMonoMp3" | "audio-24khz-96kbitrate-mono-mp3" => {
            Sound::Packed("mp3", "mp3float", 24_000)
        }
        "Ogg24Khz16BitMonoOpus" | "ogg-24khz-16bit-mono-opus" => Sound::Packed("ogg", "opus", 48_000),
        "Webm24Khz16BitMonoOpus" | "webm-24khz-16bit-mono-opus" => Sound::Packed("webm", "opus", 48_000),
        unknown => panic!("nobody knows {unknown}"),
    }
}

/// Checks the file of each format, which an application has kept under its name, and how long it is said to be.
pub(super) fn formats(federation: &Federation, formats: &[&str], said: &Value) {
    for format in formats {
        let seconds = is(federation, format);
        let told = said[format]["seconds"].as_f64().unwrap();
        assert!((told - seconds).abs() < 0.1, "{format}: {told} s told, {seconds} s heard");
    }
}

/// Checks one file; its seconds.
pub(super) fn is(federation: &Federation, format: &str) -> f64 {
    let bytes = federation.kept(format);
    let seconds = match of(format) {
        Sound::Raw(bytes_a_second) => {
            assert_ne!(&bytes[..4], b"RIFF", "{format} has no head");
            bytes.len() as f64 / bytes_a_second as f64
        }
        Sound::Riff(rate, codec) => {
            sizes(&bytes);
            decoded(federation, format, "wav", codec, rate)
        }
        Sound::Packed(container, codec, rate) => decoded(federation, format, container, codec, rate),
    };
    assert!(plausible(seconds, SENTENCE), "{format}: {seconds} s");
    seconds
}

fn decoded(federation: &Federation, name: &str, container: &str, codec: &str, rate: u64) -> f64 {
    let heard = federation.heard(&[name]).remove(0);
    assert!(heard.container.contains(container) && heard.codec.contains(codec), "{name}: {heard:?}");
    assert_eq!((heard.rate, heard.channels), (rate, 1), "{name}: {heard:?}");
    assert!(heard.rms > 0.02 && heard.peak <= 1.0, "{name}: {heard:?}");
    heard.seconds
}

/// Checks what the head of a RIFF file says of its size.
fn sizes(bytes: &[u8]) {
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!((&bytes[..4], &bytes[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
    assert_eq!(number(4), bytes.len() - 8, "the size of all");
    let data = bytes.windows(4).position(|name| name == b"data").unwrap();
    assert_eq!(number(data + 4), bytes.len() - data - 8, "the size of the samples");
}

/// Checks samples of 16 bit behind one head, and how long they are said to be.
pub(super) fn is_riff(bytes: &[u8], rate: u32, text: &str, said: &Value) {
    sizes(bytes);
    assert_eq!(bytes[24..28], rate.to_le_bytes(), "the rate");
    assert!(!bytes[HEAD..].windows(4).any(|name| name == b"RIFF"), "a second head");
    let seconds = (bytes.len() - HEAD) as f64 / f64::from(rate * 2);
    assert!(plausible(seconds, text), "{seconds} s");
    let told = said["seconds"].as_f64().unwrap();
    assert!((told - seconds).abs() < 0.02, "{told} s told, {seconds} s heard");
}

/// Checks what was read while it was made.
pub(super) fn stream(federation: &Federation, sdk: Sdk, seen: &Value) {
    let read = federation.kept("stream.raw");
    assert!(plausible(read.len() as f64 / 48_000.0, SENTENCE), "{} bytes", read.len());
    if sdk == Sdk::AzurePython {
        assert_eq!(seen["begun"], "SynthesizingAudioStarted", "{seen}");
        assert_eq!(seen["status"], "AllData", "{seen}");
        let file = federation.kept("stream.wav");
        assert!(file.ends_with(&read), "the same in a file");
    } else {
        assert_eq!(seen["reason"], "SynthesizingAudioCompleted", "{seen}");
    }
}
