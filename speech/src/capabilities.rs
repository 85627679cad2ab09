//! What a backend can do.

use serde::Serialize;

use crate::Codec;

/// What a backend can do beside speaking plain text. What is not said, it cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// It reads SSML itself.
    pub ssml: bool,
    /// It tells the times of its words, as measured.
    pub timings: bool,
    /// It tells the shapes of the mouth.
    pub visemes: bool,
    /// It makes voices of recordings.
    pub cloning: bool,
    /// It can be told how to feel: by instructions, styles or tags.
    pub emotion: bool,
    /// Its audio comes while it is being spoken.
    pub streaming: bool,
    /// What it can be asked for without anybody converting it; empty where it gives samples only.
    pub formats: Vec<Codec>,
    /// Samples a second of what it makes by itself, best first.
    pub sample_rates: Vec<u32>,
}
