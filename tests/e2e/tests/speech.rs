//! What a request gets.

use std::thread;

use serde_json::{Value, json};

use crate::harness::{SENTENCE, Server, Stopwatch, pcm_seconds, plausible, text_of};

#[test]
fn the_headers_say_who_spoke() {
    let server = Server::start();
    let answer = server.speak(&json!({ "voice": "alloy" }));
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("content-type"), "audio/pcm");
    assert_eq!(answer.header("x-soundboard-backend"), "kokoro");
    assert_eq!(answer.header("x-soundboard-voice"), "kokoro:af_alloy");
    assert_eq!(answer.header("x-soundboard-requested-voice"), "alloy");
    assert_eq!(answer.header("x-soundboard-reason"), "alias");
    assert_eq!(answer.header("x-soundboard-characters"), SENTENCE.len().to_string());
    assert_ne!(answer.header("x-soundboard-model"), "");
    assert_ne!(answer.header("x-soundboard-request-id"), "");
    assert_eq!(answer.header("x-request-id"), answer.header("x-soundboard-request-id"));
    assert!(plausible(pcm_seconds(answer.body.len()), SENTENCE), "{} bytes", answer.body.len());
}

#[test]
fn a_streamed_wav_has_placeholder_sizes_and_an_exact_one_the_true_sizes() {
    let server = Server::start();
    let wav = json!({ "response_format": "wav" });
    let streamed = server.speak(&wav);
    assert_eq!(streamed.header("transfer-encoding"), "chunked");
    assert_eq!(sizes(&streamed.body), (u32::MAX, u32::MAX));

    let exact = server.speak_with(&[("x-soundboard-content-length", "exact")], &wav);
    assert_eq!(exact.header("content-length"), exact.body.len().to_string());
    let length = u32::try_from(exact.body.len()).unwrap();
    assert_eq!(sizes(&exact.body), (length - 8, length - 44));
    assert_eq!(exact.body[44..], streamed.body[44..], "the same audio either way");
}

/// The RIFF size and the data size of a WAV with the plain 44-byte header.
fn sizes(wav: &[u8]) -> (u32, u32) {
    assert_eq!((&wav[..4], &wav[8..16], &wav[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
    let size = |at: usize| u32::from_le_bytes(wav[at..at + 4].try_into().unwrap());
    (size(4), size(40))
}

#[test]
fn the_first_audio_leaves_long_before_the_last() {
    let server = Server::start();
    let text = text_of(500);
    let watch = Stopwatch::start();
    let mut coming = server.begin(&json!({ "input": text }));
    coming.read(1);
    let first = watch.seconds();
    let bytes = 1 + coming.rest().len();
    let last = watch.seconds();
    assert!(plausible(pcm_seconds(bytes), &text), "{bytes} bytes");
    assert!(first < last / 3.0, "first audio after {first:.2} s, last after {last:.2} s");
}

#[test]
fn the_same_request_gives_the_same_bytes_whatever_else_is_spoken() {
    let server = Server::start();
    for format in ["pcm", "mp3", "opus"] {
        let request = json!({ "response_format": format });
        let alone = server.speak(&request).audio();
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| server.speak(&request).audio());
            let noise = scope.spawn(|| server.speak(&json!({ "voice": "bm_george", "speed": 2 })).audio());
            let other = scope.spawn(|| server.speak(&request).audio());
            noise.join().unwrap();
            (one.join().unwrap(), other.join().unwrap())
        });
        assert!(alone == one && alone == other, "{format}");
    }
}

#[test]
fn speed_shortens_the_speech() {
    let server = Server::start();
    let length = |speed: f64| server.speak(&json!({ "speed": speed })).audio().len() as f64;
    let ratio = length(2.0) / length(1.0);
    assert!((0.4..0.7).contains(&ratio), "{ratio}");
}

#[test]
fn voices_can_be_mixed() {
    let server = Server::start();
    let spoken = |voice: &str| {
        let answer = server.speak(&json!({ "voice": voice, "input": "Good morning." }));
        let named = answer.header("x-soundboard-voice").to_owned();
        (named, answer.audio())
    };
    let (bella, sky) = (spoken("af_bella").1, spoken("af_sky").1);
    let (named, mixed) = spoken("af_bella(2)+af_sky(1)");
    assert_eq!(named, "kokoro:af_bella(2)+af_sky(1)");
    assert!(mixed != bella && mixed != sky);
    assert!(mixed != spoken("af_bella(1)+af_sky(2)").1, "the weights count");
    assert!(spoken("af_bella(2)+af_bella(1)").1.len() == bella.len(), "a voice mixed with itself is itself");
    let bad = server.speak(&json!({ "voice": "af_bella(2)+nobody(1)" }));
    assert_eq!(bad.status(), 400);
    assert_eq!(bad.error()["param"], "voice");
}

#[test]
fn every_voice_is_listed_and_one_that_cannot_be_pronounced_is_refused() {
    let server = Server::start();
    let list = server.get("/v1/audio/voices").json();
    let voices = list["voices"].as_array().unwrap();
    let kokoro: Vec<&Value> = voices.iter().filter(|voice| voice.get("alias_of").is_none()).collect();
    assert_eq!(kokoro.len(), 54, "{list}");
    assert!(voices.iter().any(|voice| id(voice) == "alloy" && voice["alias_of"] == "kokoro:af_alloy"));
    let unavailable: Vec<_> = kokoro.iter().filter(|voice| voice["status"] == "unavailable").collect();
    assert_eq!(kokoro.len() - unavailable.len(), 28, "20 American and 8 British voices: {list}");
    for voice in unavailable {
        assert!(voice["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{voice}");
        let refused = server.speak(&json!({ "voice": id(voice) }));
        assert_eq!((refused.status(), &refused.error()["param"]), (400, &json!("voice")), "{voice}");
    }
}

fn id(voice: &Value) -> &str {
    voice["id"].as_str().unwrap()
}
