//! The shifter, on vowels whose pitch and formants are known.

use std::f64::consts::TAU;
use std::num::NonZeroU32;

use proptest::prelude::*;

use super::KOKORO;
use super::signal::{VOWELS, resonance, sound, vowel};
use crate::{Pitch, Resampler};

fn shifted(rate: u32, ratio: f64, pieces: &[&[f32]]) -> Vec<f32> {
    changed(rate, ratio, 1.0, pieces)
}

fn changed(rate: u32, ratio: f64, tempo: f64, pieces: &[&[f32]]) -> Vec<f32> {
    let mut pitch = Pitch::new(NonZeroU32::new(rate).unwrap(), ratio).at_tempo(tempo);
    let mut out = Vec::new();
    for piece in pieces {
        pitch.push(piece, &mut out);
    }
    pitch.finish(&mut out);
    out
}

/// Two seconds of it.
fn noise() -> Vec<f32> {
    let mut seed = 1u32;
    let next = |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.3 * (seed as f32 / u32::MAX as f32 - 0.5)
    };
    (0..48_000).map(next).collect()
}

/// Vowels of four pitches, with Hanning's slopes of 50 ms and silence between.
fn vowels(formants: &[(f64, f64)]) -> Vec<f32> {
    let mut said: Vec<f32> = Vec::new();
    for pitch in [90.0, 130.0, 210.0, 320.0] {
        let mut spoken = vowel(24_000, pitch, formants, 0.35);
        let length = spoken.len();
        for (index, sample) in spoken.iter_mut().enumerate() {
            let from_end = index.min(length - 1 - index).min(1_200) as f64;
            *sample *= (0.5 - 0.5 * (TAU / 2.0 * from_end / 1_200.0).cos()) as f32;
        }
        said.extend(spoken);
        said.extend([0.0; 2_400]);
    }
    said
}

