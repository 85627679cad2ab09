//! Every fault does what it says, over HTTP.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tokio::time::Instant;
use vendors::{Fault, Kind, Script, Vendor};

use crate::client::{Answer, get, joined_audio, only_truth, post, read, send, truth_once};

const ELEVENLABS: &str = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream?output_format=pcm_24000";
const KINDS: [Kind; 3] = [Kind::OpenAi, Kind::ElevenLabs, Kind::Azure];

fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::OpenAi => "/audio/speech",
        Kind::ElevenLabs => ELEVENLABS,
        Kind::Azure => "/cognitiveservices/v1",
    }
}

/// A request for 117 kB of PCM.
fn asked(kind: Kind) -> Value {
    let text = "It is the size of the sea that counts.";
    match kind {
        Kind::OpenAi => json!({"model": "tts-1", "input": text, "voice": "onyx", "response_format": "pcm"}),
        Kind::ElevenLabs => json!({"text": text}),
        Kind::Azure => json!(format!("<speak><voice name='en-US-GuyNeural'>{text}</voice></speak>")),
    }
}

fn suffer(kind: Kind, script: Script) -> (Vendor, Answer) {
    let vendor = Vendor::start(kind).unwrap();
    vendor.script(script);
    let answer = post(&vendor, path(kind), &asked(kind));
    (vendor, answer)
}

#[test]
fn refusals_are_in_the_vendors_own_words() {
    for (fault, openai, elevenlabs, azure) in [
        (Fault::RateLimited, (429, json!("rate_limit_exceeded")), (429, "rate_limit_exceeded"), 429),
        (Fault::Quota, (429, json!("insufficient_quota")), (401, "quota_exceeded"), 429),
        (Fault::ServerError, (500, json!(null)), (500, "internal_server_error"), 500),
        (Fault::Unavailable, (503, json!(null)), (503, "service_unavailable"), 503),
        (Fault::BadKey, (401, json!("invalid_api_key")), (401, "invalid_api_key"), 401),
    ] {
        let retry_after = if fault == Fault::RateLimited { "1" } else { "" };
        let (vendor, answer) = suffer(Kind::OpenAi, Script::once(fault));
        assert_eq!((answer.status, answer.json()["error"]["code"].clone()), openai);
        assert_eq!(answer.header("retry-after"), retry_after);
        assert_eq!(only_truth(&vendor).fault, Some(fault));
        let (vendor, answer) = suffer(Kind::ElevenLabs, Script::once(fault));
        assert_eq!((answer.status, answer.json()["detail"]["code"].as_str().unwrap()), elevenlabs);
        assert_eq!(answer.header("retry-after"), retry_after);
        assert_eq!(only_truth(&vendor).status, elevenlabs.0);
        let (vendor, answer) = suffer(Kind::Azure, Script::once(fault));
        assert_eq!((answer.status, answer.header("retry-after")), (azure, retry_after));
        assert_eq!(
            (answer.body.is_empty(), only_truth(&vendor).billed_characters),
            (fault != Fault::Quota, 0)
        );
    }
}

#[test]
fn a_script_is_played_as_often_as_it_says() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let status = || post(&vendor, "/audio/speech", &asked(Kind::OpenAi)).status;
    vendor.script(Script::once(Fault::ServerError).times(2));
    assert_eq!(get(&vendor, "/models").status, 200, "only synthesis suffers");
    assert_eq!(
        post(&vendor, "/audio/speech", &json!({})).status,
        400,
        "what is refused anyway does not count"
    );
    assert_eq!([status(), status(), status()], [500, 500, 200]);
    vendor.script(Script::once(Fault::Unavailable).times(0));
    assert_eq!([status(), status(), status()], [503, 503, 503]);
    vendor.script(Script::once(Fault::None));
    assert_eq!(status(), 200);
}

