//! What holds for any figure at all.

use std::sync::Arc;

use language::{Class, English, Token, compile, normalise};
use proptest::prelude::*;
use speech::{Reading, SpeechText};

/// What is said, with commas left out.
fn said(text: &str, english: English) -> Option<String> {
    let words: Vec<String> = tokens(text, english)?.into_iter().map(|token| token.said).collect();
    Some(words.join(" ").replace(',', ""))
}

fn tokens(text: &str, english: English) -> Option<Vec<Token>> {
    let text = SpeechText::new(text, None).ok()?;
    let graph = Arc::new(compile(text, &Reading::default()).ok()?);
    Some(normalise(&graph, english).tokens.into_iter().map(|(token, _)| token).collect())
}

/// The same of a number that something is counted by.
fn counted(number: &str, english: English) -> Option<String> {
    let words = said(&format!("It has {number} in it"), english)?;
    Some(words.strip_prefix("It has ")?.strip_suffix(" in it")?.to_owned())
}

/// The number that words name: "one hundred and five thousand two".
fn number(words: &str) -> Option<u64> {
    let ones = [
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
        "seventeen eighteen nineteen",
    ];
    let tens = "twenty thirty forty fifty sixty seventy eighty ninety";
    let (mut total, mut group) = (0, 0);
    for word in words.split([' ', '-']).filter(|word| *word != "and") {
        let one = ones.iter().flat_map(|ones| ones.split(' ')).position(|one| one == word);
        let ten = tens.split(' ').position(|ten| ten == word);
        match (word, one, ten) {
            ("hundred", ..) => group *= 100,
            ("thousand", ..) => (total, group) = (total + group * 1_000, 0),
            ("million", ..) => (total, group) = (total + group * 1_000_000, 0),
            (_, Some(one), _) => group += u64::try_from(one).ok()?,
            (_, _, Some(ten)) => group += 10 * (u64::try_from(ten).ok()? + 2),
            _ => return None,
        }
    }
    Some(total + group)
}

fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn is_words(said: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''));
    said.split(' ').all(word)
}

#[test]
fn every_number_up_to_two_thousand_reads_back() {
    for value in 0..2_000 {
        for english in [English::American, English::British] {
            let words = counted(&with_commas(value), english).unwrap();
            assert_eq!(number(&words), Some(value), "{words:?}");
        }
    }
}

#[test]
fn long_strings_of_figures_are_read_one_by_one() {
    for length in [40, 199, 200, 201, 10_000] {
        let words = said(&"7".repeat(length), English::American).unwrap();
        let sevens = words.split(' ').filter(|word| *word == "seven").count();
        assert!(is_words(&words) && sevens > length / 30, "{length}: {sevens}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn a_number_reads_back(value in 0u64..1_000_000, british in any::<bool>()) {
        let english = if british { English::British } else { English::American };
        let words = counted(&with_commas(value), english).unwrap_or_default();
        prop_assert_eq!(number(&words), Some(value), "{}", words);
    }

    #[test]
    fn an_ordinal_ends_as_it_should(value in 1u64..1_000_000) {
        let ending = match (value % 10, value % 100) {
            (_, 11..=13) => "th",
            (1, _) => "st",
            (2, _) => "nd",
            (3, _) => "rd",
            _ => "th",
        };
        let words = said(&format!("{}{ending}", with_commas(value)), English::American).unwrap_or_default();
        let last = match ending { "st" => "first", "nd" => "second", "rd" => "third", _ => "th" };
        prop_assert!(words.ends_with(last), "{}", words);
    }

    #[test]
    fn money_keeps_its_magnitude(value in 2u64..1000, name in "(thousand|million|billion|trillion)") {
        for text in [format!("${value} {name}"), format!("{value} {name} USD"), format!("€{value} {name}")] {
            let words = said(&text, English::American).unwrap_or_default();
            let (amount, currency) = words.split_once(&format!(" {name} ")).unwrap_or_default();
            prop_assert_eq!(number(amount), Some(value), "{}", words);
            prop_assert!(currency.ends_with("dollars") || currency == "euros", "{}", words);
        }
    }

    #[test]
    fn dollars_and_cents_are_counted(dollars in 2u64..100_000, cents in 2u64..100) {
        let words = said(&format!("${}.{cents:02}", with_commas(dollars)), English::American).unwrap_or_default();
        let (whole, part) = words.split_once(" dollars and ").unwrap_or_default();
        prop_assert_eq!(number(whole), Some(dollars), "{}", words);
        prop_assert_eq!(part.strip_suffix(" cents").and_then(number), Some(cents), "{}", words);
    }

    #[test]
    fn percent_is_kept(whole in 0u64..1000, part in 0u64..10) {
        let words = said(&format!("{whole}.{part}%"), English::American).unwrap_or_default();
        let (first, second) = words.split_once(" point ").unwrap_or_default();
        prop_assert_eq!(number(first), Some(whole), "{}", words);
        prop_assert_eq!(second.strip_suffix(" percent").and_then(number), Some(part), "{}", words);
    }

    #[test]
    fn any_string_of_figures_is_words(text in "[0-9]{1,60}") {
        let words = said(&text, English::American).unwrap_or_default();
        prop_assert!(is_words(&words), "{}", words);
    }

    #[test]
    fn whatever_holds_a_figure_is_words_and_loses_none(
        text in "[-+~$€£#(]{0,2}[0-9]{1,5}([-–./:,'× ]?[0-9]{1,4}){0,4}( ?(%|km|€|pm|st|s|x|°C|k|M)){0,1}[)!?,.]{0,2}"
    ) {
        for token in tokens(&text, English::American).unwrap_or_default() {
            prop_assert!(token.said.is_empty() || is_words(&token.said.replace(',', "")), "{:?}", token);
            let has_figure = token.text.contains(|c: char| c.is_ascii_digit());
            prop_assert!(!has_figure || !token.said.is_empty(), "{:?}", token);
            prop_assert!(token.class != Class::Word || !has_figure, "{:?}", token);
        }
    }
}
