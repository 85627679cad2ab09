//! Rate cards: what a model costs, from when, and who says so.

mod card;
mod count;
#[cfg(test)]
mod tests;

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
    /// Code points of the instructions that went along with it. They are paid for as tokens only.
    pub instructions: u64,
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
    /// Code points of the instructions that go along with it.
    pub instructions: u64,
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
    pub(crate) cache_hit: Option<Nanos>,
    /// For one answer that was spoken for somebody else at that moment.
    pub(crate) joined: Option<Nanos>,
    /// What a thousand code points are taken for where tokens of text are not reported.
    pub(crate) input_tokens_per_thousand: u64,
    /// What a minute is taken for where tokens of audio are not reported.
    pub(crate) output_tokens_per_minute: u64,
}

const MILLION: i128 = 1_000_000;

impl Rate {
    /// How many characters of this text are paid for. It is the text as the vendor gets it: of one that takes SSML, the
    /// whole document.
    pub fn count(&self, text: &str) -> u64 {
        self.counting.count(text)
    }

    /// What a call costs that has consumed so much. Money is rounded once, upward; tokens that nobody reported are
    /// guessed in whole ones.
    pub fn cost(&self, consumed: &Consumed) -> Cost {
        let price = &self.price;
        let mut bill = Bill::default();
        match (price.credits, consumed.credits) {
            (Some(credit), Some(credits)) => bill.add(Some(credit), credits, true),
            // Of a vendor that bills characters, the count that it reports is one of them.
            (None, Some(characters)) => bill.add(price.characters, characters, true),
            // With a price for reported credits, characters are only our guess at them.
            (credit, None) => {
                bill.add(price.characters, consumed.characters, credit.is_none() && consumed.whole)
            }
        }
        let text = consumed.characters.saturating_add(consumed.instructions);
        let input = consumed.input_tokens.unwrap_or_else(|| price.input_tokens_of(text));
        bill.add(price.input_tokens, input, consumed.input_tokens.is_some());
        let output = consumed.output_tokens.unwrap_or_else(|| price.output_tokens_of(consumed.audio_ms));
        bill.add(price.output_tokens, output, consumed.output_tokens.is_some());
        bill.add(price.audio, consumed.audio_ms, true);
        bill.add(price.local, consumed.local_ms, true);
        Cost { nanos: bill.rounded().max(price.minimum), basis: bill.basis() }
    }

    /// The most that a call can cost, as far as anybody can say before: never less than what a call costs whose text,
    /// audio and time at work lie within `work`, unless its vendor counts more credits or tokens of audio than the
    /// card expects.
    pub fn most(&self, work: &Work) -> Nanos {
        const MOST_BYTES_OF_A_CODE_POINT: u64 = 4;
        let text = work.characters.saturating_add(work.instructions);
        // No tokeniser makes more tokens than there are bytes.
        let input = text.saturating_mul(MOST_BYTES_OF_A_CODE_POINT).max(self.price.input_tokens_of(text));
        let consumed = Consumed {
            characters: work.characters,
            whole: true,
            credits: self.price.credits_of(work.characters),
            input_tokens: Some(input),
            audio_ms: work.longest_ms,
            local_ms: work.longest_ms,
            ..Consumed::default()
        };
        self.cost(&consumed).nanos
    }

    /// What an answer is charged that was stored; none where nobody has said.
    pub fn cache_hit(&self) -> Option<Nanos> {
        self.price.cache_hit
    }

    /// What an answer is charged that was just being spoken for an equal request; none where nobody has said.
    pub fn joined(&self) -> Option<Nanos> {
        self.price.joined
    }

    /// Whether the sound, and not the text alone, decides what it costs: then a long one may pass its hold.
    pub fn is_by_sound(&self) -> bool {
        let by_sound = [self.price.output_tokens, self.price.audio, self.price.local];
        by_sound.into_iter().flatten().any(|price| price > Nanos::ZERO)
    }

    /// What so many characters of ordinary text would cost, as [`count`](Self::count) counts them, with so many code
    /// points of instructions.
    pub fn likely(&self, characters: u64, instructions: u64) -> Nanos {
        /// Of ordinary speech.
        const MS_PER_CHARACTER: u64 = 65;
        let audio_ms = characters.saturating_mul(MS_PER_CHARACTER);
        let consumed = Consumed {
            characters,
            whole: true,
            instructions,
            audio_ms,
            local_ms: audio_ms,
            ..Consumed::default()
        };
        self.cost(&consumed).nanos
    }
}

impl Price {
    /// The tokens that so many code points are taken for.
    fn input_tokens_of(&self, code_points: u64) -> u64 {
        share(code_points, self.input_tokens_per_thousand, 1000)
    }

    /// The tokens that so much audio is taken for.
    fn output_tokens_of(&self, audio_ms: u64) -> u64 {
        share(audio_ms, self.output_tokens_per_minute, 60_000)
    }

    /// The credits that the vendor will count of so many characters, if both its prices are to come to the same.
    fn credits_of(&self, characters: u64) -> Option<u64> {
        let (of_character, of_credit) = (positive(self.characters)?, positive(self.credits)?);
        Some(share(characters, of_character, of_credit))
    }
}

fn positive(price: Option<Nanos>) -> Option<u64> {
    price.and_then(|price| u64::try_from(price.get()).ok()).filter(|nanos| *nanos > 0)
}

/// `count * times / of`, rounded upward.
fn share(count: u64, times: u64, of: u64) -> u64 {
    let share = (u128::from(count) * u128::from(times)).div_ceil(u128::from(of));
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// What is added up before it is rounded: millionths of nano-dollars.
#[derive(Default)]
struct Bill {
    millionths: i128,
    is_estimated: bool,
}

impl Bill {
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
