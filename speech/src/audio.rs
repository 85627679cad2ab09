//! Audio on its way: samples from a backend, bytes to a client.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use bytes::Bytes;
use futures::stream::BoxStream;

use crate::{SpeechError, WordTiming};

/// Samples per second. Never zero.
pub type SampleRate = NonZeroU32;

/// A piece of mono audio, samples in -1.0..=1.0, and the words that are spoken in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PcmChunk {
    /// Mono samples at the stream's rate.
    pub samples: Vec<f32>,
    /// The words that begin in this chunk; times count from the start of the *stream*.
    pub words: Vec<WordTiming>,
}

/// What a backend speaks: mono chunks at one rate.
///
/// Dropping the stream is how a listener hangs up: the backend stops its work at once.
pub struct PcmStream {
    /// Samples per second of every chunk.
    pub sample_rate: SampleRate,
    /// The chunks, in order. After an `Err` the stream is over.
    pub chunks: BoxStream<'static, Result<PcmChunk, SpeechError>>,
}

/// A piece of encoded audio.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioChunk {
    /// Bytes of the requested [`AudioFormat`]; pieces concatenate to one valid file. May be empty when an
    /// encoder holds back, so that `words` and `samples` still travel on time.
    pub bytes: Bytes,
    /// The words that begin in this chunk, times from the start of the stream.
    pub words: Vec<WordTiming>,
    /// How many samples of speech went into this chunk.
    pub samples: usize,
    /// Nothing comes after it but the end of the stream. Who must know the whole before it hands any of it over
    /// can leave the end itself, which means "handed over", until then.
    pub last: bool,
}

/// Encoded audio as it is made. After an `Err` the stream is over.
pub type AudioStream = BoxStream<'static, Result<AudioChunk, SpeechError>>;

/// The formats that a door can ask for, all mono at the backend's rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AudioFormat {
    /// MPEG-1/2 Layer III.
    #[default]
    Mp3,
    /// Opus in Ogg (RFC 7845).
    Opus,
    /// AAC-LC in ADTS.
    Aac,
    /// Native FLAC.
    Flac,
    /// RIFF WAVE, 16 bit. Streamed, so its sizes are placeholders unless made exact afterwards.
    Wav,
    /// Signed 16-bit little-endian samples without a header.
    Pcm,
}

impl AudioFormat {
    /// Every format, in the order that OpenAI documents them.
    pub const ALL: [AudioFormat; 6] = [Self::Mp3, Self::Opus, Self::Aac, Self::Flac, Self::Wav, Self::Pcm];

    /// The name that OpenAI's `response_format` and our `--format` use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Pcm => "pcm",
        }
    }

    /// The media type of a body in this format.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/opus",
            Self::Aac => "audio/aac",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
            Self::Pcm => "audio/pcm",
        }
    }
}

impl fmt::Display for AudioFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads the exact lower-case name.
impl FromStr for AudioFormat {
    type Err = SpeechError;

    fn from_str(name: &str) -> Result<Self, SpeechError> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            SpeechError::invalid_parameter("response_format", format!("{name:?} is not an audio format."))
                .allowing(Self::ALL.map(AudioFormat::name))
        })
    }
}
