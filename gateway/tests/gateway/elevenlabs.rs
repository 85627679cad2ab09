//! ElevenLabs' API, over HTTP.

mod dialogue;
mod keys;
mod lists;
mod refusals;
mod speech;
mod subscription;
mod timed;

use serde_json::Value;

use crate::client::{Answer, Ask};
use crate::server::Server;

impl Server {
    /// That call of ElevenLabs' with that body.
    pub(crate) fn asks(&self, path: &str, body: impl Into<Vec<u8>>) -> Ask {
        self.post(path).header("content-type", "application/json").body(body)
    }

    /// Has a voice say "Hello, world.", by that call.
    pub(crate) async fn hello(&self, voice_and_call: &str) -> Answer {
        let path = format!("/v1/text-to-speech/{voice_and_call}");
        self.asks(&path, r#"{"text":"Hello, world."}"#).send().await
    }
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/json");
    serde_json::from_slice(&answer.body).unwrap()
}

/// The objects of an answer in lines.
fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.header("content-type"), "application/json");
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The text that the alignments of those objects spell.
fn spelled(objects: &[Value]) -> String {
    let characters = objects.iter().filter_map(|object| object["alignment"]["characters"].as_array());
    characters.flatten().map(|character| character.as_str().unwrap()).collect()
}
