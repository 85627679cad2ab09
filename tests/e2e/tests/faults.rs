//! Whatever a vendor does: one clear end for whoever asked, one row that says so, and the next request works.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use vendors::{Fault, Script};

use crate::harness::federation::speeches;
use crate::harness::http::Coming;
use crate::harness::waiting::between_looks;
use crate::harness::{Federation, Stopwatch, text_of};

const VENDORS: [&str; 2] = ["openai", "elevenlabs"];

/// A way of asking for speech.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    OpenAi { format: &'static str },
    OpenAiEvents,
    ElevenLabs { path: &'static str, format: &'static str },
}

/// Passed through and encoded anew, streamed and whole, with times and without.
const DOORS: [Door; 8] = [
    Door::OpenAi { format: "mp3" },
    Door::OpenAi { format: "pcm" },
    Door::OpenAi { format: "flac" },
    Door::OpenAiEvents,
    Door::ElevenLabs { path: "", format: "mp3_44100_128" },
    Door::ElevenLabs { path: "/stream", format: "ulaw_8000" },
    Door::ElevenLabs { path: "/with-timestamps", format: "pcm_16000" },
    Door::ElevenLabs { path: "/stream/with-timestamps", format: "opus_48000_64" },
];

impl Door {
    /// Asks one vendor for that text.
    fn ask(self, federation: &Federation, vendor: &str, text: &str) -> Coming {
        let voice = if vendor == "openai" { "openai:nova" } else { "elevenlabs:EXAVITQu4vr4xnSDxMaL" };
        match self {
            Self::OpenAi { format } => {
                let body =
                    json!({ "model": "tts-1", "voice": voice, "input": text, "response_format": format });
                federation.server.ask("/v1/audio/speech", &body)
            }
            Self::OpenAiEvents => {
                let body = json!({
                    "model": "gpt-4o-mini-tts", "voice": voice, "input": text, "response_format": "mp3",
                    "stream_format": "sse",
                });
                federation.server.ask("/v1/audio/speech", &body)
            }
            Self::ElevenLabs { path, format } => {
                let path = format!("/v1/text-to-speech/{voice}{path}?output_format={format}");
                let body = json!({ "text": text, "model_id": "eleven_multilingual_v2" });
                federation.server.ask(&path, &body)
            }
        }
    }

    fn name(self) -> &'static str {
        if matches!(self, Self::ElevenLabs { .. }) { "elevenlabs" } else { "openai" }
    }

    /// Whether nothing leaves before all of it is there.
    fn is_whole(self) -> bool {
        matches!(self, Self::ElevenLabs { path: "/with-timestamps", .. })
    }
}

/// How one request ended, for whoever asked.
struct End {
    id: String,
    status: u16,
    retry_after: String,
    should_retry: String,
    body: Vec<u8>,
    broken: bool,
}

fn end(coming: Coming) -> End {
    let head = |name| coming.head.header(name).to_owned();
    let (id, retry_after) = (head("x-soundboard-request-id"), head("retry-after"));
    let (status, should_retry) = (coming.head.status(), head("x-should-retry"));
    let (body, ended) = coming.end();
    End { id, status, retry_after, should_retry, body, broken: ended.is_err() }
}

impl End {
    /// The code in the envelope of that door, which must be one to the last key.
    fn code(&self, door: Door) -> String {
        let body: Value = serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(&self.body)));
        let (error, keys) = match door {
            Door::ElevenLabs { .. } => {
                assert_eq!(body["detail"]["request_id"], self.id, "{body}");
                assert_eq!(body["detail"]["status"], body["detail"]["code"], "{body}");
                (&body["detail"], &["code", "message", "param", "request_id", "status", "type"][..])
            }
            _ => (&body["error"], &["code", "message", "param", "type"][..]),
        };
        let mut found: Vec<_> = error.as_object().unwrap().keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, keys, "{body}");
        let message = error["message"].as_str().unwrap();
        assert!(message.len() > 10 && !message.contains("zqxw") && !message.contains("sk-"), "{message}");
        error["code"].as_str().unwrap().to_owned()
    }

    /// Checks that it is speech from beginning to end.
    fn is_speech(&self, what: &str) {
        assert!(self.status == 200 && !self.broken, "{what}: {}", self.status);
        assert!(self.body.len() > 5_000, "{what}: {} bytes", self.body.len());
        let words = String::from_utf8_lossy(&self.body[self.body.len() - 300..]);
        assert!(!words.contains("\"error\""), "{what}: {words}");
    }
}

