//! The arithmetic of rates, beside another that reads the card by itself and knows only decimals.

use bigdecimal::{BigDecimal, RoundingMode};
use proptest::option;
use proptest::prelude::*;

use super::*;

/// Dollars as a card writes them: whole, or with digits behind the point.
fn dollars() -> impl Strategy<Value = String> {
    prop_oneof![Just("0".to_owned()), "[0-9]{1,4}", "[0-9]{1,3}\\.[0-9]{1,9}", Just("0.000000001".to_owned()),]
}

/// A card with one rate, with any parts, and the decimals on it.
#[derive(Debug)]
struct Written(Vec<(&'static str, String)>);

impl Written {
    fn card(&self) -> String {
        let lines = self.0.iter().map(|(name, value)| match name.starts_with("usd") {
            true => format!("{name} = \"{value}\"\n"),
            false => format!("{name} = {value}\n"),
        });
        format!(
            "[[rate]]\nbackend = \"b\"\nmodels = [\"m\"]\nfrom = \"2026-01-01\"\n{}",
            lines.collect::<String>()
        )
    }

    fn rate(&self) -> Rate {
        let rates = Rates::read([self.card().as_str()]).unwrap_or_else(|error| panic!("{error}"));
        rates.at("b", "b", "m", 1_800_000_000_000).unwrap().as_ref().clone()
    }

    /// What the card says of this, if it says anything.
    fn says(&self, name: &str) -> Option<BigDecimal> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.parse().unwrap())
    }

    /// The cost in dollars, to the billionth that is not less.
    fn cost(&self, consumed: &Consumed) -> BigDecimal {
        let of = |name: &str, count: BigDecimal, per: u64| {
            self.says(name).map_or_else(BigDecimal::default, |price| price * count / BigDecimal::from(per))
        };
        let whole = |number: BigDecimal| number.with_scale_round(0, RoundingMode::Ceiling);
        let says = |name: &str| self.says(name).unwrap_or_default();
        let by_credits = self.says("usd_per_thousand_credits").is_some();
        let text = match consumed.credits {
            Some(credits) if by_credits => of("usd_per_thousand_credits", credits.into(), 1000),
            Some(characters) => of("usd_per_million_characters", characters.into(), 1_000_000),
            None => of("usd_per_million_characters", consumed.characters.into(), 1_000_000),
        };
        let input = consumed.input_tokens.map_or_else(
            || {
                let code_points =
                    BigDecimal::from(consumed.characters) + BigDecimal::from(consumed.instructions);
                whole(code_points * says("input_tokens_per_thousand_characters") / BigDecimal::from(1000))
            },
            BigDecimal::from,
        );
        let output = consumed.output_tokens.map_or_else(
            || {
                whole(
                    BigDecimal::from(consumed.audio_ms) * says("output_tokens_per_minute")
                        / BigDecimal::from(60_000),
                )
            },
            BigDecimal::from,
        );
        let sum = text
            + of("usd_per_million_input_tokens", input, 1_000_000)
            + of("usd_per_million_output_tokens", output, 1_000_000)
            + of("usd_per_audio_second", consumed.audio_ms.into(), 1000)
            + of("usd_per_local_second", consumed.local_ms.into(), 1000);
        sum.with_scale_round(9, RoundingMode::Ceiling).max(says("usd_minimum"))
    }
}

prop_compose! {
    fn written()(
        parts in prop::collection::vec(option::of(dollars()), 7),
        characters in dollars(),
        input in 1..5000_u32,
        output in 1..5000_u32,
    ) -> Written {
        let names = [
            "usd_per_thousand_credits",
            "usd_per_million_input_tokens",
            "usd_per_million_output_tokens",
            "usd_per_audio_second",
            "usd_per_local_second",
            "usd_minimum",
            "usd_per_cache_hit",
        ];
        let mut parts: Vec<_> =
            names.into_iter().zip(parts).filter_map(|(name, price)| Some((name, price?))).collect();
        parts.push(("usd_per_million_characters", characters));
        parts.push(("input_tokens_per_thousand_characters", input.to_string()));
        parts.push(("output_tokens_per_minute", output.to_string()));
        Written(parts)
    }
}

