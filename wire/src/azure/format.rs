use std::num::NonZeroU32;

use speech::{AudioFormat, Codec};

/// One of Azure's output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputFormat {
    /// As `X-Microsoft-OutputFormat` names it.
    pub name: &'static str,
    /// What its bytes are: [`Foreign`](Codec::Foreign) where only Azure itself can make them.
    pub format: AudioFormat,
}

impl OutputFormat {
    /// The format of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        OUTPUT_FORMATS.iter().find(|format| format.name == name)
    }
}

/// Every output format of Azure's documents and SDKs (1.53 for Python, 1.52 for JavaScript).
pub const OUTPUT_FORMATS: &[OutputFormat] = &[
    of("audio-16khz-32kbitrate-mono-mp3", Codec::Mp3, 16_000, 32),
    of("audio-16khz-64kbitrate-mono-mp3", Codec::Mp3, 16_000, 64),
    of("audio-16khz-128kbitrate-mono-mp3", Codec::Mp3, 16_000, 128),
    of("audio-24khz-48kbitrate-mono-mp3", Codec::Mp3, 24_000, 48),
    of("audio-24khz-96kbitrate-mono-mp3", Codec::Mp3, 24_000, 96),
    of("audio-24khz-160kbitrate-mono-mp3", Codec::Mp3, 24_000, 160),
    of("audio-48khz-96kbitrate-mono-mp3", Codec::Mp3, 48_000, 96),
    of("audio-48khz-192kbitrate-mono-mp3", Codec::Mp3, 48_000, 192),
    of("audio-24khz-16bit-mono-flac", Codec::Flac, 24_000, 0),
    of("audio-48khz-16bit-mono-flac", Codec::Flac, 48_000, 0),
    of("ogg-16khz-16bit-mono-opus", Codec::Opus, 16_000, 0),
    of("ogg-24khz-16bit-mono-opus", Codec::Opus, 24_000, 0),
    of("ogg-48khz-16bit-mono-opus", Codec::Opus, 48_000, 0),
    of("raw-8khz-8bit-mono-alaw", Codec::Alaw, 8_000, 0),
    of("raw-8khz-8bit-mono-mulaw", Codec::Ulaw, 8_000, 0),
    of("raw-8khz-16bit-mono-pcm", Codec::Pcm, 8_000, 0),
    of("raw-16khz-16bit-mono-pcm", Codec::Pcm, 16_000, 0),
    of("raw-22050hz-16bit-mono-pcm", Codec::Pcm, 22_050, 0),
    of("raw-24khz-16bit-mono-pcm", Codec::Pcm, 24_000, 0),
    of("raw-44100hz-16bit-mono-pcm", Codec::Pcm, 44_100, 0),
    of("raw-48khz-16bit-mono-pcm", Codec::Pcm, 48_000, 0),
    of("riff-8khz-16bit-mono-pcm", Codec::Wav, 8_000, 0),
    of("riff-16khz-16bit-mono-pcm", Codec::Wav, 16_000, 0),
    of("riff-22050hz-16bit-mono-pcm", Codec::Wav, 22_050, 0),
    of("riff-24khz-16bit-mono-pcm", Codec::Wav, 24_000, 0),
    of("riff-44100hz-16bit-mono-pcm", Codec::Wav, 44_100, 0),
    of("riff-48khz-16bit-mono-pcm", Codec::Wav, 48_000, 0),
    of("riff-8khz-8bit-mono-alaw", Codec::WavAlaw, 8_000, 0),
    of("riff-8khz-8bit-mono-mulaw", Codec::WavUlaw, 8_000, 0),
    of("webm-16khz-16bit-mono-opus", Codec::Webm, 16_000, 0),
    of("webm-24khz-16bit-24kbps-mono-opus", Codec::Webm, 24_000, 24),
    of("webm-24khz-16bit-mono-opus", Codec::Webm, 24_000, 0),
    of("audio-16khz-16bit-32kbps-mono-opus", Codec::OpusPackets, 16_000, 32),
    of("audio-24khz-16bit-24kbps-mono-opus", Codec::OpusPackets, 24_000, 24),
    of("audio-24khz-16bit-48kbps-mono-opus", Codec::OpusPackets, 24_000, 48),
    azures("amr-wb-16000hz", 16_000, 24),
    azures("g722-16khz-64kbps", 16_000, 64),
    azures("raw-16khz-16bit-mono-truesilk", 16_000, 24),
    azures("raw-24khz-16bit-mono-truesilk", 24_000, 40),
    azures("audio-16khz-16kbps-mono-siren", 16_000, 16),
    azures("riff-16khz-16kbps-mono-siren", 16_000, 16),
];

/// A bit rate of 0 is one that follows from the codec and the rate.
const fn of(name: &'static str, codec: Codec, rate: u32, kilobits: u32) -> OutputFormat {
    let bit_rate = if kilobits == 0 { None } else { Some(kilobits * 1000) };
    OutputFormat { name, format: AudioFormat { codec, rate: NonZeroU32::new(rate), bit_rate } }
}

/// One that only Azure makes. Where its name does not tell its bit rate, it is about that much.
const fn azures(name: &'static str, rate: u32, kilobits: u32) -> OutputFormat {
    of(name, Codec::Foreign(name), rate, kilobits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_says_at_which_rate_its_format_is() {
        for &OutputFormat { name, format } in OUTPUT_FORMATS {
            assert_eq!(OutputFormat::named(name).unwrap().format, format);
            if format.codec.is_foreign() {
                continue;
            }
            let AudioFormat { rate, bit_rate, .. } = format;
            let rate = rate.unwrap().get();
            assert!(
                name.contains(&format!("-{}khz-", rate / 1000)) || name.contains(&format!("-{rate}hz-")),
                "{name}"
            );
            if let Some(bits) = bit_rate {
                let said = ["kbitrate", "kbps"].map(|unit| format!("-{}{unit}-", bits / 1000));
                assert!(said.iter().any(|said| name.contains(said)), "{name}");
            }
        }
    }
}
