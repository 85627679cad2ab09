//! What Kokoro-FastAPI's and LiteLLM's clients add to OpenAI's API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::Server;

const PATH: &str = "/dev/captioned_speech";

async fn ask(server: &Server, path: &str, changes: Value) -> Answer {
    let mut body = json!({ "input": "Hi you.", "voice": "words", "response_format": "pcm" });
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    server.post(path).header("content-type", "application/json").body(body.to_string()).send().await
}

/// The audio of some objects, and their words with their times.
fn captioned(objects: &[Value]) -> (Vec<u8>, Vec<(String, f64, f64)>) {
    let (mut audio, mut words) = (Vec::new(), Vec::new());
    for object in objects {
        audio.extend(STANDARD.decode(object["audio"].as_str().unwrap()).unwrap());
        for word in object["timestamps"].as_array().unwrap() {
            let seconds = |field: &str| word[field].as_f64().unwrap();
            words.push((
                word["word"].as_str().unwrap().to_owned(),
                seconds("start_time"),
                seconds("end_time"),
            ));
        }
    }
    (audio, words)
}

fn expected() -> Vec<(String, f64, f64)> {
    vec![("Hi".into(), 0.01, 0.08), ("you.".into(), 0.11, 0.18)]
}

#[tokio::test]
async fn captions_come_line_by_line_or_in_one_object() {
    let server = Server::start().await;
    let plain = ask(&server, "/v1/audio/speech", json!({ "model": "tts-1" })).await;

    let streamed = ask(&server, PATH, json!({})).await;
    assert_eq!(streamed.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = streamed.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 2);
    assert!(lines.iter().all(|line| line["audio_format"] == "audio/pcm"));
    assert_eq!(captioned(&lines), (plain.body.to_vec(), expected()));

    let whole = ask(&server, PATH, json!({ "stream": false })).await;
    assert_eq!(whole.header("content-type"), "application/json");
    assert_eq!(whole.header("x-soundboard-voice"), "tone:words");
    let object: Value = serde_json::from_str(whole.text()).unwrap();
    assert_eq!(captioned(&[object]), (plain.body.to_vec(), expected()));

    let untimed = ask(&server, PATH, json!({ "stream": false, "return_timestamps": false })).await;
    let object: Value = serde_json::from_str(untimed.text()).unwrap();
    assert_eq!(object["timestamps"], Value::Null);
}

#[tokio::test]
async fn a_break_ends_captions_as_it_ends_audio() {
    let server = Server::start().await;
    let streamed = ask(&server, PATH, json!({ "voice": "breaks" })).await;
    assert_eq!((streamed.status.as_u16(), streamed.whole), (200, false));
    let whole = ask(&server, PATH, json!({ "voice": "breaks", "stream": false })).await;
    assert_eq!(whole.status.as_u16(), 502);
    assert_eq!(server.rows.show().matches("backend_failed").count(), 2);
}

#[tokio::test]
async fn a_refused_caption_leaves_a_row() {
    let server = Server::start().await;
    let answer = ask(&server, PATH, json!({ "input": 7 })).await;
    assert_eq!(answer.status.as_u16(), 400);
    assert_eq!(server.rows.show(), "req-1 local - invalid_text None");
}

#[tokio::test]
async fn events_say_when_words_are_heard_to_who_asks() {
    let server = Server::start().await;
    let changes = json!({ "model": "tts-1", "stream_format": "sse", "return_timing": true });
    let answer = ask(&server, "/v1/audio/speech", changes).await;
    let events: Vec<Value> = answer
        .text()
        .split("\n\n")
        .filter_map(|frame| frame.strip_prefix("data: "))
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let (done, deltas) = events.split_last().unwrap();
    assert_eq!(done["type"], "speech.audio.done");
    assert_eq!(captioned(deltas).1, expected());
}

#[tokio::test]
async fn the_volume_is_multiplied() {
    let server = Server::start().await;
    let peak = async |volume: Value| {
        let changes = json!({ "model": "tts-1", "voice": "tone", "volume_multiplier": volume });
        let answer = ask(&server, "/v1/audio/speech", changes).await;
        let samples = answer.body.chunks_exact(2).map(|s| i16::from_le_bytes([s[0], s[1]]).unsigned_abs());
        (answer.status.as_u16(), samples.max().unwrap_or_default())
    };
    let (_, usual) = peak(json!(1)).await;
    let (_, half) = peak(json!(0.5)).await;
    assert!((f64::from(half) / f64::from(usual) - 0.5).abs() < 0.01, "{half} of {usual}");
    assert_eq!(peak(json!(0)).await, (200, 0));
    assert_eq!(peak(json!(4.1)).await.0, 400);
    assert_eq!(peak(json!("loud")).await.0, 400);
}

#[tokio::test]
async fn a_model_may_name_its_vendor_and_extras_that_nobody_takes_are_named() {
    let server = Server::start().await;
    let changes =
        json!({ "model": "tone/sine-1", "style": "cheerful", "stream": true, "normalization_options": {} });
    let answer = ask(&server, "/v1/audio/speech", changes).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.header("x-soundboard-dropped"), "normalization_options, style");
    let answer = ask(&server, "/v1/audio/speech", json!({ "model": "tone/sine-2" })).await;
    assert_eq!(answer.status.as_u16(), 404);
}