#[test]
fn a_cut_comes_after_its_bytes() {
    for kind in KINDS {
        for after_bytes in [0, 1, 20_000, 1_000_000] {
            let (vendor, answer) = suffer(kind, Script::once(Fault::Cut).after_bytes(after_bytes));
            let served = after_bytes.min(118_560);
            assert_eq!((answer.status, answer.body.len() as u64), (200, served));
            assert!(answer.broken.is_some());
            let truth = only_truth(&vendor);
            assert_eq!((truth.bytes_served, truth.complete), (served, false));
            assert_eq!(truth.audio_ms_served, (served as f64 / 48.0).round() as u64);
            assert_eq!(truth.characters_served, served * 38 / 118_560);
        }
    }
}

#[test]
fn a_cut_is_a_reset() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    vendor.script(Script::once(Fault::Cut).after_bytes(1_000));
    let address = vendor.base_url().replace("http://", "").replace("/v1", "");
    let mut stream = TcpStream::connect(address).unwrap();
    let body = asked(Kind::OpenAi).to_string();
    write!(
        stream,
        "POST /v1/audio/speech HTTP/1.1\r\nHost: vendor\r\nAuthorization: Bearer good\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut received = Vec::new();
    assert_eq!(stream.read_to_end(&mut received).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(received.starts_with(b"HTTP/1.1 200 OK") && received.len() > 1_000);
}

#[test]
fn a_stall_keeps_the_socket_open_and_silent() {
    for kind in KINDS {
        let vendor = Vendor::start(kind).unwrap();
        vendor.script(Script::once(Fault::Stall).after_bytes(5_000));
        let answer = read(send(&vendor, path(kind), Some(&asked(kind)), Duration::from_secs(2)).unwrap());
        assert_eq!(answer.body.len(), 5_000);
        assert!(answer.broken.unwrap().to_string().contains("timeout"));
        let truth = only_truth(&vendor);
        assert_eq!((truth.bytes_served, truth.complete), (5_000, false));
    }
}

#[test]
fn a_slow_first_byte_comes_late_or_never() {
    let start = Instant::now();
    let (vendor, answer) = suffer(Kind::OpenAi, Script::once(Fault::SlowFirstByte).seconds(1));
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!((answer.status, answer.body.len()), (200, 118_560));
    assert!(only_truth(&vendor).complete);
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    vendor.script(Script::once(Fault::SlowFirstByte));
    let patience = Duration::from_secs(1);
    assert!(send(&vendor, ELEVENLABS, Some(&asked(Kind::ElevenLabs)), patience).is_err());
    let truth = only_truth(&vendor);
    assert_eq!((truth.status, truth.bytes_served, truth.complete), (0, 0, false));
}

#[test]
fn one_byte_a_second_is_one_byte_a_second() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    vendor.script(Script::once(Fault::OneByteASecond));
    let start = Instant::now();
    let asked = asked(Kind::ElevenLabs);
    let response = send(&vendor, ELEVENLABS, Some(&asked), Duration::from_secs(60)).unwrap();
    let mut body = response.into_body().into_reader();
    body.read_exact(&mut [0; 3]).unwrap();
    assert!((2.0..20.0).contains(&start.elapsed().as_secs_f64()));
    drop(body);
    assert!((3..20).contains(&only_truth(&vendor).bytes_served));
}

#[test]
fn a_200_may_be_a_page_or_an_error() {
    for kind in KINDS {
        let (_vendor, page) = suffer(kind, Script::once(Fault::WrongContentType));
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.body.starts_with(b"<!doctype html>"));
        for (fault, content_type) in
            [(Fault::JsonError, "application/json"), (Fault::JsonAsAudio, "audio/pcm")]
        {
            let (_vendor, error) = suffer(kind, Script::once(fault));
            assert_eq!((error.status, error.header("content-type")), (200, content_type));
            let field = if kind == Kind::ElevenLabs { "detail" } else { "error" };
            assert!(error.json()[field]["message"].is_string());
        }
    }
}

#[test]
fn a_huge_body_has_no_end_that_anybody_waits_for() {
    const ENOUGH: u64 = 100_000_000;
    for kind in KINDS {
        let vendor = Vendor::start(kind).unwrap();
        vendor.script(Script::once(Fault::HugeBody));
        let response = send(&vendor, path(kind), Some(&asked(kind)), Duration::from_secs(60)).unwrap();
        assert_eq!(response.headers()["content-type"], "audio/pcm");
        let body = response.into_body().into_with_config().limit(u64::MAX).reader();
        assert_eq!(std::io::copy(&mut body.take(ENOUGH), &mut std::io::sink()).unwrap(), ENOUGH);
        let truth = only_truth(&vendor);
        assert!((ENOUGH..ENOUGH + 50_000_000).contains(&truth.bytes_served), "{}", truth.bytes_served);
        assert!(!truth.complete);
    }
}

