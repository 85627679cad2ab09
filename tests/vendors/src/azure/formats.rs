//! `X-Microsoft-OutputFormat`, and `outputFormat` on the WebSocket.

use crate::formats::{Codec, Format};

/// A format by its name.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) name: &'static str,
    pub(super) format: Format,
}

/// Every name: those of the documents, then those that only the SDKs have. Codec, rate, kbit/s.
#[rustfmt::skip]
const OUTPUTS: [(&str, Codec, u32, u32); 41] = [
    ("amr-wb-16000hz", Codec::Opaque, 16_000, 24),
    ("audio-16khz-16bit-32kbps-mono-opus", Codec::Opaque, 16_000, 32),
    ("audio-16khz-32kbitrate-mono-mp3", Codec::Mp3, 16_000, 32),
    ("audio-16khz-64kbitrate-mono-mp3", Codec::Mp3, 16_000, 64),
    ("audio-16khz-128kbitrate-mono-mp3", Codec::Mp3, 16_000, 128),
    ("audio-24khz-16bit-24kbps-mono-opus", Codec::Opaque, 24_000, 24),
    ("audio-24khz-16bit-48kbps-mono-opus", Codec::Opaque, 24_000, 48),
    ("audio-24khz-48kbitrate-mono-mp3", Codec::Mp3, 24_000, 48),
    ("audio-24khz-96kbitrate-mono-mp3", Codec::Mp3, 24_000, 96),
    ("audio-24khz-160kbitrate-mono-mp3", Codec::Mp3, 24_000, 160),
    ("audio-48khz-96kbitrate-mono-mp3", Codec::Mp3, 48_000, 96),
    ("audio-48khz-192kbitrate-mono-mp3", Codec::Mp3, 48_000, 192),
    ("ogg-16khz-16bit-mono-opus", Codec::Opus, 16_000, 32),
    ("ogg-24khz-16bit-mono-opus", Codec::Opus, 24_000, 48),
    ("ogg-48khz-16bit-mono-opus", Codec::Opus, 48_000, 64),
    ("raw-8khz-8bit-mono-alaw", Codec::Alaw, 8_000, 64),
    ("raw-8khz-8bit-mono-mulaw", Codec::Ulaw, 8_000, 64),
    ("raw-8khz-16bit-mono-pcm", Codec::Pcm, 8_000, 128),
    ("raw-16khz-16bit-mono-pcm", Codec::Pcm, 16_000, 256),
    ("raw-16khz-16bit-mono-truesilk", Codec::Opaque, 16_000, 24),
    ("raw-22050hz-16bit-mono-pcm", Codec::Pcm, 22_050, 352),
    ("raw-24khz-16bit-mono-pcm", Codec::Pcm, 24_000, 384),
    ("raw-24khz-16bit-mono-truesilk", Codec::Opaque, 24_000, 32),
    ("raw-44100hz-16bit-mono-pcm", Codec::Pcm, 44_100, 705),
    ("raw-48khz-16bit-mono-pcm", Codec::Pcm, 48_000, 768),
    ("webm-16khz-16bit-mono-opus", Codec::Opaque, 16_000, 32),
    ("webm-24khz-16bit-24kbps-mono-opus", Codec::Opaque, 24_000, 24),
    ("webm-24khz-16bit-mono-opus", Codec::Opaque, 24_000, 48),
    ("riff-8khz-8bit-mono-alaw", Codec::WavAlaw, 8_000, 64),
    ("riff-8khz-8bit-mono-mulaw", Codec::WavUlaw, 8_000, 64),
    ("riff-8khz-16bit-mono-pcm", Codec::Wav, 8_000, 128),
    ("riff-22050hz-16bit-mono-pcm", Codec::Wav, 22_050, 352),
    ("riff-24khz-16bit-mono-pcm", Codec::Wav, 24_000, 384),
    ("riff-44100hz-16bit-mono-pcm", Codec::Wav, 44_100, 705),
    ("riff-48khz-16bit-mono-pcm", Codec::Wav, 48_000, 768),
    ("riff-16khz-16bit-mono-pcm", Codec::Wav, 16_000, 256),
    ("riff-16khz-16kbps-mono-siren", Codec::Opaque, 16_000, 16),
    ("audio-16khz-16kbps-mono-siren", Codec::Opaque, 16_000, 16),
    ("g722-16khz-64kbps", Codec::Opaque, 16_000, 64),
    ("audio-24khz-16bit-mono-flac", Codec::Flac, 24_000, 0),
    ("audio-48khz-16bit-mono-flac", Codec::Flac, 48_000, 0),
];

impl Output {
    pub(super) fn named(asked: &str) -> Option<Self> {
        let (name, codec, rate, kbps) = OUTPUTS.into_iter().find(|(name, ..)| *name == asked)?;
        Some(Self { name, format: Format { codec, rate, kbps } })
    }

    pub(super) fn content_type(self) -> &'static str {
        match self.format.codec {
            Codec::Wav | Codec::WavUlaw | Codec::WavAlaw => "audio/x-wav",
            Codec::Opus => "audio/ogg; codecs=opus",
            Codec::Opaque if self.name.starts_with("webm") => "audio/webm; codecs=opus",
            Codec::Opaque if self.name.ends_with("opus") => "audio/opus",
            Codec::Opaque if self.name.starts_with("amr") => "audio/amr-wb",
            Codec::Opaque if self.name.starts_with("g722") => "audio/G722",
            Codec::Opaque if self.name.ends_with("truesilk") => "audio/SILK",
            Codec::Opaque => "audio/siren",
            _ => self.format.content_type(),
        }
    }
}