fn steepest(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// What of a sound is like itself after each lag, over all of it.
fn autocorrelation(sound: &[f32], lags: usize) -> Vec<f64> {
    (0..lags)
        .map(|lag| sound.iter().zip(&sound[lag..]).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum())
        .collect()
}

/// The mean pitch in Hz, about as high as `about`: the mouth taken off again, what remains are the pulses of the throat.
fn pitch_of(sound: &[f32], rate: u32, formants: &[(f64, f64)], about: f64) -> f64 {
    let mut pulses: Vec<f64> = sound.iter().map(|&sample| f64::from(sample)).collect();
    for &formant in formants {
        let (near, far) = resonance(rate, formant);
        pulses = pulses.windows(3).map(|last| last[2] - near * last[1] - far * last[0]).collect();
    }
    let apart = (0.6 * f64::from(rate) / about) as usize;
    let is_peak = |&place: &usize| {
        let around = &pulses[place.saturating_sub(apart)..(place + apart).min(pulses.len())];
        around.iter().all(|other| *other <= pulses[place])
    };
    let places: Vec<usize> = (0..pulses.len()).filter(is_peak).collect();
    let mut periods: Vec<usize> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
    periods.sort_unstable();
    let usual = &periods[periods.len() / 4..periods.len() * 3 / 4];
    f64::from(rate) * usual.len() as f64 / usual.iter().sum::<usize>() as f64
}

/// The lowest formants in Hz: the peaks of what linear prediction makes of the whole sound.
fn formants_of(sound: &[f32], rate: u32) -> Vec<f64> {
    const RATE: u32 = 8_000;
    const ORDER: usize = 10;
    let mut resampler =
        Resampler::new(NonZeroU32::new(rate).unwrap(), NonZeroU32::new(RATE).unwrap()).unwrap();
    let mut low = Vec::new();
    resampler.resample(sound, &mut low);
    let sound: Vec<f32> = low.windows(2).map(|pair| pair[1] - 0.9 * pair[0]).collect();
    let alike = autocorrelation(&sound, ORDER + 1);
    let (mut weights, mut error) = (vec![1.0], alike[0]);
    for length in 1..=ORDER {
        let sum: f64 = (0..length).map(|index| weights[index] * alike[length - index]).sum();
        let reflection = -sum / error;
        weights.push(0.0);
        let mirrored: Vec<f64> = weights.iter().rev().copied().collect();
        weights.iter_mut().zip(mirrored).for_each(|(weight, mirror)| *weight += reflection * mirror);
        error *= 1.0 - reflection * reflection;
    }
    let strength = |frequency: f64| {
        let (re, im) = weights.iter().enumerate().fold((0.0, 0.0), |(re, im), (index, weight)| {
            let angle = TAU * frequency / f64::from(RATE) * index as f64;
            (re + weight * angle.cos(), im - weight * angle.sin())
        });
        (re * re + im * im).recip()
    };
    let strengths: Vec<f64> = (0..800).map(|index| strength(5.0 * f64::from(index))).collect();
    let peaks = strengths.windows(3).enumerate().filter(|(_, near)| near[0] < near[1] && near[1] >= near[2]);
    peaks.map(|(index, _)| 5.0 * (index + 1) as f64).collect()
}

fn loudness(sound: &[f32]) -> f64 {
    (sound.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / sound.len() as f64).sqrt()
}

#[test]
fn the_pitch_moves_and_the_formants_stay() {
    for formants in VOWELS {
        for (pitch, ratio) in [
            (110.0, 0.75),
            (110.0, 1.2),
            (110.0, 1.6),
            (110.0, 2.0),
            (130.0, 0.5),
            (200.0, 0.8),
            (160.0, 1.25),
        ] {
            let said = vowel(24_000, pitch, &formants, 1.5);
            let heard = shifted(24_000, ratio, &[&said]);
            assert_eq!(heard.len(), said.len());
            let (said, heard) = (&said[2_400..33_600], &heard[2_400..33_600]);
            let moved =
                pitch_of(heard, 24_000, &formants, pitch * ratio) / pitch_of(said, 24_000, &formants, pitch);
            let context = format!("{formants:?} at {pitch} Hz times {ratio}");
            assert!((moved / ratio - 1.0).abs() < 0.02, "{moved:.3}: {context}");
            // Prediction leans to the harmonics that there are, so it may find what it finds in what was said, or
            // in what the same mouth would say at the new pitch.
            let meant = vowel(24_000, pitch * ratio, &formants, 1.3);
            let [found, before, meant] = [heard, said, &meant].map(|sound| formants_of(sound, 24_000));
            for ((found, before), meant) in found.iter().zip(&before).zip(&meant).take(3) {
                let near = 0.9 * before.min(*meant)..1.1 * before.max(*meant);
                assert!(near.contains(found), "{found} for {meant} Hz: {context}");
            }
            let louder = 20.0 * (loudness(heard) / loudness(said)).log10();
            assert!(louder.abs() < 3.5, "{louder:.1} dB: {context}");
        }
    }
}

#[test]
fn it_shifts_at_every_rate_that_speech_has() {
    for rate in [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000] {
        let said = vowel(rate, 150.0, &VOWELS[0][..3], 1.0);
        let heard = shifted(rate, 1.3, &[&said]);
        assert_eq!(heard.len(), said.len());
        let moved =
            pitch_of(&heard, rate, &VOWELS[0][..3], 195.0) / pitch_of(&said, rate, &VOWELS[0][..3], 150.0);
        assert!((moved / 1.3 - 1.0).abs() < 0.03, "{moved:.3} at {rate} Hz");
    }
}

/// Beginnings and ends of a voice, and its middle, are as smooth as they came.
#[test]
fn nothing_clicks() {
    for ratio in [0.5, 0.7, 0.9, 1.1, 1.5, 2.0] {
        for formants in VOWELS {
            let said = vowels(&formants);
            let heard = shifted(24_000, ratio, &[&said]);
            // Power is kept, so that rarer pulses are larger.
            let allowed = 1.1 * steepest(&said) * ratio.sqrt().recip().max(1.0) as f32;
            assert!(steepest(&heard) < allowed, "{} of {allowed} at {ratio}", steepest(&heard));
        }
    }
}

#[test]
fn silence_stays_silence_and_noise_stays_as_it_is() {
    assert_eq!(shifted(24_000, 1.7, &[&[0.0; 10_000]]), [0.0; 10_000]);
    let noise = noise();
    for ratio in [0.6, 1.7] {
        let heard = shifted(24_000, ratio, &[&noise]);
        let kept = noise.iter().zip(&heard).filter(|(a, b)| (**a - **b).abs() < 1e-6).count();
        assert!(kept > 47_000, "{kept} of 48000 at {ratio}");
    }
}

#[test]
fn a_ratio_of_one_hands_the_sound_on_and_one_without_sense_is_the_nearest_with() {
    let said = vowel(24_000, 140.0, &VOWELS[1], 0.5);
    for ratio in [1.0, f64::NAN] {
        assert_eq!(shifted(24_000, ratio, &[&said]), said);
    }
    assert_eq!(shifted(24_000, 9.0, &[&said]), shifted(24_000, 2.0, &[&said]));
    assert_eq!(shifted(24_000, -1.0, &[&said]), shifted(24_000, 0.5, &[&said]));
    assert_eq!(shifted(24_000, 1.5, &[&[f32::NAN, 7.0]]), shifted(24_000, 1.5, &[&[0.0, 1.0]]));
}

#[test]
fn as_many_samples_leave_as_are_to_however_they_are_cut() {
    let said =
        [vowel(24_000, 120.0, &VOWELS[0], 0.3), sound(24_000, 3_000), vowel(24_000, 260.0, &VOWELS[2], 0.2)]
            .concat();
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(
        length in 0..said.len(),
        mut cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ratio in prop_oneof![Just(1.0), 0.5..2.0f64],
        tempo in prop_oneof![Just(1.0), 0.5..2.0f64],
    )| {
        let said = &said[..length];
        let mut places: Vec<usize> = cuts.drain(..).map(|cut| cut.index(length + 1)).chain([0, length]).collect();
        places.sort_unstable();
        let pieces: Vec<&[f32]> = places.windows(2).map(|ends| &said[ends[0]..ends[1]]).collect();
        let heard = changed(24_000, ratio, tempo, &pieces);
        prop_assert_eq!(heard.len(), (length as f64 / tempo).round() as usize);
        prop_assert_eq!(heard, changed(24_000, ratio, tempo, &[said]));
    });
}

