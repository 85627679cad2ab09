//! From one sample rate to another: a windowed sinc, evaluated where each sample of the new rate lies.
//!
//! The filter passes what lies below 0.45 of the lower rate and removes what lies above half of it, which
//! that rate could only hold as something else. It looks [`REACH`] samples of the lower rate ahead: 7 ms at 8
//! kHz, 2.4 ms at 24 kHz. Sample n of the new rate lies exactly at time n/rate of the old: nothing shifts.
//!
//! Own code, and not a library's, for three properties: the samples are the same on every processor, they do
//! not wait for a block, and the filter's table is exact and small where the rates are commensurable, as
//! those of audio are.

use std::f64::consts::PI;

use speech::SampleRate;

use crate::blocks::tame;
use crate::{EncodeError, Encoder};

/// The middle of the step from what passes to what does not, in parts of the lower rate.
const CUTOFF: f64 = 0.475;

/// The width of that step.
const STEP: f64 = 0.05;

/// How far down what does not pass is, in dB.
const ATTENUATION: f64 = 90.0;

/// How far the filter reaches to either side, in samples of the lower rate (Kaiser's formula for its length).
const REACH: f64 = (ATTENUATION - 7.95) / (2.0 * 14.36 * STEP);

/// The shape of Kaiser's window for that attenuation (his formula for more than 50 dB).
const BETA: f64 = 0.1102 * (ATTENUATION - 8.7);

/// The most numbers in a filter's table: 4 MiB of them. All pairs of audio's usual rates take far fewer.
const LARGEST_TABLE: usize = 1 << 20;

/// Makes mono samples of one rate into samples of another, as they come. What leaves does not depend on how
/// they are cut; samples outside -1.0..=1.0 are clamped, NaN becomes silence.
pub struct Resampler {
    /// A filter for each place that a new sample can have between two old ones, one after another.
    filters: Vec<f32>,
    /// Numbers in each filter.
    taps: usize,
    /// New samples in the time of `down` old ones.
    up: usize,
    down: usize,
    /// The old samples that the next new one depends on, and those after them.
    heard: Vec<f32>,
    /// Which filter the next new sample takes.
    place: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// A resampler at the start of a stream.
    ///
    /// # Errors
    /// [`EncodeError::Resample`] where the rates are too far apart or have too little in common.
    pub fn new(from: SampleRate, to: SampleRate) -> Result<Self, EncodeError> {
        let (from_rate, to_rate) = (from.get() as usize, to.get() as usize);
        let common = greatest_common_divisor(from_rate, to_rate);
        let (up, down) = (to_rate / common, from_rate / common);
        let lower = (up as f64 / down as f64).min(1.0);
        // A multiple of four to either side makes the filters multiples of eight, which processors like.
        let reach = ((REACH / lower).ceil() as usize).next_multiple_of(4);
        let taps = 2 * reach;
        if taps.saturating_mul(up) > LARGEST_TABLE {
            return Err(EncodeError::Resample { from, to });
        }
        let filters = (0..up).flat_map(|place| filter(place as f64 / up as f64, reach, lower)).collect();
        let heard = vec![0.0; reach - 1];
        Ok(Self { filters, taps, up, down, heard, place: 0, taken: 0, given: 0 })
    }

    /// Takes samples and appends those of the new rate that they complete to `out`.
    pub fn resample(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.taken += samples.len() as u64;
        self.heard.extend(samples.iter().copied().map(tame));
        let before = out.len();
        self.give(out);
        self.given += (out.len() - before) as u64;
    }

    /// Appends the rest: as much sound leaves as came in, to the nearest sample. To be called once, at the
    /// end.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let (up, down) = (self.up as u64, self.down as u64);
        let due = (self.taken * up + down / 2) / down - self.given;
        self.heard.resize(self.heard.len() + self.taps, 0.0);
        let before = out.len();
        self.give(out);
        out.truncate(before + due as usize);
    }

    fn give(&mut self, out: &mut Vec<f32>) {
        let mut start = 0;
        while let Some(heard) = self.heard.get(start..start + self.taps) {
            out.push(product(heard, &self.filters[self.place * self.taps..][..self.taps]));
            self.place += self.down;
            start += self.place / self.up;
            self.place %= self.up;
        }
        self.heard.drain(..start);
    }
}

/// The filter for a new sample that lies `place` of the way from one old sample to the next, which is the one at
/// `reach - 1` of those that it is multiplied with.
pub(crate) fn filter(place: f64, reach: usize, lower: f64) -> Vec<f32> {
    let cutoff = 2.0 * CUTOFF * lower;
    let taps: Vec<f64> = (0..2 * reach)
        .map(|tap| tap as f64 - (reach - 1) as f64 - place)
        .map(|time| sinc(cutoff * time) * kaiser(time / reach as f64))
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window at a place of -1.0..=1.0, but for a factor.
fn kaiser(place: f64) -> f64 {
    bessel(BETA * (1.0 - place * place).max(0.0).sqrt())
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > sum * f64::EPSILON {
        term *= (x / 2.0 / n).powi(2);
        sum += term;
        n += 1.0;
    }
    sum
}

/// The sum of the products, eight at a time: the order is part of the result. Those after the last eight do not count.
pub(crate) fn product(samples: &[f32], filter: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    for (samples, filter) in samples.chunks_exact(8).zip(filter.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += samples[lane] * filter[lane];
        }
    }
    sums.iter().sum()
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// An encoder of samples at another rate than its own.
pub(crate) struct Resampled {
    resampler: Resampler,
    encoder: Box<dyn Encoder>,
}

impl Resampled {
    pub(crate) fn new(
        from: SampleRate,
        to: SampleRate,
        encoder: Box<dyn Encoder>,
    ) -> Result<Self, EncodeError> {
        Ok(Self { resampler: Resampler::new(from, to)?, encoder })
    }
}

impl Encoder for Resampled {
    fn encode(&mut self, samples: &[f32], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut resampled = Vec::new();
        self.resampler.resample(samples, &mut resampled);
        self.encoder.encode(&resampled, out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut rest = Vec::new();
        self.resampler.finish(&mut rest);
        self.encoder.encode(&rest, out)?;
        self.encoder.finish(out)
    }
}
