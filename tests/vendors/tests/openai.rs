//! OpenAI's speech.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use vendors::{Kind, Vendor};

use crate::client::{get, post, read, send_with_key};
use crate::decode::decode;

const TEXT: &str = "The boats come in at five, and the town is still asleep.";

fn asked(change: Value) -> Value {
    let mut asked = json!({"model": "gpt-4o-mini-tts", "input": TEXT, "voice": "coral"});
    for (name, value) in change.as_object().unwrap() {
        asked[name] = value.clone();
    }
    asked
}

#[test]
fn every_format_is_speech_as_long_as_its_text() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let seconds = TEXT.len() as f64 * 0.065;
    for (format, content_type) in [
        ("mp3", "audio/mpeg"),
        ("opus", "audio/opus"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
        ("pcm", "audio/pcm"),
    ] {
        let answer = post(&vendor, "/audio/speech", &asked(json!({"response_format": format})));
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type));
        assert_eq!(answer.header("transfer-encoding"), "chunked");
        assert!(answer.header("x-request-id").starts_with("req_"));
        let heard = decode(format, 24_000, &answer.body);
        assert_eq!(heard.rate, 24_000, "{format}");
        assert!(
            (seconds..seconds + 0.15).contains(&(heard.seconds() + 1e-3)),
            "{format}: {}",
            heard.seconds()
        );
        assert!(heard.is_audible(), "{format}");
    }
}

#[test]
fn speed_shortens_length_lengthens_and_nothing_else_changes() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let pcm = |change: Value| {
        let mut asked = asked(change);
        asked["response_format"] = "pcm".into();
        post(&vendor, "/audio/speech", &asked).body
    };
    let once = pcm(json!({}));
    assert_eq!(once.len(), (TEXT.len() as f64 * 0.065 * 48_000.0) as usize);
    assert_eq!(pcm(json!({})), once, "the same request, the same bytes");
    assert_eq!(pcm(json!({"speed": 2})).len(), once.len() / 2);
    // Longer than the recording: it starts again.
    let long = pcm(json!({"input": "So it goes. ".repeat(300)}));
    assert_eq!(long.len(), 3600 * 65 * 48);
    assert_eq!(long[..once.len()], once);
}

#[test]
fn events_carry_the_same_audio_and_the_bill() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let audio = post(&vendor, "/audio/speech", &asked(json!({}))).body;
    let answer = post(&vendor, "/audio/speech", &asked(json!({"stream_format": "sse"})));
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"));
    let text = String::from_utf8(answer.body).unwrap();
    let mut events: Vec<Value> = text
        .split_terminator("\n\n")
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    let done = events.pop().unwrap();
    assert_eq!(
        done,
        json!({"type": "speech.audio.done", "usage": {"input_tokens": 14, "output_tokens": 76, "total_tokens": 90}})
    );
    assert!(events.len() > 3 && events.iter().all(|event| event["type"] == "speech.audio.delta"));
    let pieces = events.iter().map(|event| BASE64_STANDARD.decode(event["audio"].as_str().unwrap()).unwrap());
    assert_eq!(pieces.flatten().collect::<Vec<u8>>(), audio);
}

#[test]
fn what_the_vendor_would_not_take_is_refused_in_its_envelope() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let long = "x".repeat(4097);
    for (change, status, code, says) in [
        (json!({"model": "gpt-4o"}), 404, json!("model_not_found"), "gpt-4o"),
        (json!({"voice": "nobody"}), 400, json!(null), "'loc': ('body', 'voice')"),
        (json!({"voice": "ballad", "model": "tts-1"}), 400, json!(null), "'loc': ('body', 'voice')"),
        (json!({"voice": 7}), 400, json!(null), "voice"),
        (json!({"input": ""}), 400, json!(null), "at least 1 character"),
        (json!({"input": long}), 400, json!("string_above_max_length"), "4097"),
        (json!({"instructions": long}), 400, json!("string_above_max_length"), "instructions"),
        (json!({"speed": 4.5}), 400, json!(null), "0.25"),
        (json!({"response_format": "ogg"}), 400, json!(null), "'mp3'"),
        (json!({"stream_format": "sse", "model": "tts-1-hd"}), 400, json!("unsupported_value"), "tts-1-hd"),
        (json!({"lang_code": "e"}), 400, json!(null), "unknown field `lang_code`"),
    ] {
        let answer = post(&vendor, "/audio/speech", &asked(change.clone()));
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["code"]), (status, &code), "{change}");
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error["message"].as_str().unwrap().contains(says), "{error}");
        assert!(error.as_object().unwrap().contains_key("param"));
    }
    let custom = post(&vendor, "/audio/speech", &asked(json!({"voice": {"id": "voice_1"}, "speed": 1})));
    assert_eq!(custom.status, 200);
}

#[test]
fn a_key_is_asked_for_and_a_bad_one_refused() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let patience = std::time::Duration::from_secs(60);
    for (key, code) in
        [("", json!(null)), ("bad-key", json!("invalid_api_key")), ("wrong", json!("invalid_api_key"))]
    {
        for (path, body) in [("/audio/speech", Some(asked(json!({})))), ("/models", None)] {
            let answer = read(send_with_key(&vendor, path, body.as_ref(), key, patience).unwrap());
            assert_eq!((answer.status, &answer.json()["error"]["code"]), (401, &code));
        }
    }
}

#[test]
fn models_are_listed_and_voices_are_not() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let models = get(&vendor, "/models").json();
    assert_eq!(models["object"], "list");
    let ids: Vec<&str> =
        models["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert!(ids.len() > 40 && ids.contains(&"tts-1") && ids.contains(&"gpt-4o-mini-tts"));
    let voices = get(&vendor, "/audio/voices");
    assert_eq!(voices.status, 404);
    assert_eq!(voices.json()["error"]["message"], "Invalid URL (GET /v1/audio/voices)");
}
