//! How loud speech is.

use ebur128::{EbuR128, Mode};

use speech::SampleRate;

/// The integrated loudness of mono samples, in LUFS (ITU-R BS.1770, as EBU R 128 gates it); none of silence, and of what
/// is too short to say: 400 ms.
pub fn loudness(samples: &[f32], rate: SampleRate) -> Option<f32> {
    let mut meter = EbuR128::new(1, rate.get(), Mode::I).ok()?;
    meter.add_frames_f32(samples).ok()?;
    let loudness = meter.loudness_global().ok()?;
    loudness.is_finite().then_some(loudness as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(amplitude: f32) -> Vec<f32> {
        let wave = |at: usize| (at as f32 * 997.0 * std::f32::consts::TAU / 24_000.0).sin();
        (0..48_000).map(|at| amplitude * wave(at)).collect()
    }

    #[test]
    fn half_as_high_is_six_decibels_softer_and_silence_has_no_loudness() {
        let rate = SampleRate::new(24_000).unwrap();
        let (loud, soft) = (loudness(&tone(0.5), rate).unwrap(), loudness(&tone(0.25), rate).unwrap());
        assert!((loud - soft - 6.02).abs() < 0.05, "{loud} {soft}");
        // A sine of full scale at 997 Hz has -3.01 LUFS.
        assert!((loud + 9.03).abs() < 0.1, "{loud}");
        assert_eq!(loudness(&[0.0; 48_000], rate), None);
    }
}
