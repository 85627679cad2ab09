//! Rate cards: what a model costs, from when, and who says so.

mod card;
mod count;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use speech::Date;

use crate::Nanos;

pub use card::{RateError, Rates};
pub use count::Counting;

/// Whose count a cost rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The vendor's own figures, or those that it bills by and everybody can count.
    Reported,
    /// Ours, where the vendor did not say.
    Estimated,
}

/// What a call has consumed. What the vendor did not report is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    /// Characters of the text, as [`Rate::count`] counts them.
    pub characters: u64,
    /// Whether that is all the text that was sent: of a text that is still being written the vendor may have read less.
    pub whole: bool,
    /// What the vendor says that it bills: characters, or units of its own, such as ElevenLabs' `character-cost`.
    pub credits: Option<u64>,
    /// Tokens of text.
    pub input_tokens: Option<u64>,
    /// Tokens of audio.
    pub output_tokens: Option<u64>,
    /// Milliseconds of audio that came.
    pub audio_ms: u64,
    /// Milliseconds that a model of ours was at work.
    pub local_ms: u64,
}

/// What a call may come to, before it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Characters of the text, as [`Rate::count`] counts them.
    pub characters: u64,
    /// The longest that its speech can reasonably last, in milliseconds.
    pub longest_ms: u64,
}

/// What something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// How much.
    pub nanos: Nanos,
    /// By whose count.
    pub basis: Basis,
}

/// What one model costs from one day on. Each part that is there is added up; the least is the minimum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// `BACKEND/MODEL@DATE`, as it stands on its card: what each attempt's entry names.
    pub id: String,
    pub(crate) backend: String,
    pub(crate) model: String,
    pub(crate) from: Date,
    pub(crate) counting: Counting,
    pub(crate) price: Price,
}

/// Nano-dollars for a million of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) characters: Option<Nanos>,
    pub(crate) credits: Option<Nanos>,
    pub(crate) input_tokens: Option<Nanos>,
    pub(crate) output_tokens: Option<Nanos>,
    /// For a million milliseconds.
    pub(crate) audio: Option<Nanos>,
    /// The same of our own machine's time.
    pub(crate) local: Option<Nanos>,
    /// For one request.
    pub(crate) minimum: Nanos,
    /// For one answer that was stored.
    pub(crate) cache_hit: Nanos,
    /// Where tokens are not reported: of a million characters, and of a million milliseconds of audio.
    pub(crate) input_tokens_estimated: u64,
    pub(crate) output_tokens_estimated: u64,
}

const MILLION: i128 = 1_000_000;

impl Rate {
    /// How many characters of this text are paid for.
    pub fn count(&self, text: &str) -> u64 {
        self.counting.count(text)
    }

    /// What a call costs that has consumed so much. Rounded once, upward.
    pub fn cost(&self, consumed: &Consumed) -> Cost {
        let price = &self.price;
        let mut sum = Sum::default();
        match (price.credits, consumed.credits) {
            (Some(credit), Some(credits)) => sum.add(Some(credit), credits, true),
            // Of a vendor that bills characters, the count that it reports is one of them.
            (None, Some(characters)) => sum.add(price.characters, characters, true),
            // With a price for reported credits, characters are only our guess at them.
            (credit, None) => {
                sum.add(price.characters, consumed.characters, credit.is_none() && consumed.whole)
            }
        }
        let guessed = estimate(consumed.characters, price.input_tokens_estimated);
        sum.add(
            price.input_tokens,
            consumed.input_tokens.unwrap_or(guessed),
            consumed.input_tokens.is_some(),
        );
        let guessed = estimate(consumed.audio_ms, price.output_tokens_estimated);
        sum.add(
            price.output_tokens,
            consumed.output_tokens.unwrap_or(guessed),
            consumed.output_tokens.is_some(),
        );
        sum.add(price.audio, consumed.audio_ms, true);
        sum.add(price.local, consumed.local_ms, true);
        Cost { nanos: sum.rounded().max(price.minimum), basis: sum.basis() }
    }

    /// The most that a call can cost, as far as anybody can say before.
    pub fn most(&self, work: &Work) -> Nanos {
        let consumed = Consumed {
            characters: work.characters,
            whole: true,
            // No tokeniser makes more tokens than there are bytes, and few more than there are characters.
            input_tokens: Some(work.characters),
            audio_ms: work.longest_ms,
            local_ms: work.longest_ms,
            ..Consumed::default()
        };
        self.cost(&consumed).nanos
    }

    /// What an answer costs that was stored.
    pub fn cache_hit(&self) -> Nanos {
        self.price.cache_hit
    }

    /// Whether the sound, and not the text alone, decides what it costs: then a long one may pass its hold.
    pub fn is_by_sound(&self) -> bool {
        let price = &self.price;
        price.output_tokens.is_some() || price.audio.is_some() || price.local.is_some()
    }

    /// What so many characters of ordinary text would cost, as [`count`](Self::count) counts them.
    pub fn likely(&self, characters: u64) -> Nanos {
        /// Of ordinary speech.
        const MS_PER_CHARACTER: u64 = 65;
        let audio_ms = characters.saturating_mul(MS_PER_CHARACTER);
        let consumed =
            Consumed { characters, whole: true, audio_ms, local_ms: audio_ms, ..Consumed::default() };
        self.cost(&consumed).nanos
    }
}

/// Where a million of one thing make so many tokens.
fn estimate(count: u64, per_million: u64) -> u64 {
    let tokens = (u128::from(count) * u128::from(per_million)).div_ceil(1_000_000);
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

/// Millionths of nano-dollars.
#[derive(Default)]
struct Sum {
    millionths: i128,
    is_estimated: bool,
}

impl Sum {
    fn add(&mut self, per_million: Option<Nanos>, count: u64, is_reported: bool) {
        let Some(price) = per_million else { return };
        self.millionths = self.millionths.saturating_add(i128::from(price.get()) * i128::from(count));
        self.is_estimated |= !is_reported && price > Nanos::ZERO;
    }

    fn rounded(&self) -> Nanos {
        // Prices are not negative.
        let whole = self.millionths / MILLION + i128::from(self.millionths % MILLION > 0);
        Nanos::new(i64::try_from(whole).unwrap_or(i64::MAX))
    }

    fn basis(&self) -> Basis {
        if self.is_estimated { Basis::Estimated } else { Basis::Reported }
    }
}

/// The day of a time, UTC.
fn day_of(unix_ms: i64) -> Date {
    let time = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(TimeZone::UTC).date()
}
