//! The two sides while they are warm: both have their model loaded, and speak what they are told.

mod ours;
mod theirs;

use serde::Deserialize;

pub use ours::Ours;
pub use theirs::Theirs;

/// Samples per second of either side.
const RATE: f64 = 24_000.0;

/// What came of one or several texts.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Heard {
    /// Seconds from the call to the first audio in the caller's hands.
    pub first_audio: f64,
    /// Seconds from the call to the end of the last audio.
    pub seconds: f64,
    /// How many samples of audio.
    pub samples: u64,
}

impl Heard {
    /// How long it takes to listen to.
    pub fn audio_seconds(&self) -> f64 {
        self.samples as f64 / RATE
    }

    /// Seconds of audio made in one second.
    pub fn pace(&self) -> f64 {
        self.audio_seconds() / self.seconds
    }
}