/// Whoever listens waits for no more than 60 ms, or for 75 ms of what is spoken twice as fast.
#[test]
fn it_is_late_by_no_more_than_60_ms() {
    for pitch in [80.0, 150.0, 300.0] {
        for (ratio, tempo, most_ms) in [(0.8, 1.0, 60.0), (1.0, 0.5, 60.0), (1.0, 2.0, 75.0)] {
            let said = vowel(24_000, pitch, &VOWELS[0], 1.0);
            let mut shifter = Pitch::new(KOKORO, ratio).at_tempo(tempo);
            let mut heard = Vec::new();
            for (index, piece) in said.chunks(240).enumerate() {
                shifter.push(piece, &mut heard);
                let late = ((index + 1) * 240) as f64 - heard.len() as f64 * tempo;
                assert!(late < 24.0 * most_ms, "{late} samples at {pitch} Hz, {tempo} times as fast");
            }
        }
    }
}

#[test]
fn the_pace_changes_and_the_pitch_and_the_formants_stay() {
    for formants in VOWELS {
        for pitch in [90.0, 120.0, 200.0] {
            for (ratio, tempo) in [(1.0, 0.5), (1.0, 0.8), (1.0, 1.25), (1.0, 2.0), (1.2, 1.4)] {
                let said = vowel(24_000, pitch, &formants, 2.0);
                let heard = changed(24_000, ratio, tempo, &[&said]);
                let said = shifted(24_000, ratio, &[&said]);
                assert_eq!(heard.len(), (said.len() as f64 / tempo).round() as usize);
                // The same words: a whole number of the slow rises and falls of the pitch.
                let part = |start: f64| (start / tempo) as usize..((start + 36_000.0) / tempo) as usize;
                let (said, heard) = (&said[6_000..42_000], &heard[part(6_000.0)]);
                let [now, then] =
                    [heard, said].map(|sound| pitch_of(sound, 24_000, &formants, pitch * ratio));
                let context = format!("{formants:?} at {pitch} Hz, {ratio} times as high, {tempo} as fast");
                assert!((now / then - 1.0).abs() < 0.02, "{now:.1} for {then:.1} Hz: {context}");
                let [found, before] = [heard, said].map(|sound| formants_of(sound, 24_000));
                for (found, before) in found.iter().zip(&before).take(3) {
                    assert!((found / before - 1.0).abs() < 0.1, "{found} for {before} Hz: {context}");
                }
                let louder = 20.0 * (loudness(heard) / loudness(said)).log10();
                assert!(louder.abs() < 2.0, "{louder:.1} dB: {context}");
            }
        }
    }
}

