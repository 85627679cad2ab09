//! Every fault that makes sense on Azure's WebSocket.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use tungstenite::{Error, Message};
use vendors::{Fault, Kind, Script, Served, Vendor};

use crate::client::truths_once;
use crate::usp::{Heard, KEY, PATHS, Usp};

const ID: &str = "0123456789abcdef0123456789abcdef";

/// 38 characters, 2.47 s, 118 560 bytes.
const SSML: &str =
    "<speak><voice name='en-US-GuyNeural'>It is the size of the sea that counts.</voice></speak>";

fn vendor(script: Script) -> Vendor {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    vendor.script(script);
    vendor
}

fn ask(usp: &mut Usp) {
    let options = json!({"sessionEndEnabled": true});
    usp.ask(ID, "raw-24khz-16bit-mono-pcm", &options, SSML);
}

/// A socket whose client has asked for a turn.
fn asked(vendor: &Vendor) -> Usp {
    let mut usp = Usp::open(vendor);
    usp.configure();
    ask(&mut usp);
    usp
}

/// The same, once the turn has begun.
fn begun(vendor: &Vendor) -> Usp {
    let mut usp = asked(vendor);
    for begins in ["turn.start", "response"] {
        assert!(matches!(usp.hear(), Heard::Text { path, .. } if path == begins));
    }
    usp
}

/// The last turn's record, once it has ended.
fn last_turn(vendor: &Vendor) -> Served {
    let last = |truth: &[Served]| truth.iter().rfind(|served| served.turn_of.is_some()).cloned();
    let has_ended = |truth: &[Served]| last(truth).is_some_and(|turn| turn.ended);
    last(&truths_once(vendor, has_ended)).unwrap()
}

#[test]
fn some_refuse_the_upgrade() {
    for (fault, status) in [(Fault::BadKey, 401), (Fault::Quota, 429), (Fault::Unavailable, 503)] {
        let vendor = vendor(Script::once(fault));
        assert_eq!(Usp::try_open(&vendor, PATHS[0], &[(KEY, "good")]).err(), Some(status));
        assert_eq!((vendor.truth()[0].fault, vendor.truth()[0].status), (Some(fault), status));
        asked(&vendor).hear_turn(ID);
    }
}

#[test]
fn some_close_the_socket_when_the_text_comes() {
    for (fault, code, reason) in [
        (Fault::RateLimited, 4429, "Too many requests."),
        (Fault::ServerError, 1011, "Internal service error."),
    ] {
        let vendor = vendor(Script::once(fault));
        assert_eq!(asked(&vendor).hear_close(), (code, reason.to_owned()));
        let turn = last_turn(&vendor);
        assert_eq!((turn.status, turn.fault, turn.billed_characters), (code, Some(fault), 0));
        asked(&vendor).hear_turn(ID);
    }
    for (fault, code) in [
        (Fault::BadKey, 1008),
        (Fault::Quota, 4429),
        (Fault::RateLimited, 4429),
        (Fault::Unavailable, 1013),
        (Fault::ServerError, 1011),
    ] {
        let vendor = vendor(Script::once(Fault::None));
        let mut usp = asked(&vendor);
        usp.hear_turn(ID);
        vendor.script(Script::once(fault));
        ask(&mut usp);
        assert_eq!(usp.hear_close().0, code, "on a socket that was open");
    }
}

#[test]
fn a_cut_comes_after_its_bytes_and_drops_the_connection() {
    for after_bytes in [0, 1, 50_000, 1_000_000] {
        let vendor = vendor(Script::once(Fault::Cut).after_bytes(after_bytes));
        let mut usp = begun(&vendor);
        let mut bytes = 0;
        let error = loop {
            match usp.next() {
                Ok(Message::Binary(frame)) => {
                    bytes += frame.len() as u64 - 2 - u64::from(u16::from_be_bytes([frame[0], frame[1]]));
                }
                Err(Error::Io(error)) => break error,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        let turn = last_turn(&vendor);
        let served = after_bytes.min(118_560);
        assert_eq!((bytes, turn.bytes_served, turn.complete), (served, served, false));
        assert_eq!((turn.billed_characters, turn.characters_served), (38, served * 38 / 118_560));
    }
}

#[test]
fn a_stall_says_nothing_more_and_heeds_nothing() {
    let vendor = vendor(Script::once(Fault::Stall).after_bytes(5_000));
    let mut usp = begun(&vendor);
    assert!(matches!(usp.hear(), Heard::Audio { bytes, .. } if bytes.len() == 5_000));
    usp.say("synthesis.control", ID, "application/json", r#"{"action":"stop"}"#);
    usp.be_patient_for(Duration::from_millis(500));
    let Err(Error::Io(error)) = usp.next() else { panic!("it goes on") };
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert!(vendor.truth().iter().all(|served| !served.ended));
    drop(usp);
    assert_eq!((last_turn(&vendor).complete, last_turn(&vendor).bytes_served), (false, 5_000));
}

#[test]
fn waiting_is_as_long_as_it_says() {
    let late = vendor(Script::once(Fault::SlowFirstByte).seconds(1));
    let start = Instant::now();
    begun(&late);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let silent = vendor(Script::once(Fault::SlowFirstByte));
    let usp = asked(&silent);
    truths_once(&silent, |truth| truth.iter().any(|served| served.fault.is_some()));
    drop(usp);
    let turn = last_turn(&silent);
    assert_eq!(
        (turn.status, turn.billed_characters),
        (0, 0),
        "who does not wait for the turn's start pays nothing"
    );
    let slow = vendor(Script::once(Fault::OneByteASecond));
    let mut usp = begun(&slow);
    for _ in 0..2 {
        assert!(matches!(usp.hear(), Heard::Audio { bytes, .. } if bytes.len() == 1));
    }
}

#[test]
fn what_should_be_audio_is_something_else() {
    let page = vendor(Script::once(Fault::WrongContentType));
    let Message::Binary(frame) = begun(&page).next().unwrap() else { panic!("it is binary") };
    assert!(
        usize::from(u16::from_be_bytes([frame[0], frame[1]])) > frame.len(),
        "its headers would not fit in it"
    );
    let error = vendor(Script::once(Fault::JsonError));
    let text = begun(&error).next().unwrap().into_text().unwrap();
    assert!(
        serde_json::from_str::<Value>(&text).unwrap()["error"]["message"].is_string(),
        "without any headers"
    );
    let disguised = vendor(Script::once(Fault::JsonAsAudio));
    let Heard::Audio { bytes, .. } = begun(&disguised).hear() else { panic!("it is audio") };
    assert!(serde_json::from_slice::<Value>(&bytes).unwrap()["error"]["message"].is_string());
}

#[test]
fn too_little_too_much_and_nothing() {
    let nothing = vendor(Script::once(Fault::ZeroAudio));
    let spoken = asked(&nothing).hear_turn(ID);
    assert_eq!((spoken.audio.len(), spoken.all("SessionEnd")), (0, vec![&json!({"Offset": 0})]));
    let little = vendor(Script::once(Fault::TooShort));
    let spoken = asked(&little).hear_turn(ID);
    assert_eq!((spoken.audio.len(), spoken.all("SessionEnd")), (4_800, vec![&json!({"Offset": 1_000_000})]));
    let much = vendor(Script::once(Fault::HugeBody));
    let mut usp = begun(&much);
    let first = usp.hear();
    assert!((0..500).all(|_| usp.hear() == first));
}
