//! What is billed: for what was taken, to the character, whatever became of it.

use std::io::Read;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use vendors::{Fault, Kind, Script, Served, Vendor};

use crate::client::{Socket, only_truth, post, read, send};

/// 35 characters in 39 bytes; an odd number of half credits.
const TEXT: &str = "Grüße aus dem Süden, wo es wärmt.\n\n";

/// Longer than anything here takes, and as long as a vendor is waited for that has fallen silent.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_secs(1);

const RACHEL: &str = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM";

const REFUSALS: [Fault; 5] =
    [Fault::RateLimited, Fault::Quota, Fault::ServerError, Fault::Unavailable, Fault::BadKey];

/// Whatever happens after the head of a 2xx answer.
fn breakdowns() -> [Script; 11] {
    [
        Script::once(Fault::None),
        Script::once(Fault::SlowFirstByte).seconds(0),
        Script::once(Fault::Cut),
        Script::once(Fault::Cut).after_bytes(9_000),
        Script::once(Fault::WrongContentType),
        Script::once(Fault::JsonError),
        Script::once(Fault::JsonAsAudio),
        Script::once(Fault::GzipBomb),
        Script::once(Fault::ZeroAudio),
        Script::once(Fault::TooShort),
        Script::once(Fault::Stall).after_bytes(9_000),
    ]
}

/// A request, and what it costs: characters, credits and tokens of text.
#[derive(Clone, Copy, Debug)]
struct Call {
    kind: Kind,
    path: &'static str,
    model: &'static str,
    bill: [u64; 3],
}

const CALLS: [Call; 6] = [
    Call { kind: Kind::OpenAi, path: "/audio/speech", model: "tts-1", bill: [35, 0, 0] },
    Call { kind: Kind::OpenAi, path: "/audio/speech", model: "gpt-4o-mini-tts", bill: [35, 0, 11] },
    Call { kind: Kind::ElevenLabs, path: "", model: "eleven_multilingual_v2", bill: [35, 35, 0] },
    Call { kind: Kind::ElevenLabs, path: "/stream", model: "eleven_flash_v2_5", bill: [35, 18, 0] },
    Call {
        kind: Kind::ElevenLabs,
        path: "/stream/with-timestamps",
        model: "eleven_turbo_v2_5",
        bill: [35, 18, 0],
    },
    // The text, and the tag of 25 characters in it.
    Call { kind: Kind::Azure, path: "/cognitiveservices/v1", model: "azure", bill: [60, 0, 0] },
];

impl Call {
    fn path(self) -> String {
        match self.kind {
            Kind::OpenAi | Kind::Azure => self.path.to_owned(),
            Kind::ElevenLabs => format!("{RACHEL}{}?output_format=pcm_24000", self.path),
        }
    }

    fn body(self) -> Value {
        match self.model {
            "azure" => {
                json!(format!(
                    "<speak><voice name='en-US-AriaNeural'>{TEXT}<break strength='none' /></voice></speak>"
                ))
            }
            "tts-1" => json!({"model": "tts-1", "input": TEXT, "voice": "nova", "response_format": "pcm"}),
            "gpt-4o-mini-tts" => json!({
                "model": "gpt-4o-mini-tts", "input": TEXT, "voice": "nova", "response_format": "pcm",
                "stream_format": "sse", "instructions": "Warmly.",
            }),
            model => json!({"text": TEXT, "model_id": model}),
        }
    }
}

fn bill(served: &Served) -> [u64; 3] {
    [served.billed_characters, served.credits, served.input_tokens]
}

#[test]
fn from_the_head_on_the_whole_text_is_billed_and_before_it_nothing() {
    thread::scope(|scope| {
        for call in CALLS {
            scope.spawn(move || {
                is_billed_nothing(call);
                is_billed_in_full(call);
            });
        }
    });
}

fn is_billed_nothing(call: Call) {
    for fault in REFUSALS {
        let vendor = Vendor::start(call.kind).unwrap();
        vendor.script(Script::once(fault));
        post(&vendor, &call.path(), &call.body());
        let truth = only_truth(&vendor);
        assert_eq!((bill(&truth), truth.output_tokens), ([0; 3], 0), "{call:?} {fault:?}");
    }
}

fn is_billed_in_full(call: Call) {
    for script in breakdowns() {
        let vendor = Vendor::start(call.kind).unwrap();
        vendor.script(script);
        let patience = if script.fault == Fault::Stall { SHORT } else { LONG };
        let answer = read(send(&vendor, &call.path(), Some(&call.body()), patience).unwrap());
        let truth = only_truth(&vendor);
        assert_eq!((answer.status, bill(&truth)), (200, call.bill), "{call:?} {script:?}");
        let id = match call.kind {
            Kind::OpenAi => "x-request-id",
            Kind::ElevenLabs => "request-id",
            Kind::Azure => "x-requestid",
        };
        assert_eq!((answer.header(id), truth.request_id.is_empty()), (truth.request_id.as_str(), false));
        if call.kind == Kind::ElevenLabs {
            assert_eq!(answer.header("character-cost"), truth.credits.to_string(), "{call:?}");
        }
    }
}

