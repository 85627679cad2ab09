//! What fails over and what does not, and requests that nobody may speak.

use serde_json::{Value, json};
use vendors::{Fault, Script};

use super::house::{ASKED, House};
use crate::harness::federation::speeches;

const POLICIES: [&str; 8] =
    ["exact", "equivalent", "cheapest", "fastest", "best", "local-first", "local-only", "weighted"];

const KOKORO: &str = "[backends.kokoro]\nkind = \"kokoro\"\n";

fn is_unheard_of(house: &House) {
    assert!(speeches(&house.openai).is_empty() && speeches(&house.elevenlabs).is_empty());
}

#[test]
fn where_a_vendor_refuses_the_gateways_key_another_speaks_and_the_operator_is_told() {
    let house = House::open();
    for asked in ASKED {
        house.vendor(asked.backend).script(Script::once(Fault::BadKey));
        let answer = house.asks(asked.voice, &[], "Good morning.");
        assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body));
        let tried = format!("{}:{}=backend_failed", asked.backend, asked.voice);
        assert_eq!(answer.header("x-soundboard-tried"), tried);
        let log = house.server.log();
        let alarm = format!("The backend {} refused the gateway's own key.", asked.backend);
        let line = log.lines().find(|line| line.contains(&alarm)).unwrap_or_else(|| panic!("{log}"));
        assert!(line.contains("ERROR"), "{line}");
        assert!(!log.contains("zqxw") && !log.contains("Good morning"), "{log}");
    }
    house.closes_with_true_books();
}

#[test]
fn what_is_the_clients_fault_is_told_and_tried_on_nobody_else() {
    let house = House::beside(KOKORO);
    for policy in ["equivalent", "local-first"] {
        // Of scripts that Kokoro cannot read, which its adapter finds.
        let answer = house.asks("af_heart", &[("x-soundboard-policy", policy)], "漢字かな交じり文。");
        assert_eq!(answer.status(), 400, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.error()["code"], "invalid_text");
        assert_eq!(answer.header("x-soundboard-tried"), "");
    }
    for asked in ASKED {
        assert_eq!(house.asks(asked.voice, &[], "").status(), 400);
        assert_eq!(house.asks(asked.voice, &[("x-soundboard-fallback", "resume")], " ").status(), 400);
    }
    is_unheard_of(&house);
}

#[test]
fn what_is_local_only_leaves_this_machine_by_no_door() {
    let house = House::beside(KOKORO);
    let local = [("x-soundboard-policy", "local-only")];
    for voice in ["alloy", "openai:alloy", "EXAVITQu4vr4xnSDxMaL", "af_heart", "?gender=female&language=en"] {
        let answer = house.asks(voice, &local, "My diagnosis is private.");
        assert_eq!(answer.status(), 200, "{voice}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.header("x-soundboard-backend"), "kokoro", "{voice}");
        assert_eq!(answer.header("x-soundboard-requested-voice"), voice);
    }
    let body = json!({ "text": "My diagnosis is private." });
    let path = "/v1/text-to-speech/EXAVITQu4vr4xnSDxMaL?output_format=pcm_24000";
    let spoken = house.server.ask_with(path, &local, &body);
    assert_eq!((spoken.head.status(), spoken.head.header("x-soundboard-backend")), (200, "kokoro"));
    assert!(spoken.rest().len() > 10_000);
    is_unheard_of(&house);
}

#[test]
fn a_policy_that_nobody_knows_is_answered_with_those_that_there_are() {
    let house = House::open();
    let headers = [("x-soundboard-policy", "nearest")];
    let answer = house.asks("alloy", &headers, "Good morning.");
    assert_eq!(answer.status(), 400);
    let error = answer.error();
    assert_eq!(error["type"], "invalid_request_error");
    lists_the_policies(&error);

    let body = json!({ "text": "Good morning." });
    let answer = house.server.ask_with("/v1/text-to-speech/EXAVITQu4vr4xnSDxMaL", &headers, &body);
    assert_eq!(answer.head.status(), 422);
    let body: Value = serde_json::from_slice(&answer.rest()).unwrap();
    assert_eq!(body["detail"]["status"], "invalid_parameters", "{body}");
    lists_the_policies(&body["detail"]);
    is_unheard_of(&house);
}

fn lists_the_policies(error: &Value) {
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("nearest") && message.contains(&POLICIES.join(", ")), "{message}");
    assert_eq!(error["param"], "x-soundboard-policy", "{error}");
}

#[test]
fn a_policy_that_leaves_nobody_says_whom_which_filter_has_left_out() {
    let house = House::open();
    let local = [("x-soundboard-policy", "local-only")];
    for asked in ASKED {
        let answer = house.asks(asked.voice, &local, "My diagnosis is private.");
        assert_eq!(answer.status(), 422, "{}", String::from_utf8_lossy(&answer.body));
        let error = answer.error();
        assert_eq!((&error["code"], &error["param"]), (&json!("no_candidate"), &json!("policy")));
        let message = error["message"].as_str().unwrap();
        let left_out =
            format!("{}:{} (local: Its backend is not on this machine.)", asked.backend, asked.voice);
        assert!(message.contains("\"local-only\"") && message.contains(&left_out), "{message}");
        let other = if asked.backend == "openai" { "elevenlabs:" } else { "openai:" };
        assert!(message.contains(other), "{message}");

        let path = format!("/v1/text-to-speech/{}", asked.voice);
        let answer = house.server.ask_with(&path, &local, &json!({ "text": "My diagnosis is private." }));
        assert_eq!(answer.head.status(), 422);
        let body: Value = serde_json::from_slice(&answer.rest()).unwrap();
        assert!(body["detail"]["message"].as_str().unwrap().contains(&left_out), "{body}");
    }
    is_unheard_of(&house);
}
