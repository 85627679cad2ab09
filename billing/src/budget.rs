//! How much a client may have.

mod window;

use serde::{Deserialize, Serialize};

use crate::Nanos;

pub use window::WindowError;

/// What a request takes of a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// Money.
    pub charge: Nanos,
    /// Code points of text.
    pub characters: u64,
    /// Milliseconds of audio.
    pub audio_ms: u64,
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Nano-dollars that the client is charged.
    Money,
    /// Code points of text.
    Characters,
    /// Milliseconds of audio.
    Audio,
}

/// Over what time a budget counts. Days, months and hours are UTC's; a request counts where it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Window {
    /// The calendar day.
    Day,
    /// The calendar month.
    Month,
    /// This hour and those before it, so many in all.
    Rolling {
        /// 1 to 8784, a leap year.
        hours: u32,
    },
}

/// What happens to a request that a budget has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is served all the same, and its answer and the log say so.
    Warn,
    /// It is served by a candidate that is cheaper and for which there is room, or refused.
    Throttle,
    /// It is refused.
    Refuse,
}

/// A limit on what a client, or one of its keys, may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// The key it is for, by its public prefix; none is for the client with all its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What it counts.
    pub measure: Measure,
    /// How much: nano-dollars, code points or milliseconds. At least 0.
    pub limit: i64,
    /// Over what time.
    pub window: Window,
    /// And then.
    pub action: Action,
}

/// How a budget stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The budget.
    pub budget: Budget,
    /// What was settled in its window.
    pub spent: i64,
    /// What is on hold for requests that are running.
    pub held: i64,
}

/// What budgets say of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is room, or nobody minds: `over` says that a budget which only warns has none.
    Granted {
        /// Whether a budget that only warns is passed.
        over: bool,
    },
    /// There is no room.
    Refused {
        /// The budget that has none. Of several one that refuses outright, and of these one that has none even with
        /// nothing on hold; of equals the first.
        budget: Budget,
        /// Whether there would be room, in all of them, if nothing were on hold.
        only_held: bool,
    },
}

impl Amounts {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            charge: self.charge.plus(other.charge),
            characters: self.characters.saturating_add(other.characters),
            audio_ms: self.audio_ms.saturating_add(other.audio_ms),
        }
    }

    /// What passes `other`; nothing where it does not.
    pub fn beyond(self, other: Self) -> Self {
        Self {
            charge: self.charge.minus(other.charge).max(Nanos::ZERO),
            characters: self.characters.saturating_sub(other.characters),
            audio_ms: self.audio_ms.saturating_sub(other.audio_ms),
        }
    }

    /// So much of one thing.
    pub fn of(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Money => self.charge.get(),
            Measure::Characters => i64::try_from(self.characters).unwrap_or(i64::MAX),
            Measure::Audio => i64::try_from(self.audio_ms).unwrap_or(i64::MAX),
        }
    }
}

/// Puts `more` on hold in each of the budgets that concern a request, unless one of them has no room for it: then
/// nothing is held. What takes nothing of a budget always has room.
pub fn admit(standings: &mut [Standing], more: &Amounts) -> Verdict {
    let has_room = |standing: &&Standing, held| standing.budget.has_room(standing.spent, held, more);
    let full: Vec<&Standing> =
        standings.iter().filter(|standing| !has_room(standing, standing.held)).collect();
    let refusing = || full.iter().copied().filter(|standing| standing.budget.action != Action::Warn);
    // The first of equals.
    let firmest =
        refusing().min_by_key(|standing| (standing.budget.action != Action::Refuse, has_room(standing, 0)));
    if let Some(Standing { budget, .. }) = firmest {
        return Verdict::Refused {
            budget: budget.clone(),
            only_held: refusing().all(|standing| has_room(&standing, 0)),
        };
    }
    let over = !full.is_empty();
    for standing in standings {
        standing.held = standing.held.saturating_add(more.of(standing.budget.measure).max(0));
    }
    Verdict::Granted { over }
}

impl Budget {
    fn has_room(&self, spent: i64, held: i64, more: &Amounts) -> bool {
        let more = more.of(self.measure);
        // Wide enough for any three.
        let used = i128::from(spent) + i128::from(held) + i128::from(more);
        more <= 0 || used <= i128::from(self.limit)
    }
}

#[cfg(test)]
mod tests;