#[test]
fn who_does_not_wait_for_the_head_is_billed_nothing() {
    for call in CALLS {
        let vendor = Vendor::start(call.kind).unwrap();
        vendor.script(Script::once(Fault::SlowFirstByte));
        assert!(send(&vendor, &call.path(), Some(&call.body()), SHORT).is_err());
        assert_eq!(bill(&only_truth(&vendor)), [0; 3], "{call:?}");
    }
}

#[test]
fn what_is_found_wrong_is_billed_nothing() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let asked = json!({"model": "tts-2", "input": TEXT, "voice": "nova"});
    assert_eq!(post(&vendor, "/audio/speech", &asked).status, 404);
    assert_eq!(bill(&only_truth(&vendor)), [0; 3]);
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let asked = json!({"text": "a".repeat(10_001)});
    assert_eq!(post(&vendor, RACHEL, &asked).status, 400);
    assert_eq!(bill(&only_truth(&vendor)), [0; 3]);
}

#[test]
fn tokens_of_audio_are_those_of_the_done_event_or_of_what_was_handed_over() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let answer = post(&vendor, "/audio/speech", &CALLS[1].body());
    let events = String::from_utf8(answer.body).unwrap();
    let done: Value = serde_json::from_str(events.trim_end().rsplit("data: ").next().unwrap()).unwrap();
    let truth = only_truth(&vendor);
    // 35 characters of 65 ms, at 1250 a minute.
    assert_eq!((truth.input_tokens, truth.output_tokens), (11, 48));
    assert_eq!(done["usage"], json!({"input_tokens": 11, "output_tokens": 48, "total_tokens": 59}));

    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let mut long = CALLS[1].body();
    long["input"] = TEXT.repeat(100).into();
    let response = send(&vendor, "/audio/speech", Some(&long), LONG).unwrap();
    let mut body = response.into_body().into_reader();
    body.read_exact(&mut [0; 100_000]).unwrap();
    drop(body);
    let truth = only_truth(&vendor);
    let handed_over = (truth.audio_ms_served as f64 / 48.0).ceil() as u64;
    assert!(!truth.complete && truth.output_tokens.abs_diff(handed_over) <= 1, "{truth:?}");
    assert_eq!((truth.billed_characters, truth.input_tokens), (3_500, 877));
}

/// A socket that is told this text in two pieces, and that there is no more.
fn dictate(vendor: &Vendor, model: &str) -> Socket {
    let mut socket = Socket::open(vendor, &format!("{RACHEL}/stream-input?model_id={model}"));
    let (first, second) = TEXT.split_once(' ').unwrap();
    for text in [" ", first, &format!(" {second}"), " ", ""] {
        socket.say(json!({"text": text}));
    }
    socket
}

#[test]
fn a_socket_is_billed_for_the_text_that_arrived() {
    for (model, credits) in [("eleven_multilingual_v2", 35), ("eleven_flash_v2_5", 18)] {
        for script in breakdowns() {
            let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
            vendor.script(script);
            let mut socket = dictate(&vendor, model);
            socket.be_patient_for(SHORT);
            while socket.next().is_ok() {}
            drop(socket);
            assert_eq!(bill(&only_truth(&vendor)), [35, credits, 0], "{model} {script:?}");
        }
        for fault in [Fault::None, Fault::SlowFirstByte, Fault::Stall] {
            let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
            vendor.script(Script::once(fault));
            drop(dictate(&vendor, model));
            assert_eq!(bill(&only_truth(&vendor)), [35, credits, 0], "{model}, hung up on {fault:?} at once");
        }
    }
}

#[test]
fn a_socket_that_is_refused_is_billed_nothing() {
    for fault in [Fault::RateLimited, Fault::Quota] {
        let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
        vendor.script(Script::once(fault));
        let mut socket = dictate(&vendor, "eleven_flash_v2_5");
        assert_eq!(socket.hear_out().1, 1008);
        drop(socket);
        assert_eq!(bill(&only_truth(&vendor)), [0; 3], "{fault:?}");
    }
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let mut socket = Socket::open(&vendor, &format!("{RACHEL}/stream-input"));
    socket.say(json!({"text": TEXT, "voice_settings": {"speed": 9}}));
    assert_eq!(socket.hear_out().1, 1008);
    assert_eq!(bill(&only_truth(&vendor)), [0; 3]);
}