prop_compose! {
    fn consumed()(
        (characters, instructions, whole) in (0..100_000_u64, 0..5000_u64, any::<bool>()),
        credits in option::of(0..200_000_u64),
        input_tokens in option::of(0..100_000_u64),
        output_tokens in option::of(0..100_000_u64),
        (audio_ms, local_ms) in (0..10_000_000_u64, 0..10_000_000_u64),
    ) -> Consumed {
        Consumed { characters, whole, instructions, credits, input_tokens, output_tokens, audio_ms, local_ms }
    }
}

fn exact(nanos: Nanos) -> BigDecimal {
    BigDecimal::new(nanos.get().into(), 9)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_cost_is_what_decimals_make_it(written in written(), consumed in consumed()) {
        prop_assert_eq!(exact(written.rate().cost(&consumed).nanos), written.cost(&consumed));
    }

    #[test]
    fn nothing_costs_more_than_the_most(
        written in written(), consumed in consumed(), (text, audio) in (0..1000_u64, 0..1000_u64),
    ) {
        let rate = written.rate();
        let work = Work {
            characters: consumed.characters + text,
            instructions: consumed.instructions,
            longest_ms: consumed.audio_ms.max(consumed.local_ms) + audio,
        };
        let bytes = 4 * (work.characters + work.instructions);
        let usual_credits = rate.price.credits_of(work.characters);
        let within = Consumed {
            credits: consumed.credits.and_then(|credits| {
                Some(if rate.price.credits.is_some() { credits.min(usual_credits?) } else { credits.min(work.characters) })
            }),
            input_tokens: consumed.input_tokens.map(|tokens| tokens.min(bytes)),
            output_tokens: consumed.output_tokens.map(|tokens| tokens.min(rate.price.output_tokens_of(work.longest_ms))),
            ..consumed
        };
        prop_assert!(rate.cost(&within).nanos <= rate.most(&work), "{within:?} of {work:?}");
    }

    #[test]
    fn more_never_costs_less(written in written(), consumed in consumed(), more in 0..1000_u64) {
        let rate = written.rate();
        let larger = Consumed {
            characters: consumed.characters + more,
            credits: consumed.credits.map(|credits| credits + more),
            input_tokens: consumed.input_tokens.map(|tokens| tokens + more),
            output_tokens: consumed.output_tokens.map(|tokens| tokens + more),
            audio_ms: consumed.audio_ms + more,
            local_ms: consumed.local_ms + more,
            ..consumed
        };
        prop_assert!(rate.cost(&consumed).nanos <= rate.cost(&larger).nanos);
    }

    #[test]
    fn whatever_is_reported_nothing_overflows(written in written(), count: u64, reported: bool) {
        let reported = reported.then_some(count);
        let consumed = Consumed {
            characters: count, whole: true, instructions: count, credits: reported,
            input_tokens: reported, output_tokens: reported, audio_ms: count, local_ms: count,
        };
        let rate = written.rate();
        prop_assert!(rate.cost(&consumed).nanos >= Nanos::ZERO);
        let work = Work { characters: count, instructions: count, longest_ms: count };
        prop_assert!(rate.most(&work) >= Nanos::ZERO);
    }
}

fn builtin(backend: &str, model: &str) -> Rate {
    let rates = Rates::builtin().unwrap();
    rates.at(backend, backend, model, 1_795_305_600_000).expect(model).as_ref().clone()
}

fn spoken(characters: u64) -> Consumed {
    Consumed { characters, whole: true, ..Consumed::default() }
}

/// From the bill in config/rates/openai.toml.
#[test]
fn a_bill_that_was_seen_comes_to_the_same() {
    let cost = builtin("openai", "tts-1").cost(&spoken(4095));
    assert_eq!((cost.nanos.to_string().as_str(), cost.basis), ("0.061425", Basis::Reported));
}