/// Samples of a period around a place, at about that pitch: the lag at which the sound is most like itself.
fn period_at(sound: &[f32], at: usize, about: f64) -> f64 {
    let compared = |lag: usize| {
        let (one, other) = (&sound[at - 480 - lag / 2..][..960], &sound[at - 480 - lag / 2 + lag..][..960]);
        let product = |a: &[f32], b: &[f32]| -> f64 {
            a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
        };
        product(one, other) / (product(one, one) * product(other, other)).sqrt()
    };
    let lags = (0.8 * 24_000.0 / about) as usize..(1.25 * 24_000.0 / about) as usize;
    lags.max_by(|&a, &b| compared(a).total_cmp(&compared(b))).unwrap() as f64
}

#[test]
fn the_melody_is_the_same_at_its_new_pace() {
    for formants in VOWELS {
        for pitch in [220.0, 280.0] {
            let said = vowel(24_000, pitch, &formants, 1.0);
            for tempo in [0.5, 0.8, 1.25, 2.0] {
                let heard = changed(24_000, 1.0, tempo, &[&said]);
                let far: Vec<f64> = (4_800..19_200)
                    .step_by(480)
                    .map(|at| {
                        let now = period_at(&heard, (at as f64 / tempo) as usize, pitch);
                        (now / period_at(&said, at, pitch) - 1.0).abs()
                    })
                    .collect();
                let mean = far.iter().sum::<f64>() / far.len() as f64;
                assert!(mean < 0.025, "{mean:.4} at {pitch} Hz, {tempo} times as fast: {formants:?}");
            }
        }
    }
}

#[test]
fn every_word_comes_at_its_new_time() {
    let said = vowels(&VOWELS[0]);
    for tempo in [0.5, 0.75, 1.5, 2.0] {
        let heard = changed(24_000, 1.0, tempo, &[&said]);
        for ten_ms in 0..said.len() / 240 {
            let around = |sound: &[f32], from: f64, to: f64| {
                let place = |at: f64| (at.max(0.0) as usize).min(sound.len());
                loudness(&sound[place(from)..place(to).max(place(from) + 1)])
            };
            let at = ten_ms as f64 * 240.0;
            let now = around(&heard, at / tempo, (at + 240.0) / tempo);
            let then = around(&said, at - 480.0, at + 720.0);
            assert!(now < 2.0 * then + 0.001, "{now} of {then} at {at}, {tempo} times as fast");
        }
        let allowed = 1.1 * steepest(&said);
        assert!(steepest(&heard) < allowed, "{} of {allowed} at {tempo}", steepest(&heard));
    }
}

/// Nobody hears a tone in it, nor that it comes and goes.
#[test]
fn noise_stays_noise_at_any_pace_and_silence_silence() {
    let noise = noise();
    for tempo in [0.5, 0.7, 0.9, 1.2, 2.0] {
        assert!(changed(24_000, 1.0, tempo, &[&[0.0; 10_000]]).iter().all(|sample| *sample == 0.0));
        let heard = changed(24_000, 1.0, tempo, &[&noise]);
        let middle = &heard[2_400..heard.len() - 2_400];
        let louder = 20.0 * (loudness(middle) / loudness(&noise)).log10();
        assert!(louder.abs() < 0.5, "{louder:.2} dB at {tempo}");
        let alike = autocorrelation(middle, 1_200);
        let tone = alike[24..].iter().fold(0.0f64, |most, alike| most.max(alike.abs())) / alike[0];
        assert!(tone < 0.2, "{tone:.3} alike at {tempo}");
    }
}
