//! Rate cards as they are written, and how a rate is found on them.

use std::sync::Arc;

use serde::Deserialize;
use speech::Date;

use super::{Counting, Price, Rate};
use crate::calendar::day_of;
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
    /// A price for what the vendor may or may not report, and none for what would stand in: such a call would be free.
    #[error(
        "the rate of {rate} counts what a vendor may not report; add {missing}, to go by where it does not"
    )]
    Unreported {
        /// Which one.
        rate: String,
        /// The setting that is missing.
        missing: &'static str,
    },
    /// No model, or a pattern that is none.
    #[error("the rate of {0} names no model, or has a * that is not at the end of one")]
    Models(String),
    /// Two of the same day.
    #[error("there are two rates {0}")]
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
    usd_per_joined: Option<String>,
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

/// The rates that vendors publish, as far as they were known when this was built.
const BUILTIN: [&str; 5] = [
    include_str!("../../../config/rates/azure.toml"),
    include_str!("../../../config/rates/deepgram.toml"),
    include_str!("../../../config/rates/elevenlabs.toml"),
    include_str!("../../../config/rates/kokoro.toml"),
    include_str!("../../../config/rates/openai.toml"),
];

/// Every rate there is: sets of cards, each coming before the next.
#[derive(Clone, Debug, Default)]
pub struct Rates(Vec<Vec<Arc<Rate>>>);

impl Rates {
    /// The rates of `config/rates/`.
    ///
    /// # Errors
    /// None that a test would not have found.
    pub fn builtin() -> Result<Self, RateError> {
        Self::read(BUILTIN)
    }

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
        Ok(Self(vec![rates]))
    }

    /// These, and the others for what these say nothing of: whoever runs the gateway knows what it pays, and comes
    /// before what vendors publish.
    pub fn or(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The rate of a model at a time: of the backend's own name before its kind's, of the model's own name before a
    /// pattern, of the longest pattern, and of these the latest that holds. None where nobody has said.
    pub fn at(&self, backend: &str, kind: &str, model: &str, unix_ms: i64) -> Option<&Arc<Rate>> {
        let today = day_of(unix_ms);
        self.0.iter().find_map(|rates| {
            let fitting = rates.iter().filter(|rate| rate.from <= today).filter_map(|rate| {
                let of_backend = [kind, backend].iter().rposition(|name| *name == rate.backend)?;
                Some(((of_backend, fits(&rate.model, model)?, rate.from), rate))
            });
            fitting.max_by_key(|(rank, _)| *rank).map(|(_, rate)| rate)
        })
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
        let is_pattern = |model: &String| !model.is_empty() && !model.trim_end_matches('*').contains('*');
        if self.models.is_empty() || !self.models.iter().all(is_pattern) {
            return Err(RateError::Models(format!("{} from {}", self.backend, self.from)));
        }
        let price = self.price(&format!("{}/{}", self.backend, self.models.join(" and ")))?;
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
            cache_hit: nanos(&self.usd_per_cache_hit, 1)?,
            joined: nanos(&self.usd_per_joined, 1)?,
            input_tokens_per_thousand: self.input_tokens_per_thousand_characters.into(),
            output_tokens_per_minute: self.output_tokens_per_minute.into(),
        };
        price.check().map_err(|wrong| wrong(rate.to_owned()))?;
        Ok(price)
    }
}

