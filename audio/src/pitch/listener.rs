//! Where the voice hums, how fast, and where each of its periods is.

use speech::SampleRate;

use super::Sound;
use crate::resample::product;

/// The lowest and the highest pitch that voices have, in Hz.
const LOWEST: u32 = 65;
const HIGHEST: u32 = 500;

/// How much of the sound is compared with itself, in parts of a second.
const COMPARED: u32 = 40;

/// Marks per second where nobody hums.
const SILENT_MARKS: u32 = 200;

/// Samples per second in which the period is first looked for.
const COARSE_RATE: u32 = 8_000;

/// Samples are averaged over this part of a second before, so that the hum remains and what rings in the mouth is weaker.
const AVERAGED: u32 = 1_500;

/// Mean square of samples below which nobody can hear a hum.
const SILENCE: f32 = 1e-8;

/// How alike two periods of a voice are at least where it begins, and where it goes on.
const BEGINS: f32 = 0.7;
const GOES_ON: f32 = 0.5;

/// What an octave more of the period costs: two periods are as alike as one.
const PER_OCTAVE: f32 = 0.05;

/// What an octave away from the last period costs.
const PER_OCTAVE_AWAY: f32 = 0.1;

/// How much of a mark's worth is its energy; the rest is how alike it is to the last.
const ENERGY: f32 = 0.2;

/// A place in the sound that a grain can lie around.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) at: f64,
    /// Samples of the voice's period here; none where nobody hums.
    pub(super) period: Option<f64>,
}

/// Marks the sound from its start on: in every period of the voice the place with the most energy, and every 5 ms where
/// there is no voice.
pub(super) struct Listener {
    rate: u32,
    latest: Mark,
}

impl Listener {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self { rate: rate.get(), latest: Mark { at: 0.0, period: None } }
    }

    pub(super) fn latest(&self) -> Mark {
        self.latest
    }

    /// Samples behind a mark that must be known to find the next: two of the longest periods.
    pub(super) fn looks_ahead(&self) -> usize {
        (2 * self.rate / LOWEST) as usize
    }

    /// Samples before a mark that may still be needed.
    pub(super) fn looks_back(&self) -> i64 {
        2 * self.looks_ahead() as i64
    }

    /// Samples from one mark to the next where nobody hums.
    pub(super) fn silent_step(&self) -> f64 {
        f64::from(self.rate / SILENT_MARKS)
    }

    /// The next mark, once enough is known.
    pub(super) fn next(&mut self, sound: &Sound) -> Option<Mark> {
        let at = self.latest.at.round() as i64;
        if sound.end() < at + self.looks_ahead() as i64 {
            return None;
        }
        self.latest = match (self.period_at(at, sound), self.latest.period) {
            (None, _) => Mark { at: at as f64 + self.silent_step(), period: None },
            (Some(period), None) => {
                let half = period as i64 / 2;
                let places = at + half..at + half + period as i64;
                Mark { at: loudest(sound, places, half / 2) as f64, period: Some(period) }
            }
            (Some(period), Some(_)) => {
                let period = following(sound, at, period);
                Mark { at: self.latest.at + period, period: Some(period) }
            }
        };
        Some(self.latest)
    }

    /// The period of the voice around a place, in samples: the lag at which the sound is most like itself.
    fn period_at(&self, at: i64, sound: &Sound) -> Option<f64> {
        let step = (self.rate / COARSE_RATE).max(1);
        let rate = self.rate / step;
        let compared = (rate / COMPARED) as usize;
        let (shortest, longest) = ((rate / HIGHEST) as usize, (rate / LOWEST) as usize);
        let coarse = self.coarse(at, sound, step as usize, compared + longest + 2);
        if coarse.iter().map(|sample| sample * sample).sum::<f32>() < SILENCE * coarse.len() as f32 {
            return None;
        }
        let alike: Vec<f32> = (shortest - 1..=longest + 1)
            .map(|lag| {
                let start = (coarse.len() - compared - lag) / 2;
                likeness(&coarse[start..start + compared], &coarse[start + lag..start + lag + compared])
            })
            .collect();
        let before = self.latest.period.map(|period| period as f32 / step as f32);
        let worth = |index: usize| {
            let lag = (shortest + index) as f32;
            let away = before.map_or(0.0, |before| (lag / before).log2().abs());
            alike[index + 1] - PER_OCTAVE * lag.log2() - PER_OCTAVE_AWAY * away
        };
        let peaks = alike.windows(3).enumerate().filter(|(_, near)| near[0] < near[1] && near[1] >= near[2]);
        let best = peaks.map(|(index, _)| index).max_by(|&a, &b| worth(a).total_cmp(&worth(b)))?;
        let least = if before.is_some() { GOES_ON } else { BEGINS };
        let near = [alike[best], alike[best + 1], alike[best + 2]];
        (near[1] > least).then(|| ((shortest + best) as f64 + top(near)) * f64::from(step))
    }

    /// So many samples around a place, `step` apart, each an average, of mean zero.
    fn coarse(&self, at: i64, sound: &Sound, step: usize, length: usize) -> Vec<f32> {
        let width = (self.rate / AVERAGED) as usize;
        let start = at - (length * step / 2) as i64 - (width / 2) as i64;
        let samples = sound.between(start, start + (length * step + width) as i64);
        let averages = samples.windows(width).step_by(step).take(length);
        let coarse: Vec<f32> = averages.map(|samples| samples.iter().sum::<f32>() / width as f32).collect();
        let mean = coarse.iter().sum::<f32>() / coarse.len() as f32;
        coarse.iter().map(|sample| sample - mean).collect()
    }
}

