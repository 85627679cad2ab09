//! Sounds to encode, and how far what is heard is from them.

use std::f32::consts::TAU;

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

/// Signal to noise ratio in dB of what was heard for what was said.
pub(crate) fn snr(said: &[f32], heard: &[f32]) -> f64 {
    assert_eq!(said.len(), heard.len());
    let signal: f64 = said.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    let noise: f64 = said.iter().zip(heard).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    10.0 * (signal / (noise + 1e-12)).log10()
}
