//! Rate cards as they are written, and how a rate is found on them.

use std::sync::Arc;

use serde::Deserialize;
use speech::Date;

use super::{Counting, Price, Rate, day_of};
use crate::{Nanos, NanosError};

/// A card that cannot be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// It is no TOML, or not of the right shape.
    #[error("the rate card cannot be read: {0}")]
    Shape(String),
    /// A price that is none.
    #[error("the rate of {rate}: {source}")]
    Price {
        /// Which one.
        rate: String,
        /// What is wrong.
        source: NanosError,
    },
    /// No price at all, which is not the same as a price of zero.
    #[error("the rate of {0} has no price; write usd_per_million_characters = \"0\" for speech that is free")]
    Unpriced(String),
    /// Two of the same day.
    #[error("there are two rates of {0}")]
    Twice(String),
}

/// A rate as it is written. Prices are texts, so that no float rounds them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// A backend's configured name, or its kind.
    backend: String,
    /// The models; a name that ends in `*` is every model that begins so.
    models: Vec<String>,
    /// The first day, UTC, on which it holds.
    from: Date,
    /// Where the figures are from.
    #[expect(dead_code, reason = "for who reads the card")]
    source: Option<String>,
    #[serde(default)]
    counting: Counting,
    usd_per_million_characters: Option<String>,
    usd_per_thousand_credits: Option<String>,
    usd_per_million_input_tokens: Option<String>,
    usd_per_million_output_tokens: Option<String>,
    usd_per_audio_second: Option<String>,
    usd_per_local_second: Option<String>,
    usd_minimum: Option<String>,
    usd_per_cache_hit: Option<String>,
    /// How many tokens a thousand characters are, where the vendor does not say.
    #[serde(default)]
    input_tokens_per_thousand_characters: u32,
    /// How many tokens a minute of audio is, where the vendor does not say.
    #[serde(default)]
    output_tokens_per_minute: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    #[serde(default)]
    rate: Vec<Written>,
}

/// Every rate there is.
#[derive(Clone, Debug, Default)]
pub struct Rates(Vec<Arc<Rate>>);

impl Rates {
    /// The rates of these cards (TOML, `[[rate]]`), all together.
    ///
    /// # Errors
    /// [`RateError`].
    pub fn read<'c>(cards: impl IntoIterator<Item = &'c str>) -> Result<Self, RateError> {
        let mut rates: Vec<Arc<Rate>> = Vec::new();
        for card in cards {
            let card: Card = toml::from_str(card).map_err(|error| RateError::Shape(error.to_string()))?;
            for written in card.rate {
                for rate in written.rates()? {
                    if rates.iter().any(|known| known.id == rate.id) {
                        return Err(RateError::Twice(rate.id));
                    }
                    rates.push(Arc::new(rate));
                }
            }
        }
        Ok(Self(rates))
    }

    /// The rate of a model at a time: of the backend's own name before its kind's, of the model's own name before a
    /// pattern, of the longest pattern, and of these the latest that holds. None where nobody has said.
    pub fn at(&self, backend: &str, kind: &str, model: &str, unix_ms: i64) -> Option<&Arc<Rate>> {
        let today = day_of(unix_ms);
        let fitting = self.0.iter().filter(|rate| rate.from <= today).filter_map(|rate| {
            let of_backend = [kind, backend].iter().rposition(|name| *name == rate.backend)?;
            Some(((of_backend, fits(&rate.model, model)?, rate.from), rate))
        });
        fitting.max_by_key(|(rank, _)| *rank).map(|(_, rate)| rate)
    }
}

/// How well a name or pattern fits a model: the longer the better, whole names best.
fn fits(pattern: &str, model: &str) -> Option<usize> {
    match pattern.strip_suffix('*') {
        Some(beginning) => model.starts_with(beginning).then_some(beginning.len()),
        None => (pattern == model).then_some(usize::MAX),
    }
}

impl Written {
    fn rates(self) -> Result<Vec<Rate>, RateError> {
        let first = self.models.first().map(String::as_str).unwrap_or_default();
        let price = self.price(&format!("{}/{first}", self.backend))?;
        let rate = |model: &String| Rate {
            id: format!("{}/{model}@{}", self.backend, self.from),
            backend: self.backend.clone(),
            model: model.clone(),
            from: self.from,
            counting: self.counting,
            price,
        };
        Ok(self.models.iter().map(rate).collect())
    }

    fn price(&self, rate: &str) -> Result<Price, RateError> {
        let nanos = |text: &Option<String>, times: i64| {
            let Some(text) = text else { return Ok(None) };
            let wrong = |source| RateError::Price { rate: rate.to_owned(), source };
            let nanos: Nanos = text.parse().map_err(wrong)?;
            let nanos = nanos.get().checked_mul(times).ok_or_else(|| wrong(NanosError(text.clone())))?;
            Ok(Some(Nanos::new(nanos)))
        };
        let price = Price {
            characters: nanos(&self.usd_per_million_characters, 1)?,
            credits: nanos(&self.usd_per_thousand_credits, 1000)?,
            input_tokens: nanos(&self.usd_per_million_input_tokens, 1)?,
            output_tokens: nanos(&self.usd_per_million_output_tokens, 1)?,
            audio: nanos(&self.usd_per_audio_second, 1000)?,
            local: nanos(&self.usd_per_local_second, 1000)?,
            minimum: nanos(&self.usd_minimum, 1)?.unwrap_or_default(),
            cache_hit: nanos(&self.usd_per_cache_hit, 1)?.unwrap_or_default(),
            input_tokens_estimated: u64::from(self.input_tokens_per_thousand_characters) * 1000,
            // 1,000,000 ms are 16 2/3 minutes.
            output_tokens_estimated: (u64::from(self.output_tokens_per_minute) * 50).div_ceil(3),
        };
        let parts = [price.characters, price.input_tokens, price.output_tokens, price.audio, price.local];
        match parts.iter().any(Option::is_some) {
            true => Ok(price),
            false => Err(RateError::Unpriced(rate.to_owned())),
        }
    }
}
