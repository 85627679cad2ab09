//! Another pitch or another pace, the same voice: the pulses of the voice come more often or more rarely, or more of
//! them or fewer, and each sounds as it did.
//!
//! This is TD-PSOLA (Moulines and Charpentier, 1990). A [`Listener`] marks each period of the voice where it has its
//! energy. Around each mark lies a grain of the sound, which fades in over one period and out over the next. The grains
//! are laid down again, closer together or farther apart, some twice or not at all, so that it takes as long as it is to.
//! What makes a vowel that vowel, and a voice that voice, is the shape of the pulses, and so does not change. Where nobody
//! hums (noise, silence) grains are 5 ms apart and go on from each other: at the old pace, what leaves is what came; at
//! another, some are left out, or said again backwards, for noise that comes twice the same way has a pitch.

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

/// Changes the pitch and the pace of speech as it comes, and keeps its formants and its loudness. What leaves is late by
/// some 40 ms, and does not depend on how the samples are cut; those outside -1.0..=1.0 are clamped, NaN becomes
/// silence.
pub struct Pitch {
    ratio: f64,
    tempo: f64,
    sound: Sound,
    listener: Listener,
    /// Those that the next grains may be around.
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
#[derive(Clone, Copy)]
struct Grain {
    /// Its place in what leaves.
    at: f64,
    /// Its place in what came.
    mark: Mark,
    is_backwards: bool,
    fade_in: Fade,
}

/// How one grain becomes the next.
#[derive(Clone, Copy)]
struct Fade {
    /// In samples.
    length: f64,
    /// Whether they have nothing in common, so that it is their powers that add up.
    is_seam: bool,
}

impl Pitch {
    /// The ratios at which somebody can be heard to speak: an octave down to an octave up, half to twice as fast.
    pub const RATIOS: RangeInclusive<f64> = 0.5..=2.0;

    /// A shifter at the start of a stream. `ratio` is the new pitch over the old: 2 to the power of a twelfth for a
    /// semitone. One outside [`RATIOS`](Self::RATIOS) is taken for the nearest within; 1, and NaN, leave it.
    pub fn new(rate: SampleRate, ratio: f64) -> Self {
        let listener = Listener::new(rate);
        let mark = listener.latest();
        Self {
            ratio: within(ratio),
            tempo: 1.0,
            sound: Sound::default(),
            marks: VecDeque::from([mark]),
            listener,
            grain: Grain {
                at: 0.0,
                mark,
                is_backwards: false,
                fade_in: Fade { length: 0.0, is_seam: false },
            },
            mixed: Vec::new(),
            given: 0,
            filters: (0..PLACES)
                .map(|place| resample::filter(place as f64 / PLACES as f64, REACH, 1.0))
                .collect(),
            shortest_fade: SHORTEST_FADE * f64::from(rate.get()),
        }
    }

    /// The same, so many times as fast. One outside [`RATIOS`](Self::RATIOS) is taken for the nearest within; 1, and NaN,
    /// leave it.
    pub fn at_tempo(self, tempo: f64) -> Self {
        Self { tempo: within(tempo), ..self }
    }

    /// Takes samples, and appends those of the new pitch that they complete to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.sound.samples.extend(samples.iter().copied().map(tame));
        if self.ratio == 1.0 && self.tempo == 1.0 {
            out.append(&mut self.sound.samples);
            return;
        }
        while let Some(mark) = self.listener.next(&self.sound) {
            self.marks.push_back(mark);
        }
        while self.lay_grain() {}
        // No later grain begins before the latest.
        let done = (self.grain.at - self.grain.fade_in.length).floor().max(0.0) as usize;
        let done = done.saturating_sub(self.given).min(self.mixed.len());
        out.extend(self.mixed.drain(..done));
        self.given += done;
        self.sound.forget_before(self.grain.mark.at as i64 - self.listener.looks_back());
    }

