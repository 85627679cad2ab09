//! One figure of either side, taken in the same round.

use crate::Result;

/// Ours and theirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair<T> {
    /// From voice-soundboard.
    pub ours: T,
    /// From whom it is compared with.
    pub theirs: T,
}

impl<T> Pair<T> {
    /// Lets both sides have their turn, in the opposite order every other round: whatever drifts, and whatever
    /// the first leaves behind for the second, then weighs on both alike.
    ///
    /// # Errors
    /// That of whichever side failed.
    pub fn take(
        round: usize,
        ours: impl FnOnce() -> Result<T>,
        theirs: impl FnOnce() -> Result<T>,
    ) -> Result<Self> {
        if round.is_multiple_of(2) {
            let ours = ours()?;
            Ok(Self { ours, theirs: theirs()? })
        } else {
            let theirs = theirs()?;
            Ok(Self { ours: ours()?, theirs })
        }
    }

    /// Lets both sides have their turn, in random order: for rounds so short that taking turns could fall into step
    /// with something else.
    ///
    /// # Errors
    /// That of whichever side failed.
    pub async fn take_at_random(
        ours: impl AsyncFnOnce() -> Result<T>,
        theirs: impl AsyncFnOnce() -> Result<T>,
    ) -> Result<Self> {
        if fastrand::bool() {
            let ours = ours().await?;
            Ok(Self { ours, theirs: theirs().await? })
        } else {
            let theirs = theirs().await?;
            Ok(Self { ours: ours().await?, theirs })
        }
    }

    /// The same of either side.
    pub fn map<U>(&self, figure: impl Fn(&T) -> U) -> Pair<U> {
        Pair { ours: figure(&self.ours), theirs: figure(&self.theirs) }
    }
}

impl Pair<f64> {
    /// Ours as a multiple of theirs.
    pub fn ratio(&self) -> f64 {
        self.ours / self.theirs
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn the_sides_take_turns_at_being_first() {
        let order = RefCell::new(String::new());
        for round in 0..4 {
            let turn = |side| {
                order.borrow_mut().push(side);
                Ok(side)
            };
            let pair = Pair::take(round, || turn('A'), || turn('B')).unwrap();
            assert_eq!(pair, Pair { ours: 'A', theirs: 'B' });
        }
        assert_eq!(order.into_inner(), "ABBAABBA");
    }
}
