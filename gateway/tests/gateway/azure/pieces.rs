//! A text that comes in pieces, and is spoken while it is written.

use std::time::Duration;

use billing::{Action, Budget, Measure, Window};
use gateway::{Config, Ended};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::client::{PATHS, Talk, Turn, open, streaming, talk};
use super::ssml;
use crate::backend::{CHUNK, CHUNKS, reaches};
use crate::server::{Server, config};

/// Bytes of what `tone` says of a sentence.
const SENTENCE: usize = CHUNKS * CHUNK * 2;

/// Everything that is told until a message of that path, which is the last.
async fn until(talk: &mut Talk, path: &str) -> Turn {
    let mut turn = Turn::default();
    loop {
        let heard = talk.hear().await.unwrap_or_else(|close| panic!("{close:?}"));
        turn.take(&heard);
        if heard.path == path {
            return turn;
        }
    }
}

#[tokio::test]
async fn a_sentence_is_heard_before_the_text_has_ended() {
    let server = Server::start().await;
    let all = ["wordBoundary", "punctuationBoundary", "sentenceBoundary", "viseme", "sessionEnd"];
    for path in PATHS.into_iter().chain(PATHS_FOR_TEXTS) {
        let mut talk = open(&server, path, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        talk.say("synthesis.context", "1", &streaming("words", json!({}), &all).to_string()).await;
        talk.write("1", &["Oh, y", "es! Ca"]).await;
        let begun = until(&mut talk, "audio").await;
        assert_eq!(begun.paths, ["turn.start", "response", "audio.metadata", "audio"], "{path}");
        talk.write("1", &["f\u{e9} ", "&amp; t", "ea"]).await;
        talk.say("text.end", "1", "").await;
        let mut turn = talk.turn().await;
        assert_eq!((turn.close.as_ref(), &turn.end), (None, &json!({})), "{path}");
        assert!(turn.ids.iter().all(|id| id == "1"), "{:?}", turn.ids);
        turn.metadata.splice(0..0, begun.metadata);
        insta::allow_duplicates! {
            insta::assert_snapshot!(turn.show(), @r#"
            WordBoundary 100000+700000 "WordBoundary" "Oh" 2
            Viseme 100000 6
            Viseme 600000 0
            WordBoundary 800000+300000 "PunctuationBoundary" "," 1
            WordBoundary 1100000+700000 "WordBoundary" "yes" 3
            Viseme 1100000 6
            Viseme 1600000 0
            WordBoundary 1800000+2100000 "PunctuationBoundary" "!" 1
            SentenceBoundary 100000+1700000 "SentenceBoundary" "Oh, yes!" 8
            WordBoundary 3900000+700000 "WordBoundary" "Café" 4
            Viseme 3900000 6
            Viseme 4400000 0
            WordBoundary 4900000+700000 "WordBoundary" "&" 1
            Viseme 4900000 6
            Viseme 5400000 0
            WordBoundary 5900000+700000 "WordBoundary" "tea" 3
            Viseme 5900000 6
            Viseme 6400000 0
            SentenceBoundary 3900000+2700000 "SentenceBoundary" "Café & tea" 10
            SessionEnd 6800000
            "#);
        }
    }
}

/// Where texts in pieces are asked for at Azure itself.
const PATHS_FOR_TEXTS: [&str; 2] = ["/tts/cognitiveservices/websocket/v2", "/cognitiveservices/websocket/v2"];

#[tokio::test]
async fn texts_and_documents_follow_each_other() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.dictate("1", "tone", &["Hel", "lo."]).await;
    talk.ask("2", &ssml("tone", "Hello.")).await;
    talk.dictate("3", "tone", &["Hello."]).await;
    for id in ["1", "2", "3"] {
        let turn = talk.turn().await;
        assert!(turn.ids.iter().all(|told| told == id), "{:?}", turn.ids);
        assert_eq!((turn.audio.len(), turn.close), (SENTENCE, None));
    }
    // What comes behind a text waits for its end.
    talk.write("4", &["Hello. And"]).await;
    talk.ask("5", &ssml("tone", "Hello.")).await;
    talk.is_heard().await;
    talk.say("text.end", "4", "").await;
    for id in ["4", "5"] {
        assert_eq!(talk.turn().await.ids.last().unwrap(), id);
    }
    drop(talk);
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"
    req-1 local tone completed Some(6)
    req-2 local tone completed Some(123)
    req-3 local tone completed Some(6)
    req-4 local tone completed Some(10)
    req-5 local tone completed Some(123)
    ");
}

#[tokio::test]
async fn what_of_the_manner_cannot_be_done_is_named_at_the_end() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    let manner =
        json!({"rate": "+50%", "volume": "50", "pitch": "high", "style": "cheerful", "temperature": "0.7"});
    for (manner, speed, dropped) in [
        (manner, 1.5, json!({"soundboard": {"dropped": ["pitch", "style", "temperature"]}})),
        (json!({"rate": "brisk", "volume": ""}), 1.0, json!({"soundboard": {"dropped": ["rate"]}})),
        (json!({"rate": "", "language": "en-US"}), 1.0, json!({})),
    ] {
        talk.say("synthesis.context", "1", &streaming("tone", manner.clone(), &[]).to_string()).await;
        talk.write("1", &["Hello."]).await;
        talk.say("text.end", "1", "").await;
        let turn = talk.turn().await;
        assert_eq!(turn.end, dropped);
        let loudest = turn.audio.chunks_exact(2).map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]])).max();
        let is_halved = manner["volume"] == "50";
        assert_eq!(loudest.unwrap() < 10_000, is_halved, "{loudest:?}");
        let said = server.work.utterances.lock().unwrap().pop().unwrap();
        assert_eq!(said.delivery.speed.times(), speed);
    }
}