impl Price {
    /// A price must come to something for every call, whatever the vendor reports of it.
    fn check(&self) -> Result<(), fn(String) -> RateError> {
        let costs = |price: Option<Nanos>| price > Some(Nanos::ZERO);
        if costs(self.credits) && self.characters.is_none() {
            return Err(|rate| RateError::Unreported { rate, missing: "usd_per_million_characters" });
        }
        if costs(self.input_tokens) && self.input_tokens_per_thousand == 0 {
            return Err(|rate| RateError::Unreported {
                rate,
                missing: "input_tokens_per_thousand_characters",
            });
        }
        if costs(self.output_tokens) && self.output_tokens_per_minute == 0 {
            return Err(|rate| RateError::Unreported { rate, missing: "output_tokens_per_minute" });
        }
        let parts =
            [self.characters, self.credits, self.input_tokens, self.output_tokens, self.audio, self.local];
        if parts.iter().all(Option::is_none) {
            return Err(RateError::Unpriced);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn at(day: &str) -> i64 {
        format!("{day}T12:00Z").parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn card(backend: &str, model: &str, from: &str) -> String {
        format!(
            "[[rate]]\nbackend = \"{backend}\"\nmodels = [\"{model}\"]\nfrom = \"{from}\"\nusd_per_million_characters = \"1\"\n"
        )
    }

    fn read(cards: &[String]) -> Rates {
        Rates::read(cards.iter().map(String::as_str)).unwrap()
    }

    fn found(rates: &Rates, backend: &str, model: &str, day: &str) -> Option<String> {
        rates.at(backend, "kind", model, at(day)).map(|rate| rate.id.clone())
    }

    fn refused(lines: &str) -> RateError {
        let head = "[[rate]]\nbackend = \"b\"\nmodels = [\"m\"]\nfrom = \"2026-01-01\"\n";
        Rates::read([format!("{head}{lines}").as_str()]).unwrap_err()
    }

    #[test]
    fn the_closest_rate_is_found_and_of_several_days_the_latest_that_holds() {
        let rates = read(&[
            card("kind", "tts-*", "2025-01-01"),
            card("kind", "tts-1*", "2024-01-01"),
            card("kind", "tts-1", "2023-01-01"),
            card("kind", "tts-1", "2026-06-01"),
            card("mine", "*", "2022-01-01"),
        ]);
        for (backend, model, day, id) in [
            ("other", "tts-1", "2026-05-31", Some("kind/tts-1@2023-01-01")),
            ("other", "tts-1", "2026-06-01", Some("kind/tts-1@2026-06-01")),
            ("other", "tts-1-hd", "2026-06-01", Some("kind/tts-1*@2024-01-01")),
            ("other", "tts-2", "2026-06-01", Some("kind/tts-*@2025-01-01")),
            ("other", "tts-2", "2024-12-31", None),
            ("other", "sonic", "2026-06-01", None),
            ("mine", "tts-1", "2026-06-01", Some("mine/*@2022-01-01")),
            ("mine", "tts-1", "2021-12-31", None),
        ] {
            assert_eq!(found(&rates, backend, model, day).as_deref(), id, "{backend} {model} {day}");
        }
    }

    #[test]
    fn a_rate_holds_from_the_first_moment_of_its_day() {
        let rates = read(&[card("kind", "m", "2024-02-29")]);
        let midnight = at("2024-02-29") - 12 * 3_600_000;
        assert!(rates.at("b", "kind", "m", midnight).is_some());
        assert!(rates.at("b", "kind", "m", midnight - 1).is_none());
    }

    #[test]
    fn ones_own_cards_come_before_the_published() {
        let own = read(&[card("kind", "tts-*", "2026-06-01")]);
        let rates = own.or(read(&[card("kind", "tts-1", "2026-01-01"), card("kind", "tts-1", "2026-09-01")]));
        assert_eq!(found(&rates, "b", "tts-1", "2026-10-01").as_deref(), Some("kind/tts-*@2026-06-01"));
        assert_eq!(found(&rates, "b", "tts-1", "2026-05-01").as_deref(), Some("kind/tts-1@2026-01-01"));
    }

    #[test]
    fn every_published_rate_says_from_when_and_by_whom() {
        let rates = Rates::builtin().unwrap();
        assert!(rates.0[0].len() > 15);
        for card in BUILTIN {
            let card: toml::Table = toml::from_str(card).unwrap();
            for rate in card["rate"].as_array().unwrap() {
                assert!(rate["source"].as_str().unwrap().len() > 10, "{rate}");
            }
        }
        assert!(
            rates.at("openai", "openai", "tts-3", at("2026-11-22")).is_none(),
            "nobody said what it costs"
        );
    }

    #[test]
    fn what_would_come_to_nothing_by_mistake_is_refused() {
        assert!(matches!(refused(""), RateError::Unpriced(_)));
        assert!(matches!(refused("usd_minimum = \"1\""), RateError::Unpriced(_)));
        for (lines, missing) in [
            ("usd_per_thousand_credits = \"0.10\"", "usd_per_million_characters"),
            ("usd_per_million_input_tokens = \"1\"", "input_tokens_per_thousand_characters"),
            ("usd_per_million_output_tokens = \"1\"", "output_tokens_per_minute"),
        ] {
            let error = refused(lines);
            assert_eq!(error, RateError::Unreported { rate: "b/m".into(), missing });
            assert!(error.to_string().contains(missing), "{error}");
        }
    }

    #[test]
    fn what_is_written_wrong_is_named() {
        assert!(
            matches!(refused("usd_per_million_characters = \"-1\""), RateError::Price { rate, .. } if rate == "b/m")
        );
        assert!(matches!(refused("usd_per_thousand_credits = \"9999999999\""), RateError::Price { .. }));
        assert!(matches!(refused("usd_per_audio_second = \"9999999999\""), RateError::Price { .. }));
        assert!(matches!(refused("usd_per_million_characters = 15.0"), RateError::Shape(_)), "no float");
        assert!(matches!(refused("usd_per_milion_characters = \"15\""), RateError::Shape(_)));
        let twice = card("b", "m", "2026-01-01");
        let twice = Rates::read([twice.as_str(), twice.as_str()]).unwrap_err();
        assert_eq!(twice, RateError::Twice("b/m@2026-01-01".into()));
        for models in ["", "tts-*-hd"] {
            let error = Rates::read([card("b", models, "2026-01-01").as_str()]).unwrap_err();
            assert!(matches!(error, RateError::Models(_)), "{error}");
        }
    }

    #[test]
    fn what_no_call_was_made_for_has_a_price_of_its_own_or_none() {
        let prices = |lines: &str| {
            let rates = read(&[format!("{}{lines}", card("b", "m", "2026-01-01"))]);
            let rate = rates.at("b", "b", "m", at("2026-01-01")).unwrap();
            (rate.cache_hit(), rate.joined())
        };
        assert_eq!(prices(""), (None, None), "nothing is free by accident");
        let lines = "usd_per_cache_hit = \"0\"\nusd_per_joined = \"0.000000002\"\n";
        assert_eq!(prices(lines), (Some(Nanos::ZERO), Some(Nanos::new(2))));
        let published = Rates::builtin().unwrap();
        assert!(published.0[0].iter().all(|rate| rate.cache_hit().is_some() && rate.joined().is_some()));
    }

    #[test]
    fn zero_is_a_price() {
        let card = card("b", "m", "2026-01-01").replace("\"1\"", "\"0\"");
        assert!(Rates::read([card.as_str()]).is_ok());
    }
}
