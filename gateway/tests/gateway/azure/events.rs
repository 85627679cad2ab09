//! What is told beside the audio.

use super::client::{Turn, context, talk};
use super::{RAW, ssml};
use crate::server::Server;

const ALL: [&str; 6] =
    ["wordBoundary", "punctuationBoundary", "sentenceBoundary", "viseme", "bookmark", "sessionEnd"];

async fn hear(voice: &str, said: &str, wanted: &[&str]) -> Turn {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask_for("1", &ssml(voice, said), &context(RAW, wanted)).await;
    let turn = talk.turn().await;
    assert_eq!(turn.close, None);
    turn
}

#[tokio::test]
async fn everything_that_can_be_wanted() {
    let said = "<bookmark mark='one'/>Oh, yes!<bookmark mark='two'/> Caf\u{e9} <bookmark mark='three'/>&amp; tea.<bookmark mark='four'/>";
    let turn = hear("words", said, &ALL).await;
    insta::assert_snapshot!(turn.show(), @r#"
    Bookmark 0 "one"
    WordBoundary 100000+700000 "WordBoundary" "Oh" 2
    Viseme 100000 6
    Viseme 600000 0
    WordBoundary 800000+300000 "PunctuationBoundary" "," 1
    WordBoundary 1100000+700000 "WordBoundary" "yes" 3
    Viseme 1100000 6
    Viseme 1600000 0
    WordBoundary 1800000+300000 "PunctuationBoundary" "!" 1
    SentenceBoundary 100000+1700000 "SentenceBoundary" "Oh, yes!" 8
    Bookmark 1800000 "two"
    WordBoundary 2100000+700000 "WordBoundary" "Café" 4
    Viseme 2100000 6
    Viseme 2600000 0
    Bookmark 2800000 "three"
    WordBoundary 3100000+700000 "WordBoundary" "&" 1
    Viseme 3100000 6
    Viseme 3600000 0
    WordBoundary 4100000+700000 "WordBoundary" "tea" 3
    Viseme 4100000 6
    Viseme 4600000 0
    WordBoundary 4800000+200000 "PunctuationBoundary" "." 1
    SentenceBoundary 2100000+2700000 "SentenceBoundary" "Café & tea." 11
    Bookmark 4800000 "four"
    SessionEnd 5000000
    "#);
}

#[tokio::test]
async fn only_what_is_wanted_is_told() {
    let said = "Oh, yes! <bookmark mark='one'/>Tea.";
    for wanted in ALL {
        let turn = hear("words", said, &[wanted]).await;
        let told: Vec<_> =
            turn.show().lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        let (kind, times) = match wanted {
            "wordBoundary" | "punctuationBoundary" => ("WordBoundary", 3),
            "sentenceBoundary" => ("SentenceBoundary", 2),
            "viseme" => ("Viseme", 6),
            "bookmark" => ("Bookmark", 1),
            _ => ("SessionEnd", 1),
        };
        assert_eq!(told, vec![kind; times], "{wanted}");
    }
    assert_eq!(hear("words", said, &[]).await.show(), "");
}

#[tokio::test]
async fn it_is_told_before_the_audio_that_it_is_heard_in_and_in_time_where_it_comes_late() {
    let early = hear("words", "Oh yes.", &["wordBoundary"]).await;
    assert_eq!(early.paths[2..4], ["audio.metadata", "audio"]);
    let late = hear("late", "Oh, yes.", &["wordBoundary", "punctuationBoundary"]).await;
    let early = hear("early", "Oh, yes.", &["wordBoundary", "punctuationBoundary"]).await;
    assert_eq!(early.show(), late.show());
    insta::assert_snapshot!(late.show(), @r#"
    WordBoundary 100000+700000 "WordBoundary" "Oh" 2
    WordBoundary 800000+300000 "PunctuationBoundary" "," 1
    WordBoundary 1100000+700000 "WordBoundary" "yes" 3
    WordBoundary 1800000+200000 "PunctuationBoundary" "." 1
    "#);
}

#[tokio::test]
async fn a_viseme_has_every_field_that_the_sdk_for_javascript_joins() {
    let turn = hear("words", "Oh.", &["viseme"]).await;
    insta::assert_snapshot!(turn.metadata[0], @r#"{"Data":{"AnimationChunk":"","IsLastAnimation":true,"Offset":100000,"VisemeId":6},"Type":"Viseme"}"#);
}

/// As the SDK for JavaScript finds out where each word stands in the document.
#[tokio::test]
async fn every_word_is_found_in_the_document_behind_the_one_before_it() {
    let said = "<p><s>The <emphasis>quick</emphasis> fox, \u{201c}it\u{201d} said, didn't.</s>\n<s>It's 5% off &#8211; the fox.</s></p>";
    let turn = hear("words", said, &["wordBoundary"]).await;
    let (document, mut at) = (ssml("words", said), 0);
    let mut words = Vec::new();
    for event in &turn.metadata {
        let word = event["Data"]["text"]["Text"].as_str().unwrap();
        at += document[at..].find(word).unwrap_or_else(|| panic!("{word}")) + word.len();
        words.push(word);
    }
    insta::assert_snapshot!(words.join("|"), @"The|quick|fox|it|said|didn't|It's|5%|off|the|fox");
}