#[tokio::test]
async fn a_stop_ends_a_text_and_what_else_is_written_of_it_is_left_alone() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    let context = streaming("endless", json!({}), &[]).to_string();
    talk.say("synthesis.context", "1", &context).await;
    talk.write("1", &["Hello. And"]).await;
    while talk.hear().await.unwrap_or_else(|close| panic!("{close:?}")).path != "audio" {}
    talk.say("synthesis.control", "1", r#"{"action":"stop"}"#).await;
    talk.write("1", &[" so on."]).await;
    assert_eq!(talk.turn().await.paths.last().unwrap(), "turn.end");
    reaches(&server.work.ended, 1).await;
    talk.write("1", &[" And on."]).await;
    talk.say("text.end", "1", "").await;
    talk.dictate("2", "tone", &["Hello."]).await;
    let turn = talk.turn().await;
    assert_eq!((&*turn.ids[0], turn.audio.len(), turn.close), ("2", SENTENCE, None));
    drop(talk);
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"
    req-1 local endless hung_up Some(6)
    req-2 local tone completed Some(6)
    ");
}

/// How a socket ends on which these messages are sent.
async fn end_of(messages: &[(&str, &str, &str)]) -> String {
    let server = Server::configured(Config { max_body_bytes: 4096, ..config() }).await;
    let mut talk = talk(&server).await;
    for (path, id, body) in messages {
        talk.say(path, id, body).await;
    }
    let turn = talk.turn().await;
    let (code, reason) = turn.close.expect("is not closed");
    let rows = server.rows.clone();
    server.ended().await;
    format!("{} | {code} {reason}\n{}", turn.paths.join(" "), rows.show())
}

