//! What is kept of a request, and what is not.

use serde_json::{Value, json};

use crate::harness::{SENTENCE, Server};

#[test]
fn every_request_leaves_one_row_however_it_ends() {
    let server = Server::start();
    let spoken = server.speak(&json!({ "voice": "alloy" }));
    let id = spoken.header("x-soundboard-request-id").to_owned();
    let milliseconds = spoken.audio().len() as u64 / 48;
    server.speak(&json!({ "voice": "nobody" }));
    server.post(&[("content-type", "application/json")], b"{");
    server.begin(&json!({ "input": crate::harness::text_of(2000) })).read(1);
    let rows = server.rows_once(4);
    assert_eq!(rows.len(), 4);
    let ended = |outcome: &str| -> &Value { rows.iter().find(|row| row["outcome"] == outcome).unwrap() };

    let completed = ended("completed");
    assert_eq!(completed["id"], id);
    assert_eq!(completed["client"], "local");
    assert_eq!(completed["door"], "openai");
    assert_eq!(completed["backend"], "kokoro");
    assert_eq!(completed["voice"], "af_alloy");
    assert_eq!(completed["characters"], SENTENCE.len());
    assert!(completed["audio_ms"].as_u64().unwrap().abs_diff(milliseconds) <= 1, "{completed}");
    let number = |key: &str| completed[key].as_u64().unwrap();
    assert!(number("first_audio_ms") > 0 && number("first_audio_ms") <= number("total_ms"));

    assert_eq!(ended("unknown_voice")["audio_ms"], 0);
    assert_eq!(ended("unknown_voice")["characters"], SENTENCE.len());
    assert_eq!(ended("invalid_parameter")["characters"], Value::Null);
    assert_eq!(ended("hung_up")["characters"], crate::harness::text_of(2000).len());
}

#[test]
fn nobodys_text_is_in_the_log_or_the_journal() {
    let server = Server::with(|serve| {
        serve.args(["-vv", "--log-format", "json"]);
    });
    let secret = "Marmalade zeppelins quarrel.";
    server.speak(&json!({ "input": secret, "instructions": "Like a walrus." })).audio();
    server.speak(&json!({ "input": secret, "voice": "nobody" }));
    server.speak(&json!({ "input": format!("{secret}\0") }));
    server.post(&[("content-type", "application/json")], format!("{{\"input\": {secret:?}, ").as_bytes());
    let rows = server.rows_once(4);
    let log = server.log().to_lowercase();
    for id in rows.iter().map(|row| row["id"].as_str().unwrap()) {
        assert!(log.contains(id), "the access log names request {id}");
    }
    let kept = format!("{log}{rows:?}").to_lowercase();
    for word in ["marmalade", "zeppelin", "quarrel", "walrus"] {
        assert!(!kept.contains(word), "{word:?} was kept");
    }
}
