//! Another pitch, the same voice: the pulses of the voice come more often or more rarely, and each sounds as it did.
//!
//! This is TD-PSOLA (Moulines and Charpentier, 1990). A [`Listener`] marks each period of the voice where it has its
//! energy. Around each mark lies a grain of the sound, which fades in over one period and out over the next. The grains
//! are laid down again, closer together or farther apart, some twice or not at all, so that the time stays. What makes a
//! vowel that vowel, and a voice that voice, is the shape of the pulses, and so does not change. Where nobody hums (noise,
//! silence) grains go back to where they come from, and what leaves is what came.

mod listener;

use std::collections::VecDeque;
use std::f64::consts::PI;
use std::ops::RangeInclusive;

use speech::SampleRate;

use crate::blocks::tame;
use crate::resample;
use listener::{Listener, Mark};

/// How far the filters reach that find the sound between two samples, in samples.
const REACH: usize = 16;

/// Places between two samples.
const PLACES: usize = 32;

/// The shortest fade between what is shifted and what is not, in seconds.
const SHORTEST_FADE: f64 = 0.002;

/// Shifts the pitch of speech as it comes, and keeps its formants, its length and its loudness. What leaves is late by
/// some 40 ms, and does not depend on how the samples are cut; those outside -1.0..=1.0 are clamped, NaN becomes
/// silence.
pub struct Pitch {
    ratio: f64,
    sound: Sound,
    listener: Listener,
    /// Those from the one on that the latest grain is around.
    marks: VecDeque<Mark>,
    grain: Grain,
    /// The grains so far, from the first sample on that has not left.
    mixed: Vec<f32>,
    given: usize,
    /// The sound between two samples, at each of [`PLACES`].
    filters: Vec<Vec<f32>>,
    shortest_fade: f64,
}

/// A piece of sound at its new place. How it fades out is known once the next one is.
struct Grain {
    at: f64,
    /// Samples from where it begins to fade in.
    fade_in: f64,
}

impl Pitch {
    /// The ratios at which somebody can be heard to speak: an octave down to an octave up.
    pub const RATIOS: RangeInclusive<f64> = 0.5..=2.0;

    /// A shifter at the start of a stream. `ratio` is the new pitch over the old: 2 to the power of a twelfth for a
    /// semitone. One outside [`RATIOS`](Self::RATIOS) is taken for the nearest within; 1, and NaN, hand the sound on.
    pub fn new(rate: SampleRate, ratio: f64) -> Self {
        let listener = Listener::new(rate);
        let (lowest, highest) = Self::RATIOS.into_inner();
        Self {
            ratio: if ratio.is_nan() { 1.0 } else { ratio.clamp(lowest, highest) },
            sound: Sound::default(),
            marks: VecDeque::from([listener.latest()]),
            listener,
            grain: Grain { at: 0.0, fade_in: 0.0 },
            mixed: Vec::new(),
            given: 0,
            filters: (0..PLACES)
                .map(|place| resample::filter(place as f64 / PLACES as f64, REACH, 1.0))
                .collect(),
            shortest_fade: SHORTEST_FADE * f64::from(rate.get()),
        }
    }

