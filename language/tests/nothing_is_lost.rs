//! What holds for any text at all.

use language::compile;
use proptest::prelude::*;
use speech::{Boundary, Reading, SpeechText, has_sound};

fn holds_for(text: &str) -> Result<(), TestCaseError> {
    let Ok(text) = SpeechText::new(text, None) else { return Ok(()) };
    let Ok(graph) = compile(text, &Reading::default()) else { return Ok(()) };
    let text = graph.plain().as_str();
    prop_assert!(!graph.clauses().is_empty());
    let (mut byte, mut last) = (0, None);
    for clause in graph.clauses() {
        let words = graph.words_of(clause);
        let skipped = text.get(byte..clause.bytes.start);
        prop_assert!(skipped.is_some_and(|skipped| skipped.chars().all(char::is_whitespace)), "{skipped:?}");
        prop_assert!(words.chars().any(has_sound), "{words:?} is silent");
        prop_assert_eq!(words, words.trim());
        prop_assert_eq!(clause.span, graph.plain().span(clause.bytes.clone()));
        byte = clause.bytes.end;
        last = Some(clause.ends);
    }
    prop_assert!(text[byte..].chars().all(char::is_whitespace));
    prop_assert_eq!(last, Some(Boundary::Paragraph));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_unicode_keeps_every_character(text in any::<String>()) {
        holds_for(&text)?;
    }

    #[test]
    fn any_prose_keeps_every_character(
        text in "([A-Za-z]{1,5}|[0-9]{1,3}|Dr|e\\.g|é|日|👍|[ \n\r\t]{1,3}|[.,;:!?…—–\\-()\\[\\]\"“”'’。、]{1,3}){1,40}"
    ) {
        holds_for(&text)?;
    }

    #[test]
    fn marks_take_no_word_with_them(
        text in "((qu|zow|[0-9]{1,2})|\\*{1,3}|_|#{1,2} |[-+] |[0-9]\\. |> |`{1,3}|~~|\\||\\[|\\]|<|>|&|\\\\|\n| ){1,40}"
    ) {
        let words = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric()).collect::<Vec<_>>().join(" ").split_whitespace().collect::<String>()
        };
        let Ok(speakable) = SpeechText::new(text.as_str(), None) else { return Ok(()) };
        let Ok(graph) = compile(speakable, &Reading::default()) else { return Ok(()) };
        // The name of a code block's language is no text.
        if !text.contains("```") && !text.contains("~~~") {
            prop_assert_eq!(words(graph.plain().as_str()), words(&text));
        }
    }

    #[test]
    fn a_stop_inside_a_number_or_an_address_never_splits(
        whole in 0u32..100_000, part in 0u32..1000, name in "[a-z]{2,8}", zone in "(com|org|net)",
    ) {
        for word in [format!("{whole}.{part}"), format!("{whole},{part:03}"), format!("{name}.{zone}")] {
            let text = SpeechText::new(format!("it is {word} today"), None).expect("speakable");
            prop_assert_eq!(compile(text, &Reading::default()).unwrap().clauses().len(), 1);
        }
    }
}
