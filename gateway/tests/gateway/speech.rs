//! `POST /v1/audio/speech`, as it should go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::backend::{CHUNK, CHUNKS, ENDING, reaches};
use crate::client::Answer;
use crate::server::{Server, say};

/// Bytes of what `tone` says, as samples.
const WHOLE: usize = CHUNKS * CHUNK * 2;

#[tokio::test]
async fn a_voice_speaks_and_the_headers_say_who() {
    let server = Server::start().await;
    let answer = server.say("tone").await;
    assert_eq!((answer.status.as_u16(), answer.whole, answer.body.len()), (200, true, WHOLE));
    insta::assert_snapshot!(answer.show_headers(), @r#"
    cache-control: no-cache
    content-type: audio/pcm
    transfer-encoding: chunked
    x-request-id: req-1
    x-soundboard-backend: tone
    x-soundboard-characters: 13
    x-soundboard-model: sine-1
    x-soundboard-reason: exact
    x-soundboard-request-id: req-1
    x-soundboard-requested-voice: tone
    x-soundboard-voice: tone:tone
    "#);
}

#[tokio::test]
async fn an_alias_names_the_real_voice_and_what_could_not_be_done() {
    let server = Server::start().await;
    let body = r#"{"model":"tts-1","input":"Hi.","voice":{"id":"alloy"},"instructions":"Whisper.","speed":2,"unknown":[1]}"#;
    let answer = server.speech(body).send().await;
    assert_eq!(answer.status, 200);
    insta::assert_snapshot!(answer.show_headers(), @r#"
    cache-control: no-cache
    content-type: audio/mpeg
    transfer-encoding: chunked
    x-request-id: req-1
    x-soundboard-backend: tone
    x-soundboard-characters: 3
    x-soundboard-dropped: instructions, unknown
    x-soundboard-model: sine-1
    x-soundboard-reason: alias
    x-soundboard-request-id: req-1
    x-soundboard-requested-voice: alloy
    x-soundboard-voice: tone:tone
    "#);
}

#[tokio::test]
async fn a_voice_that_is_announced_to_end_says_so() {
    let server = Server::start().await;
    assert_eq!(server.say(ENDING).await.header("x-soundboard-deprecated-after"), "1970-01-31");
    assert_eq!(server.say("tone").await.header("x-soundboard-deprecated-after"), "-");
}

#[tokio::test]
async fn every_format_has_its_media_type() {
    let server = Server::start().await;
    let mut types = Vec::new();
    for format in ["mp3", "opus", "aac", "flac", "wav", "pcm"] {
        let body = say("tone").replace("pcm", format);
        let answer = server.speech(body).header("accept-encoding", "gzip, deflate").send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.whole, answer.header("content-encoding")),
            (200, true, "-")
        );
        types.push(format!("{format} {} {:02x?}", answer.header("content-type"), &answer.body[..2]));
    }
    insta::assert_snapshot!(types.join("\n"), @r#"
    mp3 audio/mpeg [ff, f3]
    opus audio/opus [4f, 67]
    aac audio/aac [ff, f1]
    flac audio/flac [66, 4c]
    wav audio/wav [52, 49]
    pcm audio/pcm [00, 00]
    "#);
}

#[tokio::test]
async fn the_first_audio_leaves_before_the_second_is_made() {
    let server = Server::start().await;
    let mut response = server.speech(say("gated")).begin().await;
    let first = http_body_util::BodyExt::frame(response.body_mut()).await.unwrap().unwrap();
    assert!(first.data_ref().is_some_and(|audio| !audio.is_empty()));
    server.work.gate.send_replace(1);
    reaches(&server.work.made, 2).await;
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(response).await.whole);
}

#[tokio::test]
async fn a_streamed_wav_has_placeholders_and_an_exact_one_true_sizes() {
    let server = Server::start().await;
    let body = || say("tone").replace("pcm", "wav");
    let size = |wav: &[u8], at: usize| u32::from_le_bytes(wav[at..at + 4].try_into().unwrap());

    let streamed = server.speech(body()).send().await;
    assert_eq!(streamed.header("content-length"), "-");
    assert_eq!(size(&streamed.body, 4), u32::MAX);

    let exact = server.speech(body()).header("x-soundboard-content-length", "exact").send().await;
    assert_eq!(exact.header("content-length"), exact.body.len().to_string());
    assert_eq!(exact.header("transfer-encoding"), "-");
    assert_eq!(size(&exact.body, 4) as usize, exact.body.len() - 8);
    assert_eq!(size(&exact.body, 40) as usize, WHOLE);
    assert_eq!(exact.body[44..], streamed.body[44..]);
}

