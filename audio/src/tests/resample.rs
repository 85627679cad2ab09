//! The resampler against what the sound truly is between its samples.

use std::f64::consts::TAU;

use proptest::prelude::*;
use speech::SampleRate;

use super::signal::sound;
use crate::{EncodeError, Resampler};

/// What backends speak at, and what doors ask for.
const PAIRS: [(u32, u32); 14] = [
    (24_000, 8_000),
    (24_000, 16_000),
    (24_000, 22_050),
    (24_000, 32_000),
    (24_000, 44_100),
    (24_000, 48_000),
    (22_050, 24_000),
    (16_000, 24_000),
    (16_000, 8_000),
    (8_000, 48_000),
    (44_100, 8_000),
    (44_100, 24_000),
    (44_100, 48_000),
    (48_000, 8_000),
];

fn rate(rate: u32) -> SampleRate {
    SampleRate::new(rate).unwrap()
}

fn resample(from: u32, to: u32, pieces: &[&[f32]]) -> Vec<f32> {
    let mut resampler = Resampler::new(rate(from), rate(to)).unwrap();
    let mut out = Vec::new();
    for piece in pieces {
        resampler.resample(piece, &mut out);
    }
    resampler.finish(&mut out);
    out
}

/// A tone as it is at that rate.
fn tone(frequency: f64, rate: u32, samples: usize) -> Vec<f32> {
    (0..samples)
        .map(|index| (0.5 * (TAU * frequency * index as f64 / f64::from(rate)).sin()) as f32)
        .collect()
}

fn level(samples: impl Iterator<Item = f32>) -> f64 {
    let (sum, count) =
        samples.fold((0.0, 0), |(sum, count), sample| (sum + f64::from(sample).powi(2), count + 1));
    10.0 * (sum / f64::from(count) + 1e-20).log10()
}

/// Without the first and the last 20 ms, where the tone begins and ends.
fn middle(samples: &[f32], rate: u32) -> std::ops::Range<usize> {
    let edge = rate as usize / 50;
    edge..samples.len() - edge
}

#[test]
fn a_tone_that_both_rates_hold_is_the_same_tone_in_its_place() {
    for (from, to) in PAIRS {
        for part in [0.01, 0.1, 0.25, 0.4, 0.45] {
            let frequency = part * f64::from(from.min(to));
            let heard = resample(from, to, &[&tone(frequency, from, from as usize / 5)]);
            let meant = tone(frequency, to, heard.len());
            let middle = middle(&heard, to);
            let [heard, meant] = [&heard[middle.clone()], &meant[middle]];
            let change = level(heard.iter().copied()) - level(meant.iter().copied());
            assert!(change.abs() < 0.1, "{frequency} Hz from {from} to {to}: {change:.3} dB");
            // Whatever is not that tone, images among it.
            let rest = level(heard.iter().zip(meant).map(|(heard, meant)| heard - meant))
                - level(meant.iter().copied());
            assert!(rest < -80.0, "{frequency} Hz from {from} to {to}: {rest:.1} dB");
        }
    }
}

#[test]
fn a_tone_that_the_new_rate_cannot_hold_is_gone() {
    for (from, to) in PAIRS.into_iter().filter(|(from, to)| from > to) {
        for place in [0.0, 0.02, 0.1, 0.3, 0.7, 0.95] {
            let [lowest, highest] = [to, from].map(|rate| f64::from(rate) / 2.0);
            let frequency = lowest + place * (highest - lowest);
            let said = tone(frequency, from, from as usize / 5);
            let heard = resample(from, to, &[&said]);
            let middle = middle(&heard, to);
            let left = level(heard[middle].iter().copied()) - level(said.iter().copied());
            assert!(left < -80.0, "{frequency} Hz from {from} to {to}: {left:.1} dB");
        }
    }
}

#[test]
fn noise_keeps_what_both_rates_hold_and_nothing_else_comes() {
    let mut state = 1u32;
    let noise: Vec<f32> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    })
    .take(48_000)
    .collect();
    for (from, to) in PAIRS {
        let heard = resample(from, to, &[&noise.iter().map(|sample| sample * 0.5).collect::<Vec<_>>()]);
        // Power goes with the part of the band that passes: all of it where the rate rises, and 0.95 of what
        // the lower rate holds where it falls.
        let kept = level(heard.iter().copied()) - level(noise.iter().map(|sample| sample * 0.5));
        let part = 0.95 * f64::from(from.min(to)) / f64::from(from);
        let meant = 10.0 * part.log10();
        assert!((kept - meant).abs() < 0.3, "from {from} to {to}: {kept:.2} dB for {meant:.2} dB");
    }
}

#[test]
fn as_much_sound_leaves_as_comes_and_the_tail_is_whole() {
    for (from, to) in PAIRS {
        for samples in [0, 1, 2, 159, 1_000, 24_001] {
            let said = sound(from, samples);
            let heard = resample(from, to, &[&said]);
            let length = (samples as f64 * f64::from(to) / f64::from(from)).round() as usize;
            assert_eq!(heard.len(), length, "{samples} from {from} to {to}");
            // The end is heard as if silence had followed.
            let longer = resample(from, to, &[&said, &[0.0; 5_000]]);
            assert_eq!(heard, longer[..length], "{samples} from {from} to {to}");
        }
    }
}

#[test]
fn samples_leave_a_few_milliseconds_after_they_came() {
    for (from, to) in PAIRS {
        let mut resampler = Resampler::new(rate(from), rate(to)).unwrap();
        let mut heard = Vec::new();
        for (index, piece) in sound(from, from as usize / 5).chunks(97).enumerate() {
            resampler.resample(piece, &mut heard);
            let came = ((index * 97 + piece.len()) as f64) / f64::from(from);
            let late = came - heard.len() as f64 / f64::from(to);
            assert!(late < 0.008, "{:.1} ms from {from} to {to}", late * 1000.0);
        }
    }
}

#[test]
fn a_constant_stays_and_nan_spoils_nothing_else() {
    let heard = resample(24_000, 44_100, &[&[0.25; 4_800]]);
    assert!(heard[441..8_379].iter().all(|sample| (sample - 0.25).abs() < 1e-5));
    let heard = resample(24_000, 44_100, &[&[f32::NAN, f32::INFINITY, 0.25, 7.0]]);
    assert_eq!(heard, resample(24_000, 44_100, &[&[0.0, 1.0, 0.25, 1.0]]));
}

#[test]
fn rates_that_nobody_has_are_refused() {
    for (from, to) in [(47_999, 48_000), (1, 48_000), (u32::MAX, 8_000), (8_000, u32::MAX)] {
        let error = Resampler::new(rate(from), rate(to)).err().unwrap();
        assert!(matches!(error, EncodeError::Resample { .. }));
        assert_eq!(error.to_string(), format!("audio at {from} Hz cannot be brought to {to} Hz"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_samples_do_not_depend_on_how_they_come(cuts in prop::collection::vec(0..=3_000usize, 0..12)) {
        let said = sound(24_000, 3_000);
        let mut cuts = cuts;
        cuts.extend([0, said.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[f32]> = cuts.windows(2).map(|ends| &said[ends[0]..ends[1]]).collect();
        for to in [8_000, 22_050, 48_000] {
            prop_assert_eq!(resample(24_000, to, &pieces), resample(24_000, to, &[&said]));
        }
    }
}