#[test]
fn vendors_cost_what_they_publish() {
    for (backend, model, dollars) in [
        ("openai", "tts-1", "0.015"),
        ("openai", "tts-1-hd", "0.03"),
        ("elevenlabs", "eleven_multilingual_v2", "0.10"),
        ("elevenlabs", "eleven_v3", "0.10"),
        ("elevenlabs", "eleven_flash_v2_5", "0.05"),
        ("elevenlabs", "eleven_turbo_v2", "0.05"),
        ("elevenlabs", "eleven_v4", "0.08"),
        ("elevenlabs", "eleven_v4_turbo", "0.04"),
        ("deepgram", "aura-2", "0.03"),
        ("deepgram", "aura-2-thalia-en", "0.03"),
        ("azure", "neural", "0.015"),
        ("azure", "neural-hd", "0.022"),
        ("kokoro", "kokoro", "0.00"),
    ] {
        let rate = builtin(backend, model);
        assert_eq!(rate.cost(&spoken(1000)).nanos.to_string(), dollars, "{model}");
        let work = Work { characters: 1000, ..Work::default() };
        assert_eq!(rate.most(&work), rate.likely(1000, 0), "{model}: nothing but text is paid for");
    }
    assert_eq!(builtin("azure", "neural").count("漢字"), 4);
}

/// What a person would work out: 200 tokens of text at 0.60, 1250 of audio at 12 a million.
#[test]
fn a_minute_of_gpt_4o_mini_tts_is_a_cent_and_a_half() {
    let rate = builtin("openai", "gpt-4o-mini-tts-2025-12-15");
    let minute = Consumed { characters: 600, instructions: 200, audio_ms: 60_000, ..spoken(0) };
    let cost = rate.cost(&minute);
    assert_eq!((cost.nanos.to_string().as_str(), cost.basis), ("0.01512", Basis::Estimated));
    let reported = Consumed { input_tokens: Some(200), output_tokens: Some(1250), ..minute };
    assert_eq!(rate.cost(&reported), Cost { nanos: cost.nanos, basis: Basis::Reported });
    assert!(
        rate.is_by_sound()
            && !builtin("openai", "tts-1").is_by_sound()
            && !builtin("kokoro", "x").is_by_sound()
    );
}

#[test]
fn credits_that_are_reported_come_before_characters() {
    let rate = builtin("elevenlabs", "eleven_flash_v2_5");
    let guessed = rate.cost(&spoken(1001));
    assert_eq!((guessed.nanos.to_string().as_str(), guessed.basis), ("0.05005", Basis::Estimated));
    let reported = rate.cost(&Consumed { credits: Some(501), ..spoken(1001) });
    assert_eq!((reported.nanos.to_string().as_str(), reported.basis), ("0.0501", Basis::Reported));
    // Half a credit is not to be had: the hold knows.
    assert_eq!(rate.most(&Work { characters: 1001, ..Work::default() }), reported.nanos);
}

#[test]
fn of_a_text_that_is_still_written_the_count_is_a_guess() {
    let rate = builtin("openai", "tts-1");
    assert_eq!(rate.cost(&Consumed { whole: false, ..spoken(10) }).basis, Basis::Estimated);
    let free = builtin("kokoro", "kokoro");
    assert_eq!(
        free.cost(&Consumed { whole: false, ..spoken(10) }).basis,
        Basis::Reported,
        "zero is no guess"
    );
}

#[test]
fn a_fraction_of_a_billionth_is_rounded_up_once() {
    let rate = Written(vec![
        ("usd_per_million_characters", "0.000000001".into()),
        ("usd_per_audio_second", "0.000000001".into()),
    ])
    .rate();
    assert_eq!(rate.cost(&Consumed { audio_ms: 1, ..spoken(1) }).nanos, Nanos::new(1), "not two");
    assert_eq!(rate.cost(&spoken(0)).nanos, Nanos::ZERO);
}