#[tokio::test]
async fn who_took_all_of_an_exact_length_finds_it_completed() {
    let server = Server::start().await;
    let answer = server.speech(say("tone")).header("x-soundboard-content-length", "exact").send().await;
    assert_eq!((answer.whole, answer.body.len()), (true, WHOLE));
    assert_eq!(server.rows.show(), "req-1 local tone completed Some(13)");
}

#[tokio::test]
async fn any_format_can_have_an_exact_length() {
    let server = Server::start().await;
    for format in ["mp3", "opus", "aac", "flac", "pcm"] {
        let body = say("tone").replace("pcm", format);
        let answer = server.speech(body).header("x-soundboard-content-length", "exact").send().await;
        assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{format}");
    }
}

/// The events of an answer, as JSON.
fn events(answer: &Answer) -> Vec<Value> {
    let frames = answer.text().strip_suffix("\n\n").unwrap().split("\n\n");
    frames.map(|frame| serde_json::from_str(frame.strip_prefix("data: ").unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn events_carry_the_same_audio_and_end_with_its_usage() {
    let server = Server::start().await;
    let body = say("tone").replace("}", r#","stream_format":"sse"}"#);
    let answer = server.speech(body).send().await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let events = events(&answer);
    let (done, deltas) = events.split_last().unwrap();
    let mut audio = Vec::new();
    for delta in deltas {
        assert_eq!(delta["type"], "speech.audio.delta");
        audio.extend(STANDARD.decode(delta["audio"].as_str().unwrap()).unwrap());
    }
    assert_eq!(audio, server.say("tone").await.body);
    insta::assert_snapshot!(done, @r#"{"type":"speech.audio.done","usage":{"input_tokens":4,"output_tokens":7,"total_tokens":11}}"#);
}

#[tokio::test]
async fn a_break_becomes_an_event_among_events() {
    let server = Server::start().await;
    let body = say("breaks").replace("}", r#","stream_format":"sse"}"#);
    let answer = server.speech(body).send().await;
    assert!(answer.whole);
    insta::assert_snapshot!(events(&answer).last().unwrap(), @r#"{"error":{"code":"backend_failed","message":"The sine broke.","param":null,"type":"server_error"},"type":"error"}"#);
}

#[tokio::test]
async fn a_break_in_plain_audio_breaks_the_body() {
    let server = Server::start().await;
    let http1 = server.speech(say("breaks")).send().await;
    assert_eq!((http1.status.as_u16(), http1.whole), (200, false));
    let http2 = server.speech(say("breaks")).send_h2().await;
    assert_eq!((http2.status.as_u16(), http2.whole), (200, false));
}

#[tokio::test]
async fn a_break_before_an_exact_length_is_known_is_an_ordinary_error() {
    let server = Server::start().await;
    let answer = server.speech(say("breaks")).header("x-soundboard-content-length", "exact").send().await;
    insta::assert_snapshot!(answer.show(), @r#"
    502 Bad Gateway
    {"error":{"message":"The sine broke.","type":"server_error","param":null,"code":"backend_failed"}}
    "#);
}

#[tokio::test]
async fn the_answer_is_the_same_over_http2() {
    let server = Server::start().await;
    let http2 = server.speech(say("tone")).send_h2().await;
    assert_eq!((http2.status.as_u16(), http2.whole), (200, true));
    assert_eq!(http2.body, server.say("tone").await.body);
}

#[tokio::test]
async fn each_request_leaves_a_row_under_the_id_that_its_answer_bears() {
    let server = Server::start().await;
    assert_eq!(server.say("tone").await.header("x-request-id"), "req-1");
    assert_eq!(server.say("busy").await.header("x-request-id"), "req-2");
    assert_eq!(server.say("nobody").await.header("x-request-id"), "req-3");
    assert_eq!(server.speech("{}").send().await.header("x-request-id"), "req-4");
    assert_eq!(server.post("/v1/audio/speech").send().await.header("x-request-id"), "req-5");
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 local tone completed Some(13)
    req-2 local busy overloaded Some(13)
    req-3 local - unknown_voice Some(13)
    req-4 local - invalid_parameter None
    req-5 local - invalid_parameter None
    "#);
}
