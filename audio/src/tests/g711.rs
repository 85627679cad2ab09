//! G.711 against the values of ITU-T G.711 itself.

use std::f64::consts::TAU;

use crate::g711::{alaw, from_alaw, from_ulaw, ulaw};

/// Characters of table 2a and their quantised values, in 14 bits.
const ULAW: [(u8, i16); 10] = [
    (0x80, 8031),
    (0x8F, 4191),
    (0x9F, 2079),
    (0xAF, 1023),
    (0xBF, 495),
    (0xCF, 231),
    (0xDF, 99),
    (0xEF, 33),
    (0xFE, 2),
    (0xFF, 0),
];

/// Characters of table 1a, before their even bits are inverted, and their quantised values, in 13 bits.
const ALAW: [(u8, i16); 9] = [
    (0xFF, 4032),
    (0xF0, 2112),
    (0xE0, 1056),
    (0xD0, 528),
    (0xC0, 264),
    (0xB0, 132),
    (0xA0, 66),
    (0x90, 33),
    (0x80, 1),
];

#[test]
fn characters_mean_the_values_of_the_tables() {
    for (character, value) in ULAW {
        assert_eq!(from_ulaw(character), value * 4);
        assert_eq!(from_ulaw(character ^ 0x80), -value * 4);
    }
    for (character, value) in ALAW {
        assert_eq!(from_alaw(character ^ 0x55), value * 8);
        assert_eq!(from_alaw(character ^ 0xD5), -value * 8);
    }
}

#[test]
fn steps_lie_at_the_decision_values_of_the_tables() {
    for value in [1, 3, 31, 35, 95, 103, 223, 239, 479, 511, 991, 1055, 2015, 2143, 4063, 4319, 7903] {
        assert_eq!(ulaw(value * 4) + 1, ulaw(value * 4 - 1), "{value}");
    }
    for value in [2, 4, 64, 68, 128, 136, 256, 272, 512, 544, 1024, 1088, 2048, 2176, 3968] {
        assert_eq!((alaw(value * 8) ^ 0x55) - 1, alaw(value * 8 - 1) ^ 0x55, "{value}");
    }
}

#[test]
fn every_character_comes_back() {
    const NEGATIVE_ZERO: u8 = 0x7F;
    for character in 0..=255 {
        assert_eq!(alaw(from_alaw(character)), character);
        if character != NEGATIVE_ZERO {
            assert_eq!(ulaw(from_ulaw(character)), character);
        }
    }
}

#[test]
fn the_digital_milliwatt_is_that_of_tables_5_and_6() {
    // The tables' loudest sines are 3.17 and 3.14 dB above it.
    let tone = |full: f64, hundredths: i32| -> Vec<i16> {
        let peak = full * 10f64.powf(-f64::from(hundredths) / 2000.0);
        (0..8).map(|index| (-peak * (TAU * (0.5 + f64::from(index)) / 8.0).sin()).round() as i16).collect()
    };
    let characters: Vec<u8> = tone(8159.0 * 4.0, 317).into_iter().map(ulaw).collect();
    assert_eq!(characters, [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E]);
    let characters: Vec<u8> = tone(4096.0 * 8.0, 314).into_iter().map(alaw).collect();
    assert_eq!(characters, [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4]);
}

#[test]
fn a_tone_keeps_its_distance_from_the_noise_at_every_loudness() {
    let heard: [fn(i16) -> i16; 2] = [|sample| from_ulaw(ulaw(sample)), |sample| from_alaw(alaw(sample))];
    for heard in heard {
        for decibels in [0.0, -10.0, -20.0, -30.0] {
            let tone: Vec<i16> = (0..8000)
                .map(|index| {
                    (32000.0 * 10f64.powf(decibels / 20.0) * (TAU * 0.12713 * f64::from(index)).sin()) as i16
                })
                .collect();
            let power = |values: &mut dyn Iterator<Item = i32>| {
                values.map(|value| f64::from(value).powi(2)).sum::<f64>()
            };
            let signal = power(&mut tone.iter().map(|&sample| i32::from(sample)));
            let noise = power(&mut tone.iter().map(|&sample| i32::from(sample) - i32::from(heard(sample))));
            let snr = 10.0 * (signal / noise).log10();
            assert!(snr > 35.0, "{decibels} dB: {snr:.1} dB");
        }
    }
}
