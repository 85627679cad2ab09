//! Applications on OpenAI's own packages, unmodified: only the base URL points here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::tools::{Heard, decode, node_sdk, python_sdk};
use crate::harness::{Server, pcm_seconds, plausible};
use crate::keys::guarded;

/// What both applications say; see `python/sdk.py` and `node/sdk.mjs`.
const SENTENCE: &str = "The river bends twice before it reaches the old stone bridge.";

type Sdk = fn(&[&str]) -> Value;

fn formats(sdk: Sdk) {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let types = sdk(&["formats", &server.base_url(), "any key", &folder.path().to_string_lossy()]);
    for (name, content_type) in [
        ("mp3", "audio/mpeg"),
        ("opus", "audio/opus"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
        ("pcm", "audio/pcm"),
    ] {
        assert_eq!(types[name], content_type);
    }
    let heard = heard(folder.path());
    let pcm = std::fs::read(folder.path().join("speech.pcm")).unwrap();
    let seconds = pcm_seconds(pcm.len());
    assert!(plausible(seconds, SENTENCE), "{seconds} s");
    for (name, container, codec, rate) in [
        ("mp3", "mp3", "mp3", 24_000),
        ("opus", "ogg", "opus", 48_000),
        ("aac", "aac", "aac", 24_000),
        ("flac", "flac", "flac", 24_000),
        ("wav", "wav", "pcm_s16le", 24_000),
    ] {
        let heard = &heard[name];
        assert!(heard.container.contains(container) && heard.codec.starts_with(codec), "{name}: {heard:?}");
        assert_eq!((heard.rate, heard.channels), (rate, 1), "{name}");
        assert!((heard.seconds - seconds).abs() < 0.15, "{name}: {heard:?}, not {seconds} s");
        assert!(heard.peak <= 1.0 && (heard.rms / heard_rms(&pcm) - 1.0).abs() < 0.1, "{name}: {heard:?}");
    }
}

/// What FFmpeg makes of the compressed formats and the WAV; PCM has nothing to decode.
fn heard(folder: &Path) -> BTreeMap<&'static str, Heard> {
    let names = ["mp3", "opus", "aac", "flac", "wav"];
    let files: Vec<PathBuf> = names.iter().map(|name| folder.join(format!("speech.{name}"))).collect();
    names.into_iter().zip(decode(&files)).collect()
}

/// The loudness of 16-bit samples, full scale being 1.
fn heard_rms(pcm: &[u8]) -> f64 {
    let squares: f64 =
        pcm.chunks_exact(2).map(|s| (f64::from(i16::from_le_bytes([s[0], s[1]])) / 32_768.0).powi(2)).sum();
    (squares / (pcm.len() / 2) as f64).sqrt()
}

#[test]
fn python_gets_every_format() {
    formats(python_sdk);
}

#[test]
fn javascript_gets_every_format() {
    formats(node_sdk);
}

fn streaming(sdk: Sdk) -> Value {
    let server = Server::start();
    let seen = sdk(&["streaming", &server.base_url(), "any key"]);
    let seconds = |key: &str| seen[key].as_f64().unwrap();
    let length = pcm_seconds(usize::try_from(seen["bytes"].as_u64().unwrap()).unwrap());
    assert!(plausible(length, &[SENTENCE; 6].join(" ")), "{length} s of sound");
    assert!(seconds("first_seconds") < seconds("last_seconds") / 2.0, "{seen}");
    seen
}

#[test]
fn python_streams() {
    let seen = streaming(python_sdk);
    assert_eq!(seen["headers"]["x-soundboard-voice"], "kokoro:af_alloy");
    assert_eq!(seen["request_id"], seen["headers"]["x-soundboard-request-id"]);
}

#[test]
fn javascript_streams() {
    streaming(node_sdk);
}

#[test]
fn python_reads_server_sent_events() {
    let server = Server::start();
    let seen = python_sdk(&["events", &server.base_url(), "any key"]);
    assert_eq!(seen["content_type"], "text/event-stream");
    assert_eq!(seen["every_line_is_data"], true);
    let types = seen["types"].as_array().unwrap();
    let (last, deltas) = types.split_last().unwrap();
    assert_eq!(last, "speech.audio.done");
    assert!(!deltas.is_empty() && deltas.iter().all(|kind| kind == "speech.audio.delta"), "{types:?}");
    let usage = |key: &str| seen["usage"][key].as_u64().unwrap();
    assert_eq!(usage("total_tokens"), usage("input_tokens") + usage("output_tokens"));
    assert_eq!(seen["same_audio"], true, "as without events");
}

#[test]
fn python_speaks_twice_at_once() {
    let server = Server::start();
    let seen = python_sdk(&["asynchronous", &server.base_url(), "any key"]);
    for bytes in seen["bytes"].as_array().unwrap() {
        let bytes = usize::try_from(bytes.as_u64().unwrap()).unwrap();
        assert!(plausible(pcm_seconds(bytes), SENTENCE), "{seen}");
    }
}

#[test]
fn both_list_the_models() {
    let server = Server::start();
    let arguments = ["models", &server.base_url(), "any key"];
    let python = python_sdk(&arguments);
    let names = python["models"].as_array().unwrap();
    for name in ["kokoro", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"] {
        assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
    }
    assert_eq!(node_sdk(&arguments), python);
}

#[test]
fn both_raise_the_right_errors() {
    let server = Server::start();
    let arguments = ["errors", &server.base_url(), "any key"];
    let python = python_sdk(&arguments);
    for (mistake, class, status, param) in [
        ("voice", "BadRequestError", 400, "voice"),
        ("model", "NotFoundError", 404, "model"),
        ("empty", "BadRequestError", 400, "input"),
        ("long", "BadRequestError", 400, "input"),
        ("speed", "BadRequestError", 400, "speed"),
        ("format", "BadRequestError", 400, "response_format"),
    ] {
        let raised = &python[mistake];
        assert_eq!(raised["class"], class, "{mistake}: {raised}");
        assert_eq!(raised["status"], status, "{mistake}: {raised}");
        assert_eq!(raised["param"], param, "{mistake}: {raised}");
        assert_eq!(raised["type"], "invalid_request_error", "{mistake}: {raised}");
        assert!(raised["request_id"].is_string(), "{mistake}: {raised}");
    }
    assert_eq!(python["model"]["code"], "model_not_found");
    let javascript = node_sdk(&arguments);
    for (mistake, raised) in javascript.as_object().unwrap() {
        for part in ["class", "status", "code", "param", "type"] {
            assert_eq!(raised[part], python[mistake][part], "{mistake}: {raised}");
        }
    }
}

#[test]
fn both_raise_for_an_unknown_key() {
    let folder = tempfile::tempdir().unwrap();
    let server = guarded(&folder);
    for sdk in [python_sdk, node_sdk] {
        let raised = &sdk(&["key_errors", &server.base_url(), "sk-a-wrong-one"])["speech"];
        assert_eq!(raised["class"], "AuthenticationError", "{raised}");
        assert_eq!(
            (&raised["status"], &raised["code"]),
            (&401.into(), &"invalid_api_key".into()),
            "{raised}"
        );
    }
}
