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

/// A piece of a backend's own encoding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EncodedChunk {
    /// The next bytes of the file; cut anywhere.
    pub bytes: Bytes,
    /// Words whose times became known with these bytes; times count from the start of the *stream*.
    pub words: Vec<WordTiming>,
}

/// Audio that a backend encoded itself. Dropping it is how a listener hangs up.
pub struct EncodedStream {
    /// What the bytes are. A rate of none is told by the bytes alone, so the codec must be one that tells it.
    pub format: AudioFormat,
    /// The bytes, in order. After an `Err` the stream is over.
    pub chunks: BoxStream<'static, Result<EncodedChunk, SpeechError>>,
}

/// What a backend gives back: samples, or a file that it encoded itself.
pub enum Sound {
    /// Samples, of a model in this process.
    Samples(PcmStream),
    /// Bytes, of a vendor.
    Encoded(EncodedStream),
}

impl From<PcmStream> for Sound {
    fn from(samples: PcmStream) -> Self {
        Self::Samples(samples)
    }
}

/// A piece of encoded audio.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioChunk {
    /// Bytes of the requested [`AudioFormat`]; pieces concatenate to one valid file. May be empty when an
    /// encoder holds back, so that `words` and `samples` still travel on time.
    pub bytes: Bytes,
    /// The words that begin in this chunk, times from the start of the stream.
    pub words: Vec<WordTiming>,
    /// How much speech this chunk adds, in samples at the backend's rate.
    pub samples: usize,
    /// Nothing comes after it but the end of the stream. Who must know the whole before it hands any of it over
    /// can leave the end itself, which means "handed over", until then.
    pub last: bool,
}

/// Encoded audio as it is made. After an `Err` the stream is over.
pub type AudioStream = BoxStream<'static, Result<AudioChunk, SpeechError>>;

/// How samples become bytes. All are mono.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// MPEG-1/2/2.5 Layer III.
    #[default]
    Mp3,
    /// Opus in Ogg (RFC 7845).
    Opus,
    /// Opus in WebM (RFC 9559), streamed: of unknown size.
    Webm,
    /// Opus packets of 20 ms and of one length, one after another: the bit rate alone tells where each begins.
    OpusPackets,
    /// AAC-LC in ADTS.
    Aac,
    /// Native FLAC.
    Flac,
    /// RIFF WAVE, 16 bit. Streamed, so its sizes are placeholders unless made exact afterwards.
    Wav,
    /// RIFF WAVE of G.711 µ-law, sizes as in [`Wav`](Self::Wav).
    WavUlaw,
    /// RIFF WAVE of G.711 A-law, sizes as in [`Wav`](Self::Wav).
    WavAlaw,
    /// Signed 16-bit little-endian samples without a header.
    Pcm,
    /// G.711 µ-law, a byte a sample, without a header.
    Ulaw,
    /// G.711 A-law, a byte a sample, without a header.
    Alaw,
    /// What only one vendor makes, by that vendor's name for it; nobody else reads or writes it: it is handed on as it is, or
    /// not at all. How long it lasts is reckoned by its bit rate.
    Foreign(&'static str),
}

impl serde::Serialize for Codec {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Codec {
    /// Every codec that is made here.
    pub const ALL: [Codec; 12] = [
        Self::Mp3,
        Self::Opus,
        Self::Webm,
        Self::OpusPackets,
        Self::Aac,
        Self::Flac,
        Self::Wav,
        Self::WavUlaw,
        Self::WavAlaw,
        Self::Pcm,
        Self::Ulaw,
        Self::Alaw,
    ];

    /// Those that anybody can ask for by [`name`](Self::name). The others are what some vendor's own names of formats
    /// mean, and are asked for by those.
    pub const OFFERED: [Codec; 9] = [
        Self::Mp3,
        Self::Opus,
        Self::Webm,
        Self::Aac,
        Self::Flac,
        Self::Wav,
        Self::Pcm,
        Self::Ulaw,
        Self::Alaw,
    ];

    /// The name in lower case: what `--format` takes, and the end of a file's name, of those that are
    /// [`OFFERED`](Self::OFFERED).
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Webm => "webm",
            Self::OpusPackets => "opus-packets",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::WavUlaw => "wav-ulaw",
            Self::WavAlaw => "wav-alaw",
            Self::Pcm => "pcm",
            Self::Ulaw => "ulaw",
            Self::Alaw => "alaw",
            Self::Foreign(name) => name,
        }
    }

    /// The media type of a body.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::Opus | Self::OpusPackets => "audio/opus",
            Self::Webm => "audio/webm",
            Self::Aac => "audio/aac",
            Self::Flac => "audio/flac",
            Self::Wav | Self::WavUlaw | Self::WavAlaw => "audio/wav",
            Self::Pcm => "audio/pcm",
            Self::Ulaw => "audio/basic",
            Self::Alaw => "audio/x-alaw-basic",
            Self::Foreign(name) if name.starts_with("riff-") => "audio/wav",
            Self::Foreign(name) if name.starts_with("amr-wb-") => "audio/amr-wb",
            Self::Foreign(name) if name.starts_with("g722-") => "audio/g722",
            Self::Foreign(name) if name.ends_with("silk") => "audio/silk",
            Self::Foreign(_) => "application/octet-stream",
        }
    }

    /// Whether only its vendor can make it.
    pub fn is_foreign(self) -> bool {
        matches!(self, Self::Foreign(_))
    }

    /// Whether it is RIFF WAVE, the header of which tells a size that a stream does not know.
    pub fn is_wav(self) -> bool {
        matches!(self, Self::Wav | Self::WavUlaw | Self::WavAlaw)
    }

    /// Whether the bytes are nothing but samples, so that only the format says at which rate.
    pub fn is_headerless(self) -> bool {
        matches!(self, Self::Pcm | Self::Ulaw | Self::Alaw)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads the exact lower-case name of one that is [`OFFERED`](Codec::OFFERED).
impl FromStr for Codec {
    type Err = SpeechError;

    fn from_str(name: &str) -> Result<Self, SpeechError> {
        Self::OFFERED.into_iter().find(|codec| codec.name() == name).ok_or_else(|| {
            SpeechError::invalid_parameter("response_format", format!("{name:?} is not an audio format."))
                .allowing(Self::OFFERED.map(Codec::name))
        })
    }
}

/// The encoding that is asked for, or that is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AudioFormat {
    /// How samples become bytes.
    pub codec: Codec,
    /// Samples per second. None asks for whatever the backend speaks at.
    pub rate: Option<SampleRate>,
    /// Bits per second, where the codec lets one choose. None asks for the codec's usual.
    pub bit_rate: Option<u32>,
}

impl AudioFormat {
    /// Whether a listener who asked for `self` can be handed `given` as it is.
    pub fn is_met_by(self, given: AudioFormat) -> bool {
        self.codec == given.codec
            && (self.rate.is_none() || self.rate == given.rate)
            && (self.bit_rate.is_none() || self.bit_rate == given.bit_rate)
    }

    /// The same at that rate.
    pub fn at(self, rate: SampleRate) -> Self {
        Self { rate: Some(rate), ..self }
    }

    /// The same with so many bits per second.
    pub fn with_bit_rate(self, bit_rate: u32) -> Self {
        Self { bit_rate: Some(bit_rate), ..self }
    }
}

/// That codec, at the backend's own rate and the codec's usual bit rate.
impl From<Codec> for AudioFormat {
    fn from(codec: Codec) -> Self {
        Self { codec, rate: None, bit_rate: None }
    }
}
