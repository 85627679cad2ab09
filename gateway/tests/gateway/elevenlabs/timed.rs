//! `/with-timestamps` and `/stream/with-timestamps`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;

use super::{json, lines, spelled};
use crate::backend::reaches;
use crate::client::Answer;
use crate::server::Server;

const PCM: &str = "?output_format=pcm_24000";

fn audio(object: &serde_json::Value) -> Vec<u8> {
    STANDARD.decode(object["audio_base64"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn one_object_has_all_audio_and_every_character() {
    let server = Server::start().await;
    let answer = server.hello(&format!("words/with-timestamps{PCM}")).await;
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    let object = json(&answer);
    assert_eq!(audio(&object), server.hello(&format!("words{PCM}")).await.body);
    insta::assert_snapshot!(object["alignment"], @r#"{"character_end_times_seconds":[0.021,0.033,0.045,0.056,0.068,0.08,0.11,0.121,0.133,0.145,0.156,0.168,0.18],"character_start_times_seconds":[0.01,0.021,0.033,0.045,0.056,0.068,0.08,0.11,0.121,0.133,0.145,0.156,0.168],"characters":["H","e","l","l","o",","," ","w","o","r","l","d","."]}"#);
    assert_eq!(object["normalized_alignment"], object["alignment"]);
    assert!(object.get("voice_segments").is_none());
    insta::assert_snapshot!(answer.show_headers(), @r#"
    cache-control: no-cache
    character-cost: 13
    content-type: application/json
    request-id: req-1
    x-character-count: 13
    x-request-id: req-1
    x-soundboard-backend: tone
    x-soundboard-characters: 13
    x-soundboard-model: sine-1
    x-soundboard-reason: exact
    x-soundboard-request-id: req-1
    x-soundboard-requested-voice: words
    x-soundboard-voice: tone:words
    "#);
}

#[tokio::test]
async fn a_whole_wav_has_its_true_sizes() {
    let answer = Server::start().await.hello("words/with-timestamps?output_format=wav_24000").await;
    let wav = audio(&json(&answer));
    let size = |at: usize| u32::from_le_bytes(wav[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!((size(4), size(40)), (wav.len() - 8, wav.len() - 44));
}

#[tokio::test]
async fn lines_have_the_same_audio_and_the_same_times() {
    let server = Server::start().await;
    let answer = server.hello(&format!("words/stream/with-timestamps{PCM}")).await;
    assert!(answer.whole);
    let objects = lines(&answer);
    assert_eq!(objects.len(), 2, "a word, a line");
    assert_eq!(
        objects.iter().flat_map(audio).collect::<Vec<_>>(),
        server.hello(&format!("words{PCM}")).await.body
    );
    assert_eq!(spelled(&objects), "Hello, world.");
    let whole = json(&server.hello(&format!("words/with-timestamps{PCM}")).await);
    let ends = |object: &serde_json::Value| {
        object["alignment"]["character_end_times_seconds"].as_array().unwrap().clone()
    };
    assert_eq!(objects.iter().flat_map(ends).collect::<Vec<_>>(), ends(&whole));
    insta::assert_snapshot!(objects[1]["alignment"], @r#"{"character_end_times_seconds":[0.11,0.121,0.133,0.145,0.156,0.168,0.18],"character_start_times_seconds":[0.08,0.11,0.121,0.133,0.145,0.156,0.168],"characters":[" ","w","o","r","l","d","."]}"#);
}

#[tokio::test]
async fn a_voice_that_times_nothing_still_spells_the_text() {
    let server = Server::start().await;
    for call in ["tone/stream/with-timestamps", "tone/with-timestamps"] {
        let text = "Hé, \\\"wörld\\\"!\\n**Bold** ";
        let body = format!(r#"{{"text":"{text}"}}"#);
        let answer = server.asks(&format!("/v1/text-to-speech/{call}"), body).send().await;
        assert_eq!(spelled(&lines(&answer)), "Hé, \"wörld\"!\n**Bold** ", "{call}");
    }
}

#[tokio::test]
async fn the_first_line_leaves_before_the_second_is_made() {
    let server = Server::start().await;
    let path = format!("/v1/text-to-speech/gated/stream/with-timestamps{PCM}");
    let mut response = server.asks(&path, r#"{"text":"Hello, world."}"#).begin().await;
    let first = response.body_mut().frame().await.unwrap().unwrap();
    assert!(first.data_ref().is_some_and(|line| line.ends_with(b"\n")));
    server.work.gate.send_replace(1);
    reaches(&server.work.made, 2).await;
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(response).await.whole);
}

#[tokio::test]
async fn a_break_breaks_the_lines_and_refuses_the_whole() {
    let server = Server::start().await;
    let answer = server.hello(&format!("breaks/stream/with-timestamps{PCM}")).await;
    assert_eq!((answer.status.as_u16(), answer.whole, lines(&answer).len()), (200, false, 1));
    insta::assert_snapshot!(server.hello("breaks/with-timestamps").await.show(), @r#"
    502 Bad Gateway
    {"detail":{"type":"internal_error","code":"backend_failed","message":"The sine broke.","status":"backend_failed","request_id":"req-2","param":null}}
    "#);
}

#[tokio::test]
async fn who_hangs_up_stops_the_work() {
    let server = Server::start().await;
    for call in ["text-to-speech/endless/stream/with-timestamps", "text-to-dialogue/stream/with-timestamps"] {
        let body = r#"{"text":"Hello.","inputs":[{"text":"Hello.","voice_id":"endless"}]}"#;
        let mut response = server.asks(&format!("/v1/{call}"), body).begin().await;
        response.body_mut().frame().await.unwrap().unwrap();
    }
    reaches(&server.work.ended, 2).await;
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 local endless hung_up Some(6)
    req-2 local endless hung_up Some(6)
    "#);
}
