//! Whatever is sent: speech, or an answer that says what is wrong, in OpenAI's envelope.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::harness::process::signal;
use crate::harness::{Server, pcm_seconds, program};

const JSON: &str = "application/json";

/// What no English voice can read.
const HAN: &str = "漢字你好世界";

/// What is sent, and what the answer must name.
struct Case {
    name: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    status: u16,
    param: Value,
    says: &'static str,
}

fn case(name: &'static str, body: impl Into<Vec<u8>>, param: impl Into<Value>, says: &'static str) -> Case {
    Case { name, content_type: JSON, body: body.into(), status: 400, param: param.into(), says }
}

fn input(name: &'static str, input: &str, says: &'static str) -> Case {
    let body = json!({ "model": "tts-1", "voice": "af_heart", "input": input });
    case(name, body.to_string(), "input", says)
}

fn cases() -> Vec<Case> {
    let with = |field: &str, value: &str| {
        format!(r#"{{"model":"tts-1","voice":"af_heart","input":"Hi.",{field:?}:{value}}}"#)
    };
    let speech = r#"{"model":"tts-1","voice":"af_heart","input":"#;
    vec![
        input("empty", "", "empty"),
        input("blank", " \n\t ", "empty"),
        input("4,097 characters", &"a".repeat(4097), "4096"),
        input("NUL", "a\0b", "Character 1 of the text is the control character U+0000"),
        input("a control character", "né\u{7}b", "Character 2 of the text is the control character U+0007"),
        input(
            "a C1 control character",
            "abc\u{85}",
            "Character 3 of the text is the control character U+0085",
        ),
        input(
            "a right-to-left override",
            "abc\u{202E}def",
            "Character 3 of the text is the direction mark U+202E",
        ),
        input("a left-to-right mark", "\u{200E}abc", "Character 0 of the text is the direction mark U+200E"),
        input("an isolate", "ab\u{2066}c\u{2069}", "Character 2 of the text is the direction mark U+2066"),
        input("ten thousand combining marks", &format!("e{}", "\u{301}".repeat(10_000)), "4096"),
        input("four thousand combining marks", &format!("e{}", "\u{301}".repeat(4_000)), "combining"),
        input("nothing but punctuation", "?! ...", "spoken"),
        input("nothing but Han", HAN, "English voice"),
        case("a lone surrogate", format!(r#"{speech}"a\ud800b"}}"#), Value::Null, ""),
        case("broken UTF-8", [speech.as_bytes(), b"\"a\xffb\"}"].concat(), Value::Null, ""),
        case("no JSON", "Hello?", Value::Null, "JSON"),
        case("half a JSON", speech, Value::Null, "JSON"),
        case("nothing", "", Value::Null, ""),
        case("a list", "[]", Value::Null, ""),
        case("no input", r#"{"model":"tts-1","voice":"af_heart"}"#, "input", "input"),
        case("no voice", r#"{"model":"tts-1","input":"Hi."}"#, "voice", "voice"),
        case("no model", r#"{"voice":"af_heart","input":"Hi."}"#, "model", "model"),
        case("a number for a text", format!("{speech}5}}"), "input", "input"),
        case(
            "an unknown voice",
            with("voice", r#""nobody""#).replace(r#""voice":"af_heart","#, ""),
            "voice",
            "nobody",
        ),
        case("speed 0", with("speed", "0"), "speed", "0.25"),
        case("speed 4.1", with("speed", "4.1"), "speed", "4"),
        case("speed NaN", with("speed", "NaN"), Value::Null, "JSON"),
        case("speed as a word", with("speed", r#""NaN""#), "speed", "speed"),
        case("speed 1e999", with("speed", "1e999"), Value::Null, ""),
        case("an unknown format", with("response_format", r#""midi""#), "response_format", "mp3"),
        case("an unknown stream format", with("stream_format", r#""morse""#), "stream_format", "sse"),
        Case {
            content_type: "text/plain",
            status: 415,
            ..case("the wrong content type", with("speed", "1"), Value::Null, JSON)
        },
        Case {
            status: 404,
            ..case(
                "an unknown model",
                with("model", r#""nobody""#).replace(r#""model":"tts-1","#, ""),
                "model",
                "nobody",
            )
        },
        Case { status: 413, ..case("two megabytes", vec![b' '; 2 << 20], Value::Null, "") },
    ]
}

#[test]
fn every_bad_input_is_refused_and_explained() {
    let server = Server::start();
    let mut wrong = Vec::new();
    for case in cases() {
        let answer = server.post(&[("content-type", case.content_type)], &case.body);
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        let error = answer.error();
        let message = error["message"].as_str().unwrap();
        let as_expected = answer.status() == case.status
            && error["type"] == "invalid_request_error"
            && error["param"] == case.param
            && message.len() > 10
            && message.contains(case.says);
        if !as_expected {
            wrong.push(format!("{}: {} {body}", case.name, answer.status()));
        }
    }
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
    assert_eq!(server.speak(&json!({})).status(), 200, "the server is as well as before");
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains(|c| HAN.contains(c)), "{log}");
    let rows = server.stop();
    // What is too large is refused before it is known who asks, so it leaves a line in the access log only.
    let known = cases().iter().filter(|case| case.status != 413).count();
    assert_eq!(rows.len(), known + 1, "one row for each");
    assert_eq!(rows.iter().filter(|row| row["outcome"] == "completed").count(), 1);
}

#[test]
fn paths_and_methods_that_are_not_there_are_refused_in_the_same_envelope() {
    let server = Server::start();
    assert_eq!(server.get("/v1/nothing").status(), 404);
    server.get("/v1/nothing").error();
    let wrong_method = server.get("/v1/audio/speech");
    assert_eq!(wrong_method.status(), 405);
    wrong_method.error();
}

#[test]
fn an_odd_text_is_spoken_and_what_is_left_out_named() {
    let server = Server::start();
    for (text, dropped) in
        [("Hello 你好 мир", "script:han"), ("👍🎉", ""), ("PLEASE READ THIS SIGN AND STOP HERE", "")]
    {
        let answer = server.speak(&json!({ "input": text }));
        assert_eq!(answer.header("x-soundboard-dropped"), dropped, "{text}");
        let seconds = pcm_seconds(answer.audio().len());
        assert!((0.5..6.0).contains(&seconds), "{seconds} s of {text}");
    }
}

#[test]
fn the_longest_number_that_is_taken_begins_to_sound() {
    let server = Server::start();
    let mut coming = server.begin(&json!({ "input": "1234567890".repeat(410)[..4096] }));
    assert!(coming.read(9600).iter().any(|&byte| byte != 0));
    drop(coming);
    assert_eq!(server.rows_once(1)[0]["outcome"], "hung_up");
}

/// The first two seconds of what `speak --file` says of that text, after which nobody wants more.
fn beginning(text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.txt");
    fs::write(&file, text).unwrap();
    let mut child = program()
        .args(["speak", "-o", "-", "--format", "pcm", "--file"])
        .arg(&file)
        .arg("--data")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut sound = vec![0; 100_000];
    child.stdout.take().unwrap().read_exact(&mut sound).unwrap();
    signal(&child, Signal::TERM);
    child.wait().unwrap();
    sound
}

#[test]
fn a_word_of_any_length_begins_to_sound() {
    for text in ["1234567890".repeat(1000), "incomprehensibly".repeat(6250)] {
        assert!(beginning(&text).iter().any(|&byte| byte != 0), "{} characters", text.len());
    }
}
