//! `POST /v1/text-to-dialogue`: voices take turns.

use super::{json, lines, spelled};
use crate::backend::{CHUNK, CHUNKS};
use crate::client::Answer;
use crate::server::Server;

const THREE: &str = r#"{"inputs":[{"text":"Hello, world. ","voice_id":"words"},
    {"text":"Good day to you.","voice_id":"tone:words"},{"text":"And so on.","voice_id":"tone:tone"}]}"#;

impl Server {
    async fn talks(&self, call: &str, body: &str) -> Answer {
        self.asks(&format!("/v1/text-to-dialogue{call}"), body).send().await
    }
}

#[tokio::test]
async fn voices_take_turns_in_one_sound() {
    let server = Server::start().await;
    let answer = server.talks("?output_format=pcm_24000", THREE).await;
    assert_eq!((answer.status.as_u16(), answer.whole), (200, true));
    assert!(answer.body.len() >= (2 + 4 + CHUNKS) * CHUNK * 2, "{}", answer.body.len());
    insta::assert_snapshot!(answer.show_headers(), @r#"
    cache-control: no-cache
    character-cost: 40
    content-type: audio/pcm
    request-id: req-1
    transfer-encoding: chunked
    x-character-count: 40
    x-request-id: req-1
    x-soundboard-backend: tone
    x-soundboard-characters: 40
    x-soundboard-model: sine-1
    x-soundboard-reason: exact
    x-soundboard-request-id: req-1
    x-soundboard-requested-voice: words, tone:words, tone:tone
    x-soundboard-voice: tone:words, tone:words, tone:tone
    "#);
    let stream = server.talks("/stream?output_format=pcm_24000", THREE).await;
    assert_eq!(stream.body, answer.body);
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 local words completed Some(40)
    req-2 local words completed Some(40)
    "#);
}

#[tokio::test]
async fn characters_are_spelled_across_the_turns_and_segments_say_whose_they_are() {
    let server = Server::start().await;
    let text = "Hello, world. Good day to you.And so on.";
    let whole = json(&server.talks("/with-timestamps", THREE).await);
    assert_eq!(spelled(std::slice::from_ref(&whole)), text);
    let segments = whole["voice_segments"].as_array().unwrap();
    let shown: Vec<_> = segments
        .iter()
        .map(|segment| {
            let number = |key: &str| segment[key].as_u64().unwrap() as usize;
            let said = &text[number("character_start_index")..number("character_end_index")];
            format!("{} {}: {said}", number("dialogue_input_index"), segment["voice_id"])
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    0 "words": Hello, world. 
    1 "tone:words": Good day to you.
    2 "tone:tone": And so on.
    "#);
    let answer = server.talks("/stream/with-timestamps?output_format=pcm_24000", THREE).await;
    let objects = lines(&answer);
    assert!(answer.whole && objects.len() > 3);
    assert_eq!(spelled(&objects), text);
}

#[tokio::test]
async fn nobody_begins_before_everybody_is_known() {
    let server = Server::start().await;
    insta::assert_snapshot!(server.talks("", &THREE.replace("tone:tone", "tone:nobody")).await.show(), @r#"
    404 Not Found
    {"detail":{"type":"not_found","code":"voice_not_found","message":"no such voice","status":"voice_not_found","request_id":"req-1","param":null}}
    "#);
    assert_eq!(*server.work.begun.borrow(), 0);
}

#[tokio::test]
async fn a_text_that_cannot_be_spoken_is_refused_before_any_audio() {
    let server = Server::start().await;
    insta::assert_snapshot!(server.talks("", &THREE.replace("so on", r"so\u0000 on")).await.show(), @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"invalid_text","message":"Character 6 of the text is the control character U+0000; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed.","status":"invalid_text","request_id":"req-1","param":"text"}}
    "#);
    insta::assert_snapshot!(server.talks("", r#"{"inputs":[{"text":" ","voice_id":"tone"}]}"#).await.show(), @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"invalid_text","message":"There is nothing to say; send at least one letter or digit.","status":"invalid_text","request_id":"req-2","param":"text"}}
    "#);
    let long = "a".repeat(2501);
    let both = format!(
        r#"{{"inputs":[{{"text":"{long}","voice_id":"tone"}},{{"text":"{long}","voice_id":"tone"}}]}}"#
    );
    insta::assert_snapshot!(server.talks("", &both).await.show(), @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"max_character_limit_exceeded","message":"text has 5002 characters; at most 5000 are allowed.","status":"max_character_limit_exceeded","request_id":"req-3","param":"text"}}
    "#);
    assert_eq!(*server.work.begun.borrow(), 0);
}