/// What the journal must say of a request.
struct Expected {
    what: String,
    id: String,
    door: &'static str,
    vendor: &'static str,
    outcome: &'static str,
    /// Whether some of it left.
    audible: bool,
    /// Whether nothing leaves before all of it is there, so that what was made may not have left.
    whole: bool,
}

fn expected_row(
    what: &str,
    ended: &End,
    door: Door,
    vendor: &'static str,
    outcome: &'static str,
    audible: bool,
) -> Expected {
    let (what, id) = (what.to_owned(), ended.id.clone());
    Expected { what, id, door: door.name(), vendor, outcome, audible, whole: door.is_whole() }
}

/// Checks the rows once the server has stopped.
fn check_rows(federation: Federation, expected: &[Expected]) {
    let log = federation.server.log();
    assert!(!log.contains("panicked") && !log.contains("zqxw"), "{log}");
    let rows = federation.server.stop();
    assert_eq!(rows.len(), expected.len(), "one row for each");
    for Expected { what, id, door, vendor, outcome, audible, whole } in expected {
        let row = rows.iter().find(|row| row["id"] == *id).unwrap_or_else(|| panic!("{what}: no row"));
        let said = json!([row["door"], row["backend"], row["outcome"]]);
        assert_eq!(said, json!([door, vendor, outcome]), "{what}: {row}");
        if *audible || !whole {
            assert_eq!(row["audio_ms"].as_u64().unwrap() > 0, *audible, "{what}: {row}");
            assert_eq!(row["first_audio_ms"].is_u64(), *audible, "{what}: {row}");
        }
    }
}

