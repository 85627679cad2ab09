//! The vendors' names for formats.

/// How sound becomes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Mp3,
    Opus,
    Aac,
    Flac,
    Wav,
    Pcm,
    Ulaw,
    Alaw,
    /// G.711 behind a RIFF header.
    WavUlaw,
    WavAlaw,
    /// What there is no encoder for here: bytes that are no sound, as many as the bit rate makes of the time.
    Opaque,
}

/// A codec at its rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) codec: Codec,
    /// Samples per second.
    pub(crate) rate: u32,
    /// Kilobits per second, where the codec has a choice.
    pub(crate) kbps: u32,
}

/// ElevenLabs' `output_format`.
pub(crate) const ELEVENLABS: [&str; 28] = [
    "mp3_22050_32",
    "mp3_24000_48",
    "mp3_44100_32",
    "mp3_44100_64",
    "mp3_44100_96",
    "mp3_44100_128",
    "mp3_44100_192",
    "pcm_8000",
    "pcm_16000",
    "pcm_22050",
    "pcm_24000",
    "pcm_32000",
    "pcm_44100",
    "pcm_48000",
    "wav_8000",
    "wav_16000",
    "wav_22050",
    "wav_24000",
    "wav_32000",
    "wav_44100",
    "wav_48000",
    "ulaw_8000",
    "alaw_8000",
    "opus_48000_32",
    "opus_48000_64",
    "opus_48000_96",
    "opus_48000_128",
    "opus_48000_192",
];

impl Format {
    /// OpenAI's `response_format`, all of them at 24 kHz.
    pub(crate) fn openai(name: &str) -> Option<Self> {
        let (codec, kbps) = match name {
            "mp3" => (Codec::Mp3, 128),
            "opus" => (Codec::Opus, 48),
            "aac" => (Codec::Aac, 96),
            "flac" => (Codec::Flac, 0),
            "wav" => (Codec::Wav, 0),
            "pcm" => (Codec::Pcm, 0),
            _ => return None,
        };
        Some(Self { codec, rate: 24_000, kbps })
    }

    /// ElevenLabs' `output_format`: codec, rate and, for some, bit rate.
    pub(crate) fn elevenlabs(name: &str) -> Option<Self> {
        let name = ELEVENLABS.into_iter().find(|known| *known == name)?;
        let mut parts = name.split('_');
        let codec = match parts.next()? {
            "mp3" => Codec::Mp3,
            "opus" => Codec::Opus,
            "wav" => Codec::Wav,
            "pcm" => Codec::Pcm,
            "ulaw" => Codec::Ulaw,
            _ => Codec::Alaw,
        };
        let rate = parts.next()?.parse().ok()?;
        let kbps = parts.next().and_then(|kbps| kbps.parse().ok()).unwrap_or_default();
        Some(Self { codec, rate, kbps })
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self.codec {
            Codec::Mp3 => "audio/mpeg",
            Codec::Opus => "audio/opus",
            Codec::Aac => "audio/aac",
            Codec::Flac => "audio/flac",
            Codec::Wav | Codec::WavUlaw | Codec::WavAlaw => "audio/wav",
            Codec::Pcm => "audio/pcm",
            Codec::Ulaw => "audio/basic",
            Codec::Alaw => "audio/x-alaw-basic",
            Codec::Opaque => "application/octet-stream",
        }
    }
}
