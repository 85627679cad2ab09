//! Every fault that makes sense on a WebSocket.

use std::io::ErrorKind;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tokio::time::Instant;
use tungstenite::Error;
use vendors::{Fault, Kind, Script, Vendor};

use crate::client::{Socket, audio, joined_audio, only_truth};

const PATH: &str = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream-input?output_format=pcm_16000";

fn vendor(script: Script) -> Vendor {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    vendor.script(script);
    vendor
}

/// A socket whose client has said all that it wants to hear.
fn asked(vendor: &Vendor) -> Socket {
    let mut socket = Socket::open(vendor, PATH);
    socket.say(json!({"text": "It is the size of the sea that counts. "}));
    socket.say(json!({"text": ""}));
    socket
}

#[test]
fn some_refuse_the_upgrade() {
    for (fault, status) in [(Fault::BadKey, 401), (Fault::ServerError, 500), (Fault::Unavailable, 503)] {
        let vendor = vendor(Script::once(fault));
        assert_eq!(Socket::try_open(&vendor, PATH, Some("good")).err(), Some(status));
        assert_eq!(only_truth(&vendor).fault, Some(fault));
        assert!(Socket::try_open(&vendor, PATH, Some("good")).is_ok());
    }
}

#[test]
fn some_are_told_on_the_socket() {
    for (fault, error) in [(Fault::RateLimited, "rate_limit_exceeded"), (Fault::Quota, "quota_exceeded")] {
        let vendor = vendor(Script::once(fault));
        let (messages, code) = Socket::open(&vendor, PATH).hear_out();
        assert_eq!((&messages[0]["error"], code), (&json!(error), 1008));
        assert!(!only_truth(&vendor).complete);
    }
}

#[test]
fn a_cut_drops_the_connection() {
    for (after_bytes, messages) in [(0, 0), (50_000, 1)] {
        let vendor = vendor(Script::once(Fault::Cut).after_bytes(after_bytes));
        let mut socket = asked(&vendor);
        for _ in 0..messages {
            assert!(!audio(&socket.hear()).is_empty());
        }
        let Err(Error::Io(error)) = socket.next() else { panic!("still there") };
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        let truth = only_truth(&vendor);
        assert_eq!((truth.complete, truth.audio_ms_served), (false, messages * 16 * 65));
    }
}

#[test]
fn a_stall_says_nothing_more() {
    let vendor = vendor(Script::once(Fault::Stall).after_bytes(50_000));
    let mut socket = asked(&vendor);
    socket.hear();
    socket.be_patient_for(Duration::from_millis(500));
    let Err(Error::Io(error)) = socket.next() else { panic!("it goes on") };
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert!(!vendor.truth()[0].ended);
    drop(socket);
    assert!(!only_truth(&vendor).complete);
}

#[test]
fn waiting_is_as_long_as_it_says() {
    let late = vendor(Script::once(Fault::SlowFirstByte).seconds(1));
    let start = Instant::now();
    asked(&late).hear();
    assert!(start.elapsed() >= Duration::from_secs(1));
    let slow = vendor(Script::once(Fault::OneByteASecond));
    let mut socket = asked(&slow);
    let bytes = [audio(&socket.hear()).len(), audio(&socket.hear()).len()];
    assert_eq!(bytes, [1, 1]);
}

#[test]
fn what_should_be_audio_is_something_else() {
    let page = vendor(Script::once(Fault::WrongContentType));
    assert!(asked(&page).next().unwrap().to_text().unwrap().starts_with("<!doctype html>"));
    let error = vendor(Script::once(Fault::JsonError));
    assert!(asked(&error).hear()["detail"]["message"].is_string());
    let disguised = vendor(Script::once(Fault::JsonAsAudio));
    let message = asked(&disguised).hear();
    let inside: Value =
        serde_json::from_slice(&BASE64_STANDARD.decode(message["audio"].as_str().unwrap()).unwrap()).unwrap();
    assert!(inside["detail"]["message"].is_string());
}

#[test]
fn too_little_too_much_and_nothing() {
    let nothing = vendor(Script::once(Fault::ZeroAudio));
    let (messages, code) = asked(&nothing).hear_out();
    assert_eq!((messages.len(), &messages[0]["isFinal"], code), (1, &json!(true), 1000));
    let little = vendor(Script::once(Fault::TooShort));
    assert_eq!(joined_audio(&asked(&little).hear_out().0).len(), 3_200);
    let much = vendor(Script::once(Fault::HugeBody));
    let mut socket = asked(&much);
    let first = socket.hear();
    assert!((0..500).all(|_| socket.hear() == first));
}