    /// Appends the rest, so that as many samples have left as came, over the tempo. To be called once, at the end.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let whole = (self.sound.end() as f64 / self.tempo).round() as usize;
        let due = whole.saturating_sub(self.given);
        let mut rest = Vec::new();
        // Silence behind the end, until nothing before it can change any more.
        self.push(&vec![0.0; 4 * self.listener.looks_ahead()], &mut rest);
        rest.resize(due, 0.0);
        out.append(&mut rest);
    }

    /// Lays the latest grain down and takes up the next; not before it is known which that is.
    fn lay_grain(&mut self) -> bool {
        let Some((passed, mark, at)) = self.next_grain() else { return false };
        let Grain { at: before, mark: last, is_backwards, fade_in } = self.grain;
        let space = at - before;
        let is_noise = last.period.is_none() && mark.period.is_none();
        let goes_on = !is_backwards && (mark.at - last.at - space).abs() < 0.5;
        let is_seam = is_noise && !goes_on;
        let (fade_out, next_fade_in) = last.period.zip(mark.period).unwrap_or((space, space));
        let needed = last.at + fade_out.max(fade_in.length);
        if self.sound.end() <= needed as i64 + REACH as i64 {
            return false;
        }
        self.mix(Fade { length: fade_out, is_seam });
        let fade_in = Fade { length: next_fade_in.min(space + fade_in.length), is_seam };
        let is_backwards = is_noise && mark == last && !is_backwards;
        self.grain = Grain { at, mark, is_backwards, fade_in };
        self.marks.drain(..passed);
        true
    }

    /// What the next grain is around, how many marks that leaves behind, and where it goes to.
    fn next_grain(&self) -> Option<(usize, Mark, f64)> {
        let Grain { at, mark, .. } = self.grain;
        let Some(period) = mark.period else { return self.next_in_noise() };
        let due = at + period / self.ratio;
        if self.marks.back()?.at <= due * self.tempo {
            return None;
        }
        let place = |index: usize| self.marks[index].at / self.tempo;
        let marks = 0..self.marks.len();
        let is_voiced = |index: &usize| self.marks[*index].period.is_some();
        let earliest = at + self.shortest_fade;
        let silent = marks.clone().find(|index| !is_voiced(index) && place(*index) >= earliest);
        if let Some(index) = silent.filter(|&index| place(index) <= due) {
            return Some((index, self.marks[index], place(index)));
        }
        let distance = |index: usize| (place(index) - due).abs();
        let voiced = (0..silent.unwrap_or(marks.end)).filter(is_voiced);
        let nearest = voiced.min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        nearest.map(|index| (index, self.marks[index], due))
    }

    /// The same behind a grain where nobody hums: the voice where it begins, or what goes on from that grain, unless the
    /// one before or after it is nearer to its time.
    fn next_in_noise(&self) -> Option<(usize, Mark, f64)> {
        let Grain { at, mark, .. } = self.grain;
        let step = self.listener.silent_step();
        let due = at + step;
        let latest = due + self.shortest_fade;
        if self.marks.back()?.at <= latest * self.tempo {
            return None;
        }
        let voiced = self.marks.iter().position(|mark| mark.period.is_some());
        if let Some(index) = voiced.filter(|&index| self.marks[index].at <= latest * self.tempo) {
            let mark = self.marks[index];
            return Some((index, mark, (mark.at / self.tempo).max(at + self.shortest_fade)));
        }
        let steps = ((due * self.tempo - mark.at) / step).round();
        let passed = self.marks.partition_point(|mark| mark.at <= due * self.tempo);
        Some((passed, Mark { at: mark.at + steps * step, period: None }, due))
    }

    /// Adds the latest grain to what leaves.
    fn mix(&mut self, fade_out: Fade) {
        let Grain { at, mark, is_backwards, fade_in } = self.grain;
        // Twice as many pulses would have twice the power.
        let gain = if mark.period.is_some() { self.ratio.sqrt().recip() } else { 1.0 };
        let first = (at - fade_in.length).ceil().max(self.given as f64) as usize;
        let last = (at + fade_out.length).floor() as usize;
        if self.given + self.mixed.len() <= last {
            self.mixed.resize(last + 1 - self.given, 0.0);
        }
        let grain = match is_backwards {
            true => self.sound.backwards((mark.at + at).round() as i64, first as i64, last as i64),
            false => self.moved(mark.at - at, first as i64, last as i64),
        };
        let mixed = self.mixed.iter_mut().skip(first - self.given);
        for ((mixed, sample), index) in mixed.zip(grain).zip(first..=last) {
            let from_mark = index as f64 - at;
            let fade = if from_mark < 0.0 { fade_in } else { fade_out };
            *mixed += sample * (gain * fade.at(from_mark)) as f32;
        }
    }

    /// The sound from `first` to `last`, each sample from so far behind it.
    fn moved(&self, by: f64, first: i64, last: i64) -> Vec<f32> {
        let shift = (by * PLACES as f64).round() as i64;
        let (samples, place) = (shift.div_euclid(PLACES as i64), shift.rem_euclid(PLACES as i64) as usize);
        let reach = REACH as i64;
        let source = self.sound.between(first + samples + 1 - reach, last + samples + 1 + reach);
        let sample = |around: &[f32]| match place {
            0 => around[REACH - 1],
            _ => resample::product(around, &self.filters[place]),
        };
        source.windows(2 * REACH).map(sample).collect()
    }
}

/// The nearest ratio that there is.
fn within(ratio: f64) -> f64 {
    let (lowest, highest) = Pitch::RATIOS.into_inner();
    if ratio.is_nan() { 1.0 } else { ratio.clamp(lowest, highest) }
}

impl Fade {
    /// How much of a grain is left so far from its middle.
    fn at(self, from_middle: f64) -> f64 {
        let share = raised_cosine(from_middle / self.length);
        if self.is_seam { share.sqrt() } else { share }
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

    /// From `first` to `last`, mirrored: what is there and what comes instead add up to `sum`.
    fn backwards(&self, sum: i64, first: i64, last: i64) -> Vec<f32> {
        let mut samples = self.between(sum - last, sum - first + 1);
        samples.reverse();
        samples
    }

    fn forget_before(&mut self, at: i64) {
        let old = (at - self.forgotten).clamp(0, self.samples.len() as i64);
        self.samples.drain(..old as usize);
        self.forgotten += old;
    }
}