/// How far the mark after the one at `at` is: about a period, where the sound is most like that around the mark, and has
/// its energy.
fn following(sound: &Sound, at: i64, period: f64) -> f64 {
    const SPREAD: f64 = 0.15;
    let half = (0.75 * period) as i64;
    let lags = (period * (1.0 - SPREAD)) as i64 - 1..=(period * (1.0 + SPREAD)) as i64 + 1;
    let here = sound.between(at - half, at + half);
    let there = sound.between(at + lags.start() - half, at + lags.end() + half);
    let total = power(&there).max(f32::MIN_POSITIVE);
    let worth: Vec<f32> = there
        .windows(here.len())
        .map(|there| {
            let middle = there.len() / 3..there.len() - there.len() / 3;
            likeness(&here, there) + ENERGY * power(&there[middle]) / total
        })
        .collect();
    let best = (1..worth.len() - 1).max_by(|&a, &b| worth[a].total_cmp(&worth[b])).unwrap_or(1);
    (lags.start() + best as i64) as f64 + top([worth[best - 1], worth[best], worth[best + 1]])
}

/// Which of those places has the most energy around it, so many samples to either side.
fn loudest(sound: &Sound, places: std::ops::Range<i64>, around: i64) -> i64 {
    let samples = sound.between(places.start - around, places.end + around);
    let powers = samples.windows(2 * around as usize + 1).map(power);
    let best = powers.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(index, _)| index);
    places.start + best as i64
}

fn power(samples: &[f32]) -> f32 {
    product(samples, samples)
}

/// 1 for sounds that differ in loudness alone, 0 for those that have nothing in common.
fn likeness(a: &[f32], b: &[f32]) -> f32 {
    product(a, b) / (power(a) * power(b)).sqrt().max(f32::MIN_POSITIVE)
}

/// Where the parabola through three neighbours has its top, from the middle one.
fn top([left, middle, right]: [f32; 3]) -> f64 {
    let bend = left - 2.0 * middle + right;
    if bend < 0.0 { (0.5 * f64::from(left - right) / f64::from(bend)).clamp(-0.5, 0.5) } else { 0.0 }
}
