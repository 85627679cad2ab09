//! Who spoke, where nobody asked for them: told with the last word, since a socket has no headers for it.

use serde_json::{Value, json};

use super::client::open;
use crate::actor::{Deed, Stage};

/// The last message of a socket of that path, which says these messages.
async fn last(stage: &Stage, path: &str, says: &[Value]) -> Value {
    let Ok(mut talk) = open(&stage.server, path, &[("x-soundboard-fallback", "resume")]).await else {
        panic!("{path} opens")
    };
    for say in says {
        talk.say(say.clone()).await;
    }
    let mut frames = talk.rest().await.frames;
    frames.retain(|frame| frame["isFinal"] == true || frame["is_final"] == true);
    assert_eq!(frames.len(), 1, "{path}");
    frames.remove(0)
}

fn single() -> [Value; 2] {
    [json!({"text": "The first one. The second one. The third one. "}), json!({"text": ""})]
}

#[tokio::test]
async fn whoever_stands_in_and_whoever_goes_on_is_named() {
    let stage = Stage::open().await;
    stage.left.will([Deed::Refuses]);
    let told = last(&stage, "/v1/text-to-speech/anna/stream-input", &single()).await;
    let expected = json!({"requested_voice": "anna", "voice": "right:berta", "reason": "fallback"});
    assert_eq!(told["soundboard"], expected);

    let stage = Stage::open().await;
    stage.left.will([Deed::Speaks, Deed::BreaksOff]);
    let told = last(&stage, "/v1/text-to-speech/anna/stream-input", &single()).await;
    let switched = &told["soundboard"]["switched"];
    assert!(switched.as_str().is_some_and(|told| told.ends_with("=right:berta")), "{told}");
    assert_eq!(told["soundboard"]["voice"], "left:anna");
}

#[tokio::test]
async fn in_a_context_and_in_a_dialogue_as_well() {
    let stage = Stage::open().await;
    stage.left.will([Deed::Refuses]);
    let says = [
        json!({"text": "The first one. ", "context_id": "a", "flush": true}),
        json!({"context_id": "a", "close_context": true}),
        json!({"close_socket": true}),
    ];
    let told = last(&stage, "/v1/text-to-speech/anna/multi-stream-input", &says).await;
    assert_eq!((&told["contextId"], &told["soundboard"]["voice"]), (&json!("a"), &json!("right:berta")));

    let stage = Stage::open().await;
    stage.left.will([Deed::Speaks, Deed::Refuses]);
    let inputs = json!([
        {"text": "The first line.", "voice_id": "anna"},
        {"text": "The second line.", "voice_id": "arno", "new_turn": true},
    ]);
    let says = [
        json!({"context_id": "a", "voices": ["anna", "arno"]}),
        json!({"context_id": "a", "inputs": inputs, "flush": true}),
        json!({"context_id": "a", "close_context": true}),
        json!({"close_socket": true}),
    ];
    let told = last(&stage, "/v1/text-to-dialogue/multi-stream-input", &says).await;
    let expected = json!({
        "requested_voice": "anna, arno", "voice": "left:anna, right:bert", "reason": "exact",
        "switched": "15=right:bert",
    });
    assert_eq!(told["soundboard"], expected);
}

#[tokio::test]
async fn who_speaks_as_asked_is_not() {
    let stage = Stage::open().await;
    let told = last(&stage, "/v1/text-to-speech/anna/stream-input", &single()).await;
    assert_eq!(told.get("soundboard"), None, "{told}");
}
