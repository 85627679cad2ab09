//! What the headers say of a voice that stands in for another, and what is said where nobody does.

use crate::actor::{Deed, Stage};
use crate::client::Ask;

/// Everything that speaks with a woman's voice of the left: as it is made, and once it is whole.
const SPEAKING: [(&str, &str); 8] = [
    ("/v1/audio/speech", OPENAI),
    ("/dev/captioned_speech", OPENAI),
    ("/api/v1/speech", NATIVE),
    ("/v1/text-to-speech/anna", ELEVENLABS),
    ("/v1/text-to-speech/anna/stream", ELEVENLABS),
    ("/v1/text-to-speech/anna/with-timestamps", ELEVENLABS),
    ("/v1/text-to-speech/anna/stream/with-timestamps", ELEVENLABS),
    ("/v1/text-to-dialogue", ELEVENLABS),
];
const OPENAI: &str = r#"{"model":"tts-1","input":"Good morning.","voice":"anna","response_format":"wav"}"#;
const NATIVE: &str = r#"{"text":"Good morning.","voice":"anna"}"#;
const ELEVENLABS: &str = r#"{"text":"Good morning.","inputs":[{"text":"Good morning.","voice_id":"anna"}]}"#;

fn asked(stage: &Stage, path: &str, body: &str) -> Ask {
    stage.server.post(path).header("content-type", "application/json").body(body)
}

#[tokio::test]
async fn every_door_says_who_was_asked_who_speaks_why_and_who_has_failed() {
    for (path, body) in SPEAKING {
        for length in [None, Some("exact")] {
            let stage = Stage::open().await;
            stage.left.will([Deed::Refuses]);
            let ask = asked(&stage, path, body);
            let answer =
                length.into_iter().fold(ask, |ask, length| ask.header("x-soundboard-content-length", length));
            let answer = answer.send().await;
            assert_eq!((answer.status.as_u16(), answer.whole), (200, true), "{path}: {}", answer.text());
            let said = ["requested-voice", "voice", "backend", "model", "reason", "tried"]
                .map(|name| answer.header(&format!("x-soundboard-{name}")).to_owned());
            let expected =
                ["anna", "right:berta", "right", "right-1", "fallback", "left:anna=backend_failed"];
            assert_eq!(said, expected, "{path}, length: {length:?}");
        }
    }
}

#[tokio::test]
async fn who_speaks_as_asked_has_no_excuse_to_make() {
    for (path, body) in SPEAKING {
        let stage = Stage::open().await;
        let answer = asked(&stage, path, body).send().await;
        let said = ["requested-voice", "voice", "reason", "tried", "switched"]
            .map(|name| answer.header(&format!("x-soundboard-{name}")).to_owned());
        assert_eq!(said, ["anna", "left:anna", "exact", "-", "-"], "{path}");
    }
}

#[tokio::test]
async fn a_policy_that_leaves_nobody_says_which_filter_removed_whom() {
    let stage = Stage::open().await;
    for (path, body) in SPEAKING.into_iter().chain([("/api/v1/estimate", NATIVE)]) {
        let answer = asked(&stage, path, body).header("x-soundboard-policy", "local-only").send().await;
        let said = answer.text();
        assert_eq!(answer.status.as_u16(), 422, "{path}: {said}");
        for voice in ["left:anna", "right:berta"] {
            let removed = format!("{voice} (local: Its backend is not on this machine.)");
            assert!(said.contains(&removed), "{path}: {said}");
        }
    }
    let answer = asked(&stage, "/api/v1/speech", NATIVE).header("x-soundboard-policy", "local-only");
    insta::assert_snapshot!(answer.send().await.show(), @r#"
    422 Unprocessable Entity
    {"error":{"code":"no_candidate","message":"The policy \"local-only\" leaves nobody who could speak. Left out: left:anna (local: Its backend is not on this machine.); right:berta (local: Its backend is not on this machine.).","param":"policy","allowed":[],"request_id":"req-10"}}
    "#);
    assert!(stage.left.said().is_empty() && stage.right.said().is_empty());
}