/// A fault before any audio, how each door says it, and what the journal says.
struct Refused {
    fault: Fault,
    openai: (u16, &'static str),
    elevenlabs: (u16, &'static str),
    outcome: &'static str,
}

fn failed(fault: Fault) -> Refused {
    let answer = (502, "backend_failed");
    Refused { fault, openai: answer, elevenlabs: answer, outcome: "backend_failed" }
}

fn refused() -> Vec<Refused> {
    let limited = (429, "rate_limit_exceeded");
    vec![
        Refused {
            openai: limited,
            elevenlabs: limited,
            outcome: "rate_limited",
            ..failed(Fault::RateLimited)
        },
        Refused {
            openai: (429, "insufficient_quota"),
            elevenlabs: (401, "quota_exceeded"),
            outcome: "quota_exceeded",
            ..failed(Fault::Quota)
        },
        failed(Fault::ServerError),
        failed(Fault::Unavailable),
        failed(Fault::BadKey),
        failed(Fault::Cut),
        failed(Fault::WrongContentType),
        failed(Fault::JsonError),
        failed(Fault::JsonAsAudio),
        failed(Fault::GzipBomb),
        failed(Fault::ZeroAudio),
    ]
}

#[test]
fn a_fault_before_the_first_audio_is_a_status_in_the_doors_own_words() {
    let federation = Federation::of(&VENDORS);
    let text = text_of(120);
    let mut expected = Vec::new();
    for vendor in VENDORS {
        for door in DOORS {
            for Refused { fault, openai, elevenlabs, outcome } in refused() {
                let what = format!("{fault:?} of {vendor} at {door:?}");
                federation.vendor(vendor).script(Script::once(fault));
                let ended = end(door.ask(&federation, vendor, &text));
                let said = if door.name() == "openai" { openai } else { elevenlabs };
                assert_eq!((ended.status, ended.code(door).as_str()), said, "{what}");
                assert!(!ended.broken, "{what}");
                // The fakes name a second, of a limit only.
                let waits = if fault == Fault::RateLimited { "1" } else { "" };
                let names_none = vendor == "elevenlabs" && fault == Fault::Quota;
                assert!(ended.retry_after == waits || names_none, "{what}: {}", ended.retry_after);
                let hopeless = matches!(fault, Fault::Quota | Fault::BadKey) && ended.status != 401;
                assert_eq!(ended.should_retry == "false", hopeless, "{what}: {}", ended.should_retry);
                if speeches(federation.vendor(vendor)).last().is_some_and(|served| served.status == 429) {
                    // For as long as it says, it is not called.
                    between_looks(Duration::from_secs(1));
                }
                let next = end(door.ask(&federation, vendor, &text));
                next.is_speech(&format!("after {what}"));
                let row = |ended: End, outcome, audible| {
                    expected_row(&what, &ended, door, vendor, outcome, audible)
                };
                expected.extend([row(ended, outcome, false), row(next, "completed", true)]);
            }
        }
    }
    check_rows(federation, &expected);
}

#[test]
fn a_fault_in_mid_speech_breaks_the_answer_off() {
    let federation = Federation::of(&VENDORS);
    let (long, short) = (text_of(600), text_of(120));
    let mut expected = Vec::new();
    for vendor in VENDORS {
        for door in DOORS {
            for (script, text) in [
                (Script::once(Fault::Cut).after_bytes(150_000), &long),
                (Script::once(Fault::HugeBody), &short),
                (Script::once(Fault::TooShort), &short),
            ] {
                let what = format!("{:?} of {vendor} at {door:?}", script.fault);
                federation.vendor(vendor).script(script);
                let ended = end(door.ask(&federation, vendor, text));
                let audible = breaks_off(&ended, door, &what);
                // What there is of a text that is far too short may still wait for more in an encoder.
                assert!(audible || door.is_whole() || script.fault == Fault::TooShort, "{what}");
                let next = end(door.ask(&federation, vendor, text));
                next.is_speech(&format!("after {what}"));
                expected.push(expected_row(&what, &ended, door, vendor, "backend_failed", audible));
                expected.push(expected_row(&what, &next, door, vendor, "completed", true));
            }
        }
    }
    check_rows(federation, &expected);
}

/// Checks that a client cannot take the beginning for all there is; whether there was one.
fn breaks_off(ended: &End, door: Door, what: &str) -> bool {
    if ended.status != 200 {
        assert_eq!((ended.status, ended.code(door).as_str()), (502, "backend_failed"), "{what}");
        return false;
    }
    let events = door == Door::OpenAiEvents;
    assert_eq!(ended.broken, !events, "{what}");
    if events {
        let body = String::from_utf8_lossy(&ended.body);
        let last = body.trim_end().rsplit("\n\n").next().unwrap();
        assert!(
            last.contains("\"code\":\"backend_failed\"") && !body.contains("audio.done"),
            "{what}: {last}"
        );
    }
    !ended.body.is_empty()
}

/// One silent at first, the other in the middle: half a minute, all at the same time.
#[test]
fn a_vendor_that_falls_silent_is_given_up_at_its_deadline() {
    let federation = Federation::of(&VENDORS);
    let text = text_of(600);
    federation.openai.script(Script::once(Fault::SlowFirstByte).times(0));
    federation.elevenlabs.script(Script::once(Fault::Stall).after_bytes(150_000).times(0));
    let asked =
        [DOORS[0], DOORS[4], DOORS[7]].into_iter().flat_map(|door| VENDORS.map(|vendor| (door, vendor)));
    let ended: Vec<(Door, &'static str, End, f64)> = thread::scope(|scope| {
        let asking: Vec<_> = asked
            .map(|(door, vendor)| {
                let (federation, text) = (&federation, &text);
                scope.spawn(move || {
                    let watch = Stopwatch::start();
                    (door, vendor, end(door.ask(federation, vendor, text)), watch.seconds())
                })
            })
            .collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    let mut expected = Vec::new();
    for (door, vendor, ended, seconds) in ended {
        let what = format!("{vendor} at {door:?}");
        if vendor == "openai" {
            assert_eq!((ended.status, ended.code(door).as_str()), (504, "deadline_exceeded"), "{what}");
            assert!((29.0..35.0).contains(&seconds), "{what}: {seconds} s for the first byte");
        } else {
            assert!(ended.status == 200 && ended.broken, "{what}: {}", ended.status);
            assert!((19.0..25.0).contains(&seconds), "{what}: {seconds} s of silence");
        }
        let audible = vendor == "elevenlabs";
        expected.push(expected_row(&what, &ended, door, vendor, "deadline_exceeded", audible));
    }
    check_rows(federation, &expected);
}
