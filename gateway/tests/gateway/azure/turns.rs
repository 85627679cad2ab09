//! Turns on a socket.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::client::{PATHS, context, open, talk};
use super::{RAW, ssml};
use crate::backend::{CHUNK, CHUNKS, reaches};
use crate::server::Server;

#[tokio::test]
async fn a_turn_as_the_sdk_for_javascript_asks_for_it() {
    let server = Server::start().await;
    let mut talk = open(&server, PATHS[0], &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let id = "948E43AF0B854A4497A07A1B2F2D2E5D";
    talk.say("speech.config", id, r#"{"context":{"system":{"name":"SpeechSDK","version":"1.52.0"}}}"#).await;
    let context = json!({"synthesis": {"audio": {"metadataOptions": {
        "bookmarkEnabled": false, "punctuationBoundaryEnabled": "false", "sentenceBoundaryEnabled": "false",
        "sessionEndEnabled": true, "visemeEnabled": false, "wordBoundaryEnabled": "false",
    }, "outputFormat": RAW}, "language": {"autoDetection": false}}});
    talk.ask_for(id, &ssml("tone", "Hello, world."), &context).await;
    let turn = talk.turn().await;
    assert_eq!(turn.paths, ["turn.start", "response", "audio", "audio.metadata", "turn.end"]);
    assert!(turn.ids.iter().all(|told| told == id), "{:?}", turn.ids);
    assert_eq!(turn.audio.len(), CHUNKS * CHUNK * 2);
    assert_eq!(turn.show(), "SessionEnd 3000000");
    assert_eq!(turn.end, json!({}));
}

#[tokio::test]
async fn a_turn_as_the_sdk_for_python_asks_for_it() {
    let server = Server::start().await;
    let usp = [("sec-websocket-protocol", "USP"), ("ocp-apim-subscription-key", "any")];
    let mut talk = open(&server, PATHS[1], &usp).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(talk.protocol, "USP");
    let id = "5b8a1c0e2f3d4a5b8c7d6e5f4a3b2c1d";
    let context = context(RAW, &["sessionEnd"]).to_string();
    let said = ssml("tone", "Hello, world.");
    for (head, body) in [
        ("Path:speech.config".to_owned(), "{}"),
        (format!("Path:synthesis.context\r\nX-RequestId:{id}"), &*context),
        (format!("Path:ssml\r\nX-RequestId:{id}\r\nContent-Type:application/ssml+xml"), &said),
    ] {
        talk.send(Message::Text(format!("{head}\r\n\r\n{body}").into())).await;
    }
    let turn = talk.turn().await;
    assert_eq!((turn.audio.len(), turn.close), (CHUNKS * CHUNK * 2, None));
    assert!(turn.ids.iter().all(|told| told == id));
    talk.send(Message::Text("Path:telemetry\r\n\r\n{\"secret\":1}".into())).await;
    talk.ask("2", &said).await;
    assert_eq!(talk.turn().await.audio, turn.audio, "telemetry is left alone");
}

#[tokio::test]
async fn the_audio_names_the_stream_that_the_response_names() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask("1", &ssml("tone", "Hello.")).await;
    let start = talk.hear().await.unwrap_or_else(|close| panic!("{close:?}"));
    assert!(start.json()["context"]["serviceTag"].is_string());
    let response = talk.hear().await.unwrap_or_else(|close| panic!("{close:?}")).json();
    assert_eq!(response["audio"]["type"], "inline");
    let audio = talk.hear().await.unwrap_or_else(|close| panic!("{close:?}"));
    assert_eq!((&*audio.path, &*audio.headers["content-type"]), ("audio", "audio/pcm"));
    assert_eq!(audio.headers["x-streamid"], response["audio"]["streamId"]);
    assert_ne!(audio.body[..4], *b"RIFF");
}

#[tokio::test]
async fn turns_follow_each_other_one_by_one_and_in_a_row() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    for id in ["1", "2"] {
        talk.ask(id, &ssml("tone", "Hello.")).await;
        let turn = talk.turn().await;
        assert_eq!((&turn.ids[0], turn.audio.len()), (&id.to_owned(), CHUNKS * CHUNK * 2));
    }
    for id in ["3", "4", "5"] {
        talk.ask(id, &ssml("tone", "Hello.")).await;
    }
    for id in ["3", "4", "5"] {
        let turn = talk.turn().await;
        assert!(turn.ids.iter().all(|told| told == id), "{:?}", turn.ids);
    }
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"
    req-1 local tone completed Some(123)
    req-2 local tone completed Some(123)
    req-3 local tone completed Some(123)
    req-4 local tone completed Some(123)
    req-5 local tone completed Some(123)
    ");
}

#[tokio::test]
async fn a_context_holds_for_the_documents_behind_it() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.say("ssml", "1", &ssml("tone", "Hello.")).await;
    let usual = talk.turn().await;
    assert_eq!(usual.audio.len(), CHUNKS * CHUNK * 2 * 16 / 24, "raw-16khz-16bit-mono-pcm");
    talk.ask_for("2", &ssml("tone", "Hello."), &context("riff-8khz-16bit-mono-pcm", &[])).await;
    talk.say("ssml", "3", &ssml("tone", "Hello.")).await;
    for _ in ["2", "3"] {
        let turn = talk.turn().await;
        assert_eq!((&turn.audio[..4], turn.metadata.len()), (&b"RIFF"[..], 0));
    }
}

#[tokio::test]
async fn whoever_is_not_asked_for_by_name_says_so_at_the_end() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask("1", &ssml("alloy", "Hello.")).await;
    insta::assert_snapshot!(talk.turn().await.end, @r#"{"soundboard":{"reason":"alias","requested_voice":"alloy","voice":"tone:tone"}}"#);
    talk.ask("2", &ssml("tone:tone", "Hello.")).await;
    assert_eq!(talk.turn().await.end, json!({}));
}

#[tokio::test]
async fn a_stop_ends_what_was_asked_for_and_nothing_that_is_asked_later() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask("1", &ssml("endless", "Hello.")).await;
    talk.ask("2", &ssml("endless", "Hello.")).await;
    while talk.hear().await.unwrap_or_else(|close| panic!("{close:?}")).path != "audio" {}
    talk.say("synthesis.control", "1", r#"{"action":"stop"}"#).await;
    let first = talk.turn().await;
    assert_eq!((first.close, first.paths.last().unwrap().as_str()), (None, "turn.end"));
    reaches(&server.work.ended, 1).await;
    let second = talk.turn().await;
    assert_eq!(second.paths, ["turn.start", "response", "turn.end"]);
    talk.ask("3", &ssml("tone", "Hello.")).await;
    assert_eq!(talk.turn().await.audio.len(), CHUNKS * CHUNK * 2);
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"
    req-1 local endless hung_up Some(126)
    req-2 local - hung_up Some(126)
    req-3 local tone completed Some(123)
    ");
}

#[tokio::test]
async fn a_stop_ends_one_who_has_said_nothing_yet() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask("1", &ssml("mute", "Hello.")).await;
    reaches(&server.work.begun, 1).await;
    talk.say("synthesis.control", "1", r#"{"action":"pause"}"#).await;
    talk.say("synthesis.control", "1", r#"{"action":"stop"}"#).await;
    assert_eq!(talk.turn().await.paths, ["turn.start", "response", "turn.end"]);
    reaches(&server.work.ended, 1).await;
}
