//! Sounds to encode, and how far what is heard is from them.

use std::f32::consts::TAU;
use std::f64::consts::PI;

/// A tone, a sweep over the band that every codec here keeps, and bursts of noise with silence between; no
/// fade at either end, so that a lost first or last block shows.
pub(crate) fn sound(rate: u32, samples: usize) -> Vec<f32> {
    let rate = rate as f32;
    let mut phase = 0.0;
    let mut noise = 1u32;
    (0..samples)
        .map(|index| {
            let time = index as f32 / rate;
            let sweep = 100.0 + 0.3 * rate * index as f32 / samples as f32;
            phase = (phase + sweep / rate).fract();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let burst = if (time * 4.0).fract() < 0.05 { noise as f32 / u32::MAX as f32 - 0.5 } else { 0.0 };
            0.4 * (TAU * 0.02 * index as f32).sin() + 0.3 * (TAU * phase).sin() + 0.2 * burst
        })
        .collect()
}

/// The frequencies and bandwidths of the formants of three vowels, as in "father", "see" and "boot" (Peterson and
/// Barney, 1952), in Hz.
pub(crate) const VOWELS: [[(f64, f64); 4]; 3] = [
    [(730.0, 80.0), (1090.0, 90.0), (2440.0, 120.0), (3400.0, 200.0)],
    [(310.0, 60.0), (2020.0, 100.0), (2960.0, 120.0), (3400.0, 200.0)],
    [(370.0, 60.0), (950.0, 90.0), (2670.0, 120.0), (3400.0, 200.0)],
];

/// Pulses of a throat through the resonances of a mouth. The pitch moves by a tenth to either side, as it does when
/// somebody speaks, so that its harmonics pass every frequency of the formants.
pub(crate) fn vowel(rate: u32, pitch: f64, formants: &[(f64, f64)], seconds: f64) -> Vec<f32> {
    let rate = f64::from(rate);
    let mut phase = 0.5;
    let mut sound = vec![0.0; (seconds * rate) as usize];
    for index in 1..sound.len() {
        let step = pitch * (1.0 + 0.1 * (2.0 * PI * 4.0 * index as f64 / rate).sin()) / rate;
        phase += step;
        if phase >= 1.0 {
            // It came between this sample and the one before.
            phase -= 1.0;
            sound[index] += 1.0 - phase / step;
            sound[index - 1] += phase / step;
        }
    }
    for &formant in formants {
        let (near, far) = resonance(rate as u32, formant);
        let (mut one, mut two) = (0.0, 0.0);
        for sample in &mut sound {
            *sample += near * one + far * two;
            (one, two) = (*sample, one);
        }
    }
    let loudest = sound.iter().fold(0.0f64, |loudest, sample| loudest.max(sample.abs()));
    sound.iter().map(|sample| (0.4 * sample / loudest) as f32).collect()
}

/// How much of a sample, and of the one before, goes on ringing in the next, where a formant of that frequency and
/// bandwidth is.
pub(crate) fn resonance(rate: u32, (frequency, bandwidth): (f64, f64)) -> (f64, f64) {
    let decay = (-PI * bandwidth / f64::from(rate)).exp();
    (2.0 * decay * (2.0 * PI * frequency / f64::from(rate)).cos(), -decay * decay)
}

/// Signal to noise ratio in dB of what was heard for what was said.
pub(crate) fn snr(said: &[f32], heard: &[f32]) -> f64 {
    assert_eq!(said.len(), heard.len());
    let signal: f64 = said.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    let noise: f64 = said.iter().zip(heard).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    10.0 * (signal / (noise + 1e-12)).log10()
}