#[test]
fn a_gzip_bomb_inflates_to_a_gigabyte() {
    let (vendor, answer) = suffer(Kind::OpenAi, Script::once(Fault::GzipBomb));
    assert_eq!((answer.header("content-encoding"), answer.header("content-type")), ("gzip", "audio/pcm"));
    assert!(answer.body.len() < 2_000_000, "{}", answer.body.len());
    let inflated = std::io::copy(&mut GzDecoder::new(&answer.body[..]), &mut std::io::sink()).unwrap();
    assert_eq!(inflated, 1 << 30);
    assert_eq!(only_truth(&vendor).bytes_served, answer.body.len() as u64);
}

#[test]
fn zero_audio_is_an_answer_with_its_end_and_nothing_before() {
    let (vendor, answer) = suffer(Kind::OpenAi, Script::once(Fault::ZeroAudio).times(2));
    assert_eq!((answer.status, answer.header("content-type"), answer.body.len()), (200, "audio/pcm", 0));
    assert!(answer.broken.is_none());
    let truth = only_truth(&vendor);
    assert_eq!((truth.bytes_served, truth.characters_served, truth.complete), (0, 0, true));
    let events = json!({"model": "gpt-4o-mini-tts", "input": "Hi.", "voice": "ash", "stream_format": "sse"});
    let body = post(&vendor, "/audio/speech", &events).body;
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("speech.audio.done") && !body.contains("speech.audio.delta"));

    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    vendor.script(Script::once(Fault::ZeroAudio).times(2));
    let path = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM";
    let whole = post(&vendor, &format!("{path}/with-timestamps"), &asked(Kind::ElevenLabs)).json();
    assert_eq!(whole, json!({"audio_base64": "", "alignment": null, "normalized_alignment": null}));
    let lines = post(&vendor, &format!("{path}/stream/with-timestamps"), &asked(Kind::ElevenLabs));
    assert_eq!((lines.status, lines.body.len()), (200, 0));
}

#[test]
fn too_short_is_a_tenth_of_a_second() {
    let (vendor, answer) = suffer(Kind::ElevenLabs, Script::once(Fault::TooShort).times(2));
    assert_eq!((answer.status, answer.body.len()), (200, 4_800));
    let truth = only_truth(&vendor);
    assert_eq!((truth.audio_ms_served, truth.characters_served, truth.complete), (100, 38, true));
    let path = ELEVENLABS.replace("/stream", "/stream/with-timestamps");
    let lines = post(&vendor, &path, &asked(Kind::ElevenLabs)).lines();
    assert_eq!(joined_audio(&lines).len(), 4_800);
    assert_eq!(
        lines.last().unwrap()["alignment"]["character_end_times_seconds"].as_array().unwrap().last().unwrap(),
        0.1
    );
}

#[test]
fn what_is_held_goes_on_once_it_is_let_go() {
    for kind in KINDS {
        let vendor = Vendor::start(kind).unwrap();
        vendor.hold(10_000);
        let answer = send(&vendor, path(kind), Some(&asked(kind)), Duration::from_secs(60)).unwrap();
        let mut body = answer.into_body().into_reader();
        let mut first = vec![0; 12_288];
        body.read_exact(&mut first).unwrap();
        let served = truth_once(&vendor, |served| served.bytes_served >= 12_288);
        // The piece with that byte, which is longer at Azure.
        let piece = if kind == Kind::Azure { 12_480 } else { 12_288 };
        assert_eq!((served.bytes_served, served.complete), (piece, false));
        vendor.let_go();
        let mut rest = Vec::new();
        body.read_to_end(&mut rest).unwrap();
        assert_eq!(first.len() + rest.len(), post(&vendor, path(kind), &asked(kind)).body.len());
    }
}
