//! The record of what was asked and served.

use std::io::Read;
use std::time::Duration;

use serde_json::json;
use vendors::{Fault, Kind, Served, Vendor};

use crate::client::{get, only_truth, post, send};

/// The `/__sim` paths are beside OpenAI's `/v1`.
fn control(vendor: &Vendor, path: &str) -> String {
    format!("{}{path}", vendor.base_url().trim_end_matches("/v1"))
}

#[test]
fn a_client_that_hangs_up_got_what_the_record_says() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let text = "It goes on and on. ".repeat(200);
    let asked = json!({"model": "tts-1", "input": text, "voice": "nova", "response_format": "wav"});
    let whole = 44 + text.len() as u64 * 65 * 48;
    let response = send(&vendor, "/audio/speech", Some(&asked), Duration::from_secs(60)).unwrap();
    let mut body = response.into_body().into_reader();
    body.read_exact(&mut [0; 100_000]).unwrap();
    drop(body);
    let truth = only_truth(&vendor);
    assert_eq!((truth.status, truth.complete, truth.fault), (200, false, None));
    assert!((100_000..whole).contains(&truth.bytes_served), "{} of {whole}", truth.bytes_served);
    // The audio and its characters are those of the bytes.
    let ms = (truth.bytes_served - 44) as f64 / 48.0;
    assert!((truth.audio_ms_served as f64 - ms).abs() < 1.0, "{} of {ms}", truth.audio_ms_served);
    assert!(truth.characters_served.abs_diff(truth.audio_ms_served / 65) <= 1);
}

#[test]
fn a_client_that_stays_gets_everything() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let asked = json!({"text": "Drei schöne Häuser.", "extra": [1, 2]});
    let path = "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb?output_format=mp3_24000_48&authorization=secret-9876";
    let answer = post(&vendor, path, &asked);
    let truth = only_truth(&vendor);
    assert_eq!(truth.bytes_served, answer.body.len() as u64);
    assert_eq!((truth.characters_served, truth.audio_ms_served, truth.complete), (19, 19 * 65, true));
    assert_eq!((truth.at, truth.method.as_str(), truth.status), (1, "POST", 200));
    assert_eq!(truth.path, "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb");
    assert_eq!(truth.query, "output_format=mp3_24000_48&authorization=9876");
    assert_eq!(truth.body, asked.to_string());
    assert_eq!(
        (truth.headers["xi-api-key"].as_str(), truth.headers["authorization"].as_str()),
        ("1234", "1234")
    );
    assert_eq!(truth.headers["content-type"], "application/json");
    assert!(!format!("{truth:?}").contains("good"));
}

#[test]
fn script_and_truth_are_there_over_http_too() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let script = r#"{"fault": "unavailable", "times": 1}"#;
    let answer = ureq::post(control(&vendor, "/__sim/script"))
        .header("content-type", "application/json")
        .send(script)
        .unwrap();
    assert_eq!(answer.status(), 204);
    let asked = json!({"model": "tts-1", "input": "Hi.", "voice": "nova"});
    assert_eq!(post(&vendor, "/audio/speech", &asked).status, 503);
    assert_eq!(get(&vendor, "/models").status, 200);
    let lines =
        || ureq::get(control(&vendor, "/__sim/truth")).call().unwrap().body_mut().read_to_string().unwrap();
    let truth: Vec<Served> = lines().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(truth, vendor.truth());
    assert_eq!(truth.iter().map(|served| served.at).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((truth[0].fault, truth[1].fault), (Some(Fault::Unavailable), None));
    assert!(truth.iter().all(|served| served.complete && served.bytes_served > 0));
    assert_eq!(ureq::delete(control(&vendor, "/__sim/truth")).call().unwrap().status(), 204);
    assert_eq!((lines(), vendor.truth()), (String::new(), vec![]));
    get(&vendor, "/models");
    assert_eq!(only_truth(&vendor).at, 3, "numbers are not used twice");
}
