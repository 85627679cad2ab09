//! Louder or quieter, without a click where that changes.

use speech::SampleRate;

/// The longest that the way from silence to as loud as it was takes, in parts of a second.
const GLIDE: u32 = 200;

/// Makes speech louder or quieter. Where the gain changes it glides there within some milliseconds: a jump would be
/// heard as a click.
pub struct Gain {
    now: f32,
    /// The most that it changes from one sample to the next.
    step: f32,
}

impl Gain {
    /// A gain of so many times at the start of a stream: 2 makes every sample twice as large, which is 6 dB.
    pub fn new(rate: SampleRate, times: f32) -> Self {
        Self { now: times, step: GLIDE as f32 / rate.get() as f32 }
    }

    /// Makes the next samples `times` as large. They may leave -1.0..=1.0, where every encoder clamps them.
    pub fn apply(&mut self, times: f32, samples: &mut [f32]) {
        for sample in samples {
            self.now += (times - self.now).clamp(-self.step, self.step);
            *sample *= self.now;
        }
    }
}
