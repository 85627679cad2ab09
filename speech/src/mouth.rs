//! How speech looks.

use crate::{TimingKind, Viseme};

/// A shape that the mouth takes in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// As [`Viseme::id`].
    pub id: u8,
    /// For how long, in milliseconds, as far as the word is said at a usual pace.
    pub lasts_ms: u32,
}

/// Knows how words look when they are said, without hearing them.
pub trait Mouth: Send + Sync + 'static {
    /// The shapes of a word, in order; none where nothing of it is said. The language is a BCP 47 tag, where it is known.
    fn shapes(&self, word: &str, language: Option<&str>) -> Vec<Shape>;
}

/// The mouth of who is never looked at: it takes no shapes.
pub struct Still;

impl Mouth for Still {
    fn shapes(&self, _: &str, _: Option<&str>) -> Vec<Shape> {
        Vec::new()
    }
}

/// Shapes that share a word's time as they share that of the usual pace. `at_ms` says when so much of the word is over, of
/// 0 to 1.
pub fn visemes(shapes: &[Shape], kind: TimingKind, at_ms: impl Fn(f64) -> u64) -> Vec<Viseme> {
    let whole: u32 = shapes.iter().map(|shape| shape.lasts_ms).sum();
    let mut over = 0;
    let at = shapes.iter().map(|shape| {
        let share = f64::from(over) / f64::from(whole.max(1));
        over += shape.lasts_ms;
        Viseme { id: shape.id, at_ms: at_ms(share), kind }
    });
    at.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_share_the_time_that_there_is() {
        let shapes = [(21, 50), (2, 150)].map(|(id, lasts_ms)| Shape { id, lasts_ms });
        let told = visemes(&shapes, TimingKind::Estimated, |share| 1000 + (share * 400.0) as u64);
        assert_eq!(
            told.iter().map(|shape| (shape.id, shape.at_ms)).collect::<Vec<_>>(),
            [(21, 1000), (2, 1100)]
        );
        let still = [Shape { id: 1, lasts_ms: 0 }];
        assert_eq!(visemes(&still, TimingKind::Measured, |share| share as u64)[0].at_ms, 0);
    }
}
