//! `text-to-dialogue/multi-stream-input`: several voices.

use serde_json::json;

use super::client::{audio, open};
use crate::backend::CHUNK;
use crate::server::Server;

const PATH: &str = "/v1/text-to-dialogue/multi-stream-input?output_format=pcm_24000";

/// The voices that spoke, with what they said.
fn spoken(server: &Server) -> Vec<(String, String)> {
    let utterances = server.work.utterances.lock().unwrap();
    let said = |utterance: &speech::Utterance| {
        (utterance.delivery.voice.clone(), utterance.graph.text().as_str().to_owned())
    };
    utterances.iter().map(said).collect()
}

#[tokio::test]
async fn voices_take_turns_in_snake_case() {
    let server = Server::start().await;
    let Ok(mut talk) = open(&server, PATH, &[]).await else { panic!("is refused") };
    talk.say(json!({"context_id": "a", "voices": ["words", "other"]})).await;
    let inputs = json!([{"text": "Who is ", "voice_id": "words"}, {"text": "there?", "voice_id": "words"},
        {"text": "Me.", "voice_id": "other", "new_turn": true}]);
    talk.say(json!({"context_id": "a", "inputs": inputs, "flush": true})).await;
    let first = talk.hear().await.unwrap();
    let expected = json!({
        "chars": ["W", "h", "o", " "], "char_start_times_ms": [10, 33, 56, 80],
        "char_durations_ms": [23, 23, 24, 0],
    });
    assert_eq!(first["alignment"], expected);
    assert_eq!(audio(&first).len(), CHUNK * 2);
    talk.say(json!({"text": ""})).await;
    let inputs = json!([{"text": "Come in.", "voice_id": "words"}]);
    talk.say(json!({"context_id": "a", "inputs": inputs})).await;
    talk.say(json!({"context_id": "a", "close_context": true})).await;
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    assert_eq!(heard.code, 1000);
    assert_eq!(heard.frames.last(), Some(&json!({"context_id": "a", "is_final": true})));
    assert!(heard.frames.iter().all(|frame| frame["context_id"] == "a" && frame["contextId"].is_null()));
    let said = [("words", "Who is there?"), ("other", "Me."), ("words", "Come in.")];
    assert_eq!(spoken(&server), said.map(|(voice, text)| (voice.to_owned(), text.to_owned())));
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "req-1 local words completed Some(24)");
}

#[tokio::test]
async fn a_new_turn_is_not_the_same_sentence() {
    let server = Server::start().await;
    let Ok(mut talk) = open(&server, PATH, &[]).await else { panic!("is refused") };
    let inputs =
        json!([{"text": "Well", "voice_id": "other"}, {"text": "so", "voice_id": "other", "new_turn": true}]);
    talk.say(json!({"inputs": inputs})).await;
    talk.say(json!({"close_socket": true})).await;
    assert_eq!(talk.rest().await.code, 1000);
    assert_eq!(spoken(&server).len(), 2);
}

#[tokio::test]
async fn an_unknown_voice_ends_its_context() {
    let server = Server::start().await;
    let Ok(mut talk) = open(&server, PATH, &[]).await else { panic!("is refused") };
    talk.say(json!({"context_id": "a", "inputs": [{"text": "Hi.", "voice_id": "nobody"}], "flush": true}))
        .await;
    let error = talk.hear().await.unwrap();
    assert_eq!((&error["context_id"], &error["error"]), (&json!("a"), &json!("voice_not_found")));
    assert_eq!(talk.hear().await, Some(json!({"context_id": "a", "is_final": true})));
    talk.say(json!({"close_socket": true})).await;
    assert_eq!(talk.rest().await.code, 1000);
}