    /// Takes samples, and appends those of the new pitch that they complete to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.sound.samples.extend(samples.iter().copied().map(tame));
        if self.ratio == 1.0 {
            out.append(&mut self.sound.samples);
            return;
        }
        while let Some(mark) = self.listener.next(&self.sound) {
            self.marks.push_back(mark);
        }
        while self.lay_grain() {}
        // No later grain begins before the latest.
        let done = (self.grain.at - self.grain.fade_in).floor().max(0.0) as usize;
        let done = done.saturating_sub(self.given).min(self.mixed.len());
        out.extend(self.mixed.drain(..done));
        self.given += done;
        self.sound.forget_before(self.marks[0].at as i64 - self.listener.looks_back());
    }

    /// Appends the rest, so that as many samples have left as came. To be called once, at the end.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let due = self.sound.end() as usize - self.given;
        let mut rest = Vec::new();
        // Silence behind the end, until nothing before it can change any more.
        self.push(&vec![0.0; 4 * self.listener.looks_ahead()], &mut rest);
        rest.resize(due, 0.0);
        out.append(&mut rest);
    }

    /// Lays the latest grain down and takes up the next; not before it is known which that is.
    fn lay_grain(&mut self) -> bool {
        let Some((index, at)) = self.next_grain() else { return false };
        let space = at - self.grain.at;
        let (fade_out, fade_in) =
            self.marks[0].period.zip(self.marks[index].period).unwrap_or((space, space));
        let needed = self.marks[0].at + fade_out;
        if self.sound.end() <= needed as i64 + REACH as i64 {
            return false;
        }
        self.mix(fade_out);
        self.grain = Grain { at, fade_in: fade_in.min(space + self.grain.fade_in) };
        self.marks.drain(..index);
        true
    }

    /// Which mark the next grain is around, and where it goes to.
    fn next_grain(&self) -> Option<(usize, f64)> {
        let Some(period) = self.marks[0].period else { return Some((1, self.marks.get(1)?.at)) };
        let due = self.grain.at + period / self.ratio;
        if self.marks.back()?.at <= due {
            return None;
        }
        let earliest = self.grain.at + self.shortest_fade;
        let silent = self.marks.iter().position(|mark| mark.period.is_none() && mark.at >= earliest);
        if let Some(index) = silent.filter(|&index| self.marks[index].at <= due) {
            return Some((index, self.marks[index].at));
        }
        let distance = |index: usize| (self.marks[index].at - due).abs();
        let voiced =
            (0..silent.unwrap_or(self.marks.len())).filter(|&index| self.marks[index].period.is_some());
        voiced.min_by(|&a, &b| distance(a).total_cmp(&distance(b))).map(|index| (index, due))
    }

    /// Adds the latest grain to what leaves.
    fn mix(&mut self, fade_out: f64) {
        let Grain { at, fade_in } = self.grain;
        let mark = self.marks[0];
        // Twice as many pulses would have twice the power.
        let gain = if mark.period.is_some() { self.ratio.sqrt().recip() } else { 1.0 };
        let first = (at - fade_in).ceil().max(self.given as f64) as usize;
        let last = (at + fade_out).floor() as usize;
        if self.given + self.mixed.len() <= last {
            self.mixed.resize(last + 1 - self.given, 0.0);
        }
        let shift = ((mark.at - at) * PLACES as f64).round() as i64;
        let (samples, place) = (shift.div_euclid(PLACES as i64), shift.rem_euclid(PLACES as i64) as usize);
        let reach = REACH as i64;
        let source =
            self.sound.between(first as i64 + samples + 1 - reach, last as i64 + samples + 1 + reach);
        let mixed = self.mixed.iter_mut().skip(first - self.given);
        for ((mixed, index), around) in mixed.zip(first..=last).zip(source.windows(2 * REACH)) {
            let sample = match place {
                0 => around[REACH - 1],
                _ => resample::product(around, &self.filters[place]),
            };
            let from_mark = index as f64 - at;
            let fade = if from_mark < 0.0 { fade_in } else { fade_out };
            *mixed += sample * (gain * raised_cosine(from_mark / fade)) as f32;
        }
    }
}

/// From 1 at 0 to 0 at -1 and 1; two of them, a distance of 1 apart, add up to 1 between them.
fn raised_cosine(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { 0.5 + 0.5 * (PI * x.clamp(-1.0, 1.0)).cos() }
}

/// What was heard, as far back as anybody looks. Before its start and behind its end is silence.
#[derive(Default)]
struct Sound {
    samples: Vec<f32>,
    /// Samples that are forgotten.
    forgotten: i64,
}

impl Sound {
    fn end(&self) -> i64 {
        self.forgotten + self.samples.len() as i64
    }

    fn between(&self, start: i64, end: i64) -> Vec<f32> {
        let place = |at: i64| (at - self.forgotten).clamp(0, self.samples.len() as i64) as usize;
        let mut samples = vec![0.0; (place(start) as i64 + self.forgotten - start).max(0) as usize];
        samples.extend(&self.samples[place(start)..place(end)]);
        samples.resize((end - start).max(0) as usize, 0.0);
        samples
    }

    fn forget_before(&mut self, at: i64) {
        let old = (at - self.forgotten).clamp(0, self.samples.len() as i64);
        self.samples.drain(..old as usize);
        self.forgotten += old;
    }
}
