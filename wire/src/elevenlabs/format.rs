use std::num::NonZeroU32;

use speech::{AudioFormat, Codec};

/// One of ElevenLabs' output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputFormat {
    /// As the query `output_format` names it: codec, samples per second, kilobits per second.
    pub name: &'static str,
    /// What its bytes are.
    pub format: AudioFormat,
}

impl OutputFormat {
    /// The format of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        OUTPUT_FORMATS.iter().find(|format| format.name == name)
    }
}

/// Every output format of the client of 2026 (`elevenlabs` 2.78 for Python). `wav` is of the call that does not
/// stream only.
pub const OUTPUT_FORMATS: &[OutputFormat] = &[
    of("mp3_22050_32", Codec::Mp3, 22_050, 32),
    of("mp3_24000_48", Codec::Mp3, 24_000, 48),
    of("mp3_44100_32", Codec::Mp3, 44_100, 32),
    of("mp3_44100_64", Codec::Mp3, 44_100, 64),
    of("mp3_44100_96", Codec::Mp3, 44_100, 96),
    of("mp3_44100_128", Codec::Mp3, 44_100, 128),
    of("mp3_44100_192", Codec::Mp3, 44_100, 192),
    of("pcm_8000", Codec::Pcm, 8_000, 0),
    of("pcm_16000", Codec::Pcm, 16_000, 0),
    of("pcm_22050", Codec::Pcm, 22_050, 0),
    of("pcm_24000", Codec::Pcm, 24_000, 0),
    of("pcm_32000", Codec::Pcm, 32_000, 0),
    of("pcm_44100", Codec::Pcm, 44_100, 0),
    of("pcm_48000", Codec::Pcm, 48_000, 0),
    of("wav_8000", Codec::Wav, 8_000, 0),
    of("wav_16000", Codec::Wav, 16_000, 0),
    of("wav_22050", Codec::Wav, 22_050, 0),
    of("wav_24000", Codec::Wav, 24_000, 0),
    of("wav_32000", Codec::Wav, 32_000, 0),
    of("wav_44100", Codec::Wav, 44_100, 0),
    of("wav_48000", Codec::Wav, 48_000, 0),
    of("ulaw_8000", Codec::Ulaw, 8_000, 0),
    of("alaw_8000", Codec::Alaw, 8_000, 0),
    of("opus_48000_32", Codec::Opus, 48_000, 32),
    of("opus_48000_64", Codec::Opus, 48_000, 64),
    of("opus_48000_96", Codec::Opus, 48_000, 96),
    of("opus_48000_128", Codec::Opus, 48_000, 128),
    of("opus_48000_192", Codec::Opus, 48_000, 192),
];

/// A bit rate of 0 is one that follows from the codec and the rate.
const fn of(name: &'static str, codec: Codec, rate: u32, kilobits: u32) -> OutputFormat {
    let bit_rate = if kilobits == 0 { None } else { Some(kilobits * 1000) };
    OutputFormat { name, format: AudioFormat { codec, rate: NonZeroU32::new(rate), bit_rate } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_says_what_its_format_is() {
        assert_eq!(OUTPUT_FORMATS.len(), 28);
        for OutputFormat { name, format } in OUTPUT_FORMATS {
            let mut said = vec![format.codec.name().to_owned(), format.rate.unwrap().to_string()];
            said.extend(format.bit_rate.map(|bits| (bits / 1000).to_string()));
            assert_eq!(*name, said.join("_"));
            assert_eq!(OutputFormat::named(name).unwrap().format, *format);
        }
    }
}
