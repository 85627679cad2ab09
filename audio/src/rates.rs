//! Which rates a codec has, and which of them leaves.

use std::fmt;

use speech::{AudioFormat, Codec, SampleRate};

use crate::EncodeError;

/// The sample rates that a codec has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rates {
    /// These, in rising order.
    Listed(&'static [u32]),
    /// Every one from the first to the second.
    Between(u32, u32),
}

impl Rates {
    /// The rates of that codec.
    pub fn of(codec: Codec) -> Self {
        match codec {
            Codec::Mp3 => {
                Self::Listed(&[8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
            }
            Codec::Opus | Codec::Webm | Codec::OpusPackets => {
                Self::Listed(&[8_000, 12_000, 16_000, 24_000, 48_000])
            }
            Codec::Aac => Self::Listed(&[
                7_350, 8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200,
                96_000,
            ]),
            // The most that STREAMINFO's 20 bits and the frame header can both tell.
            Codec::Flac => Self::Between(1, 96_000),
            Codec::Wav | Codec::Pcm => Self::Between(1, u32::MAX),
            Codec::Ulaw | Codec::Alaw | Codec::WavUlaw | Codec::WavAlaw => Self::Between(8_000, 48_000),
            Codec::Foreign(_) => Self::Listed(&[]),
        }
    }

    /// Whether that rate is one of them.
    pub fn hold(self, rate: SampleRate) -> bool {
        match self {
            Self::Listed(rates) => rates.contains(&rate.get()),
            Self::Between(lowest, highest) => (lowest..=highest).contains(&rate.get()),
        }
    }

    /// That rate, or the nearest above, or else the highest.
    fn nearest_to(self, rate: SampleRate) -> SampleRate {
        let nearest = match self {
            Self::Listed(rates) => {
                rates.iter().copied().find(|&has| has >= rate.get()).or(rates.last().copied())
            }
            Self::Between(lowest, highest) => Some(rate.get().clamp(lowest, highest)),
        };
        nearest.and_then(SampleRate::new).unwrap_or(rate)
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed([first @ .., last]) => {
                let first: Vec<String> = first.iter().map(u32::to_string).collect();
                write!(f, "{} or {last} Hz", first.join(", "))
            }
            Self::Listed([]) => f.write_str("no rate"),
            Self::Between(1, highest) => write!(f, "any rate up to {highest} Hz"),
            Self::Between(lowest, highest) => write!(f, "any rate from {lowest} to {highest} Hz"),
        }
    }
}

/// The rate at which samples that come in at `rate` leave in that format.
pub(crate) fn leaving(format: AudioFormat, rate: SampleRate) -> Result<SampleRate, EncodeError> {
    let codec = format.codec;
    let allowed = Rates::of(codec);
    match format.rate {
        None => Ok(allowed.nearest_to(rate)),
        Some(rate) if allowed.hold(rate) => Ok(rate),
        Some(rate) => Err(EncodeError::Rate { codec, rate, allowed }),
    }
}