#[tokio::test]
async fn what_cannot_be_spoken_closes_the_socket_with_the_reason() {
    let (tone, nobody) = (streaming("tone", json!({}), &[]), streaming("nobody", json!({}), &[]));
    let (tone, nobody) = (&*tone.to_string(), &*nobody.to_string());
    let voiceless = r#"{"synthesis":{"input":{"bidirectionalStreamingMode":true}}}"#;
    let context = "synthesis.context";
    let much = "a ".repeat(2200);
    insta::assert_snapshot!(end_of(&[("text.piece", "1", "Hello.")]).await, @"
     | 1007 A text in pieces needs a synthesis.context before it, with synthesis.input and its voiceName.
    req-1 local - invalid_parameter None
    ");
    insta::assert_snapshot!(end_of(&[(context, "1", voiceless), ("text.piece", "1", "Hello.")]).await, @"
     | 1007 The required field voiceName is missing.
    req-1 local - invalid_parameter None
    ");
    insta::assert_snapshot!(end_of(&[(context, "1", nobody), ("text.piece", "1", "Hello."), ("text.end", "1", "")]).await, @r#"
     | 1007 There is no voice "nobody".
    req-1 local - unknown_voice None
    "#);
    insta::assert_snapshot!(end_of(&[(context, "1", tone), ("text.end", "1", "")]).await, @"
     | 1007 There is nothing to say; send at least one letter or digit.
    req-1 local - invalid_text None
    ");
    insta::assert_snapshot!(end_of(&[(context, "1", tone), ("text.piece", "1", " ... "), ("text.end", "1", "")]).await, @"
     | 1007 There is nothing to say; send at least one letter or digit.
    req-1 local - invalid_text Some(5)
    ");
    insta::assert_snapshot!(end_of(&[(context, "1", tone), ("text.piece", "1", &much)]).await, @"
     | 1007 Too much text waits to be spoken; at most 4096 bytes may.
    req-1 local - invalid_text None
    req-2 local - invalid_text None
    ");
    // A text has no end that its writer has not told.
    insta::assert_snapshot!(end_of(&[(context, "1", tone), ("text.piece", "1", "Hello."), ("text.piece", "2", "Hello.")]).await, @"
    turn.start response audio | 1007 A text is still being written; end it with text.end before the next.
    req-1 local tone completed Some(6)
    req-2 local - invalid_parameter None
    ");
}

#[tokio::test]
async fn a_piece_that_is_no_text_is_refused() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.say("synthesis.context", "1", &streaming("tone", json!({}), &[]).to_string()).await;
    let head = b"Path: text.piece\r\nX-RequestId: 1\r\n";
    let frame = [&[0, head.len() as u8], &head[..], b"caf\xe9"].concat();
    talk.send(Message::Binary(frame.into())).await;
    assert_eq!(talk.closed().await, (1007, "A piece of the text is not in UTF-8.".to_owned()));
}

#[tokio::test]
async fn a_budget_that_is_used_up_is_too_many_requests() {
    let server = Server::start().await;
    let (measure, window) = (Measure::Money, Window::Month);
    server.rows.limit([Budget { key: None, measure, limit: 0, window, action: Action::Refuse }]);
    let mut talk = talk(&server).await;
    talk.dictate("1", "tone", &["Hello."]).await;
    assert_eq!(talk.closed().await.0, 4429);
}

#[tokio::test]
async fn who_cannot_read_a_status_is_told_behind_the_first_piece() {
    let server = Server::with(config(), &[("ann", "key-of-ann")]).await;
    let path = format!("{}?Ocp-Apim-Subscription-Key=nobodys", PATHS_FOR_TEXTS[0]);
    let mut talk = open(&server, &path, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    talk.write("1", &["Hello."]).await;
    assert_eq!(talk.closed().await.0, 1008);
}

#[tokio::test]
async fn who_leaves_in_the_middle_of_a_text_has_hung_up() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.say("synthesis.context", "1", &streaming("endless", json!({}), &[]).to_string()).await;
    talk.write("1", &["Hello. And"]).await;
    reaches(&server.work.made, 1).await;
    drop(talk);
    reaches(&server.work.ended, 1).await;
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"req-1 local endless hung_up Some(6)");
}

#[tokio::test]
async fn a_server_that_stops_hears_a_text_to_its_end() {
    let mut server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.say("synthesis.context", "1", &streaming("tone", json!({}), &[]).to_string()).await;
    talk.write("1", &["Hello. And"]).await;
    while talk.hear().await.unwrap_or_else(|close| panic!("{close:?}")).path != "audio" {}
    server.stop();
    talk.is_heard().await;
    talk.write("1", &[" good day."]).await;
    talk.say("text.end", "1", "").await;
    assert_eq!(talk.turn().await.end, json!({}));
    assert_eq!(talk.closed().await.0, 1001);
    let rows = server.rows.clone();
    assert_eq!(server.ended().await, Ended::Drained);
    insta::assert_snapshot!(rows.show(), @"req-1 local tone completed Some(20)");
}

#[tokio::test]
async fn ten_minutes_without_a_piece_end_a_text_and_its_socket() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.say("synthesis.context", "1", &streaming("tone", json!({}), &[]).to_string()).await;
    talk.write("1", &["Hello. And"]).await;
    while talk.hear().await.unwrap_or_else(|close| panic!("{close:?}")).path != "audio" {}
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(601)).await;
    tokio::time::resume();
    let turn = talk.turn().await;
    assert_eq!((turn.close.unwrap().0, turn.end), (1000, Value::Null), "its writer has not ended it");
}
