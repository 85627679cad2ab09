//! What holds for the normalised form of any text at all.

use std::sync::Arc;

use language::{Class, English, Normalised, compile, normalise, unreadable};
use proptest::prelude::*;
use speech::{Reading, SpeechGraph, SpeechText};

mod invariants;
use invariants::{check, graph};

fn holds(text: &str) -> Result<(), TestCaseError> {
    check(text).map_err(TestCaseError::fail)
}

fn normalised(graph: &Arc<SpeechGraph>) -> Normalised {
    normalise(graph, English::American)
}

/// Words of a sentence, abbreviations, names, figures, addresses, code, signs: whatever a rule looks for.
const PIECES: &str = "([a-z]{1,6}|[A-Z]{1,5}|[A-Z][a-z]{1,5}|[a-z]{1,4}[A-Z][a-z]{1,3}|[0-9]{1,4}|Dr|St|No|vs|etc|Mr|Inc|al|et|v|ed|by|Co|Mass|Jan|Sat|Sun|US|IT|WHO|PhD\
    |Chapter|Henry|War|I|V|X|II|IV|A|a|n|Boston|com|txt|w/|b/c|R&D|e\\.g|U\\.S|a\\.m|http://|https://|www\\.|::|[☃👍😂♥→§°½²①Ⅷ］～ｱﬁ𝐇日本かシ서Мя́αΩ٣ش‣◦─\u{ad}\u{200b}\u{e000}\u{1F1EF}\u{1F1F5}]\
    |[.,;:!?…—–‐’'\"“”()\\[\\]{}/\\\\_*^~|`#$%&+=<>@-]{1,3}|[ \n\t]{1,2}| | | | )";

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_unicode_is_read(text in any::<String>()) {
        holds(&text)?;
    }

    #[test]
    fn any_writing_is_read(pieces in proptest::collection::vec(PIECES, 1..24)) {
        holds(&pieces.concat())?;
    }

    #[test]
    fn any_words_with_any_marks_are_read(pieces in proptest::collection::vec(PIECES, 1..16)) {
        holds(&pieces.join(" "))?;
    }

    /// A word stands in what is said, whatever punctuation and signs are around it.
    #[test]
    fn no_word_is_lost(
        words in proptest::collection::vec(("[.,;:!?…—–’'\"“”()\\[\\]/_*^~|&+=>@# -]{0,3}", "(bramble|window|carefully|ghost|pebble|nothing|however|yesterday)"), 1..20)
    ) {
        // What looks like a tag of HTML is one; the address of a link is not said.
        let text: String = words.iter().map(|(marks, word)| format!("{marks} {word}")).collect();
        prop_assume!(!text.contains("]("));
        let Some(graph) = graph(&text) else { return Ok(()) };
        let said = normalised(&graph).text;
        let mut found = said.split(|c: char| !c.is_alphabetic());
        for (_, word) in &words {
            prop_assert!(found.any(|said| said == word), "{word} of {text:?} is not in {said:?}");
        }
    }

    /// The same where signs and words are one chunk.
    #[test]
    fn no_part_is_lost(parts in proptest::collection::vec("(bramble|window|Ghost|pebble|[./\\\\:;,_@#&+=>~^|-])", 1..12)) {
        let text = parts.concat();
        let Some(graph) = graph(&text) else { return Ok(()) };
        let said: String = normalised(&graph).text.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
        let mut rest = said.as_str();
        for word in parts.iter().map(|part| part.to_lowercase()).filter(|part| part.len() > 1) {
            let at = rest.find(&word);
            prop_assert!(at.is_some(), "{word} of {text:?} is not in {said:?}");
            rest = &rest[at.unwrap_or(0) + word.len()..];
        }
    }
}

#[test]
fn what_nobody_could_read_is_named() {
    let named = |text: &str| -> Vec<(String, usize)> {
        unreadable(text).into_iter().map(|found| (found.name, found.characters)).collect()
    };
    assert_eq!(named("Hello, мир! さくら 서울 👍 ½ № ──"), []);
    assert_eq!(named("你好 and שלום"), [("script:han".to_owned(), 2), ("script:hebrew".to_owned(), 4)]);
    assert_eq!(named("日本の"), [("script:han".to_owned(), 2), ("script:hiragana".to_owned(), 1)]);
    assert_eq!(named("a\u{E000}b\u{E000}"), [("character:U+E000".to_owned(), 2)]);
    let many: String = (0..100).filter_map(|at| char::from_u32(0xE000 + at)).collect();
    assert_eq!(named(&many).len(), 17);
}

#[test]
fn what_is_not_said_is_named() {
    for text in ["a 你好", "b ไทย", "c \u{E000}", "d हिन्दी", "e \u{10FFFF}x", "f العربية", "g ℵ", "h ㈠"]
    {
        let text = SpeechText::new(text, None).expect("speakable");
        let graph = Arc::new(compile(text, &Reading::default()).expect("speakable"));
        assert!(!unreadable(graph.plain().as_str()).is_empty(), "{:?}", graph.plain().as_str());
    }
    let graph = graph("say 你好 now").expect("speakable");
    let classes: Vec<Class> = normalised(&graph).tokens.iter().map(|(token, _)| token.class).collect();
    assert_eq!(classes, [Class::Word, Class::Unreadable, Class::Word]);
}
