//! Louder and quieter.

use super::KOKORO;
use crate::Gain;

#[test]
fn a_gain_holds_from_the_start_and_glides_to_the_next() {
    let mut gain = Gain::new(KOKORO, 0.5);
    let mut samples = [1.0; 480];
    gain.apply(0.5, &mut samples);
    assert_eq!(samples, [0.5; 480]);
    let mut louder = [1.0; 480];
    gain.apply(1.5, &mut louder);
    let jump = louder.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0f32, f32::max);
    assert!(louder[0] < 0.51 && jump < 0.01, "{} and {jump}", louder[0]);
    // An amplitude of 1 takes 5 ms.
    assert!(louder[118] < 1.5 && louder[121] == 1.5);
    let mut silent = [1.0; 480];
    gain.apply(0.0, &mut silent);
    assert_eq!(silent[200..], [0.0; 280]);
}
