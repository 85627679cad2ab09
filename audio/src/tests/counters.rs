//! Counters, by what was said.

use std::num::NonZeroU32;

use speech::{AudioFormat, Codec};

use super::decoders::told;
use super::signal::sound;
use super::{KOKORO, encode, lead};
use crate::{Rates, counter};

#[test]
fn they_count_what_was_said_however_the_bytes_are_cut() {
    for codec in Codec::ALL {
        for rate in [8_000, 22_050, 24_000, 48_000] {
            let rate = NonZeroU32::new(rate).unwrap();
            if !Rates::of(codec).hold(rate) {
                continue;
            }
            let bytes = encode(AudioFormat::from(codec).at(rate), KOKORO, &[&sound(24_000, 36_000)]);
            let lead = 1000 * lead(codec, rate.get()) as u64 / u64::from(rate.get());
            let tail = if lead == 0 { 0 } else { 1000 * 2048 / u64::from(rate.get()) };
            for cut in [1, 7, 1000, usize::MAX] {
                let mut counter = counter(told(codec, rate));
                bytes.chunks(cut).for_each(|piece| counter.count(piece));
                let counted = counter.milliseconds();
                assert!(
                    (1500 + lead..=1500 + lead + tail).contains(&counted),
                    "{codec} at {rate} Hz: {counted} ms"
                );
            }
        }
    }
}

#[test]
fn they_count_as_the_bytes_pass() {
    for codec in Codec::ALL {
        let bytes = encode(codec, KOKORO, &[&sound(24_000, 48_000)]);
        let mut counter = counter(told(codec, KOKORO));
        let mut before = 0;
        for (index, piece) in bytes.chunks(100).enumerate() {
            counter.count(piece);
            let counted = counter.milliseconds();
            assert!(counted >= before);
            before = counted;
            let passed = 2000 * (index * 100 + piece.len()) / bytes.len();
            assert!((counted as usize).abs_diff(passed) < 300, "{codec}: {counted} ms of about {passed}");
        }
    }
}

#[test]
fn silence_counts_too_to_its_last_short_frame() {
    for codec in Codec::ALL {
        let bytes = encode(codec, KOKORO, &[&vec![0.0; 24_012]]);
        let mut counter = counter(told(codec, KOKORO));
        bytes.chunks(3).for_each(|piece| counter.count(piece));
        assert!((1000..1150).contains(&counter.milliseconds()), "{codec}: {}", counter.milliseconds());
    }
}

#[test]
fn what_is_not_the_format_counts_for_nothing() {
    for codec in Codec::ALL.into_iter().filter(|codec| !codec.is_headerless()) {
        let mut counter = counter(codec.into());
        for _ in 0..100 {
            counter.count(br#"{"error": "no voice of that name"}"#);
        }
        assert_eq!(counter.milliseconds(), 0, "{codec}");
    }
    let mut unknown = counter(Codec::Pcm.into());
    unknown.count(&[0; 1000]);
    assert_eq!(unknown.milliseconds(), 0);
}
