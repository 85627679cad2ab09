//! When a word is heard.

use serde::{Deserialize, Serialize};

/// How a time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimingKind {
    /// The synthesiser said so.
    Measured,
    /// Worked out from something else.
    Estimated,
}

/// One spoken word: the shape that every door's timings are made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordTiming {
    /// The word as the client wrote it.
    pub text: String,
    /// Milliseconds from the start of the audio.
    pub start_ms: u64,
    /// Milliseconds from the start of the audio.
    pub end_ms: u64,
    /// Its first code point in the client's text.
    pub offset: usize,
    /// Its length in code points of the client's text.
    pub length: usize,
    /// How the times are known.
    pub kind: TimingKind,
    /// When each of its characters begins, in the same milliseconds; empty where only the word's own times are known.
    #[serde(skip)]
    pub letters: Vec<u64>,
    /// The shapes of the mouth while it is said, in order; empty where nobody wanted or knows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visemes: Vec<Viseme>,
}

/// A shape that the mouth takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viseme {
    /// Which, as Azure counts them: 0 is silence, 1 to 21 are groups of phonemes that look alike.
    /// <https://learn.microsoft.com/azure/ai-services/speech-service/how-to-speech-synthesis-viseme>
    pub id: u8,
    /// Milliseconds from the start of the audio.
    pub at_ms: u64,
    /// How the time is known.
    pub kind: TimingKind,
}
