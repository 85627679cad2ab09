//! Codecs want blocks of one size; speech comes in pieces of any.

/// Cuts samples into blocks of one size, and makes every sample a finite number in -1.0..=1.0.
pub(crate) struct Blocks {
    size: usize,
    waiting: Vec<f32>,
}

impl Blocks {
    pub(crate) fn of(size: usize) -> Self {
        Self { size, waiting: Vec::with_capacity(size) }
    }

    /// Takes samples and hands over each block that they fill.
    pub(crate) fn fill<E>(
        &mut self,
        samples: &[f32],
        mut full: impl FnMut(&[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        for &sample in samples {
            self.waiting.push(tame(sample));
            if self.waiting.len() == self.size {
                full(&self.waiting)?;
                self.waiting.clear();
            }
        }
        Ok(())
    }

    /// The samples that did not fill a block.
    pub(crate) fn rest(&self) -> &[f32] {
        &self.waiting
    }

    /// How many samples of silence, at least `least`, complete the last block.
    pub(crate) fn silence_to_end(&self, least: usize) -> usize {
        (self.waiting.len() + least).next_multiple_of(self.size) - self.waiting.len()
    }
}

/// NaN becomes silence; everything else, infinities included, is clamped.
pub(crate) fn tame(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) }
}
