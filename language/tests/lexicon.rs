//! The client's own sayings, in sentences.

use std::sync::Arc;

use language::{English, compile, left_out, normalise};
use speech::{Lexicon, Reading, Saying, SpeechGraph, SpeechText};

fn graph(text: &str, entries: &[(&str, &str)]) -> SpeechGraph {
    let entries =
        entries.iter().map(|(word, saying)| ((*word).to_owned(), Saying::Alias((*saying).to_owned())));
    let reading = Lexicon::new(entries).map(|lexicon| Reading { lexicon, ..Reading::default() });
    let (Ok(text), Ok(reading)) = (SpeechText::new(text, None), reading) else {
        panic!("the test's own text is bad")
    };
    match compile(text, &reading) {
        Ok(graph) => graph,
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn check(text: &str, entries: &[(&str, &str)], said: &str) {
    assert_eq!(normalise(&Arc::new(graph(text, entries)), English::American).text, said);
}

#[test]
fn an_entry_holds_wherever_its_word_stands() {
    let entries = [("Nguyen", "win"), ("W3C", "the consortium"), ("New York Times", "the paper")];
    check("Nguyen, (nguyen) and NGUYEN's.", &entries, "win, (win) and win's.");
    check("The W3C’s draft; the New York Times.", &entries, "The the consortium's draft; the the paper.");
    check("New York, Times and new York times", &entries, "New York, Times and the paper");
}

#[test]
fn signs_of_an_entry_belong_to_it() {
    let entries = [("Dr.", "drive"), ("St. Louis", "saint lewis"), (".NET", "dot net"), ("Yahoo!", "yahoo")];
    check("Dr. Lee left St. Louis.", &entries, "drive Lee left saint lewis.");
    check(
        "He uses .NET, and a net, at Yahoo! today.",
        &entries,
        "He uses dot net, and a net, at yahoo today.",
    );
    check("Siobha\u{301}n called.", &[("Siobh\u{e1}n", "shivawn")], "shivawn called.");
}

#[test]
fn what_the_client_says_is_not_left_out() {
    let names = |entries: &[(&str, &str)]| -> Vec<String> {
        let left = left_out(&graph("I love 東京 and 京都.", entries), English::American);
        left.into_iter().map(|left| format!("{} {}", left.name, left.characters)).collect()
    };
    assert_eq!(names(&[]), ["script:han 4"]);
    assert_eq!(names(&[("東京", "Tokyo")]), ["script:han 2"]);
    assert!(names(&[("東京", "Tokyo"), ("京都", "Kyoto")]).is_empty());
}

#[test]
fn what_a_document_has_phonemes_for_is_not_left_out() {
    let notation = speech::Notation::Ssml { may_fetch: false };
    let ssml = "<speak>I love <phoneme alphabet=\"ipa\" ph=\"ˈtoʊkioʊ\">東京</phoneme> and 京都.</speak>";
    let text = SpeechText::new(ssml, None).unwrap();
    let graph = compile(text, &Reading { notation, ..Reading::default() }).unwrap();
    let left = left_out(&graph, English::American);
    assert_eq!(left.iter().map(|left| left.characters).collect::<Vec<_>>(), [2]);
}
