//! What there is to ask for, and whether it is there.

use std::collections::BTreeSet;

use billing::Preferences;
use speech::Routing;

use crate::client::Answer;
use crate::server::{Server, clients};

fn pretty(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/json");
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let body = match &body["data"].as_array().or(body["voices"].as_array()) {
        Some(items) => items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        None => body.to_string(),
    };
    format!("{}\n{body}", answer.status)
}

#[tokio::test]
async fn the_models() {
    let server = Server::start().await;
    let answer = server.get("/v1/models").send().await;
    assert!(answer.text().starts_with(r#"{"object":"list","data":["#));
    insta::assert_snapshot!(pretty(&answer), @r#"
    200 OK
    {"created":43200,"id":"tone","object":"model","owned_by":"tone"}
    {"created":43200,"id":"sine-1","object":"model","owned_by":"tone"}
    {"created":43200,"id":"tts-1","object":"model","owned_by":"tone"}
    {"created":43200,"id":"tts-1-hd","object":"model","owned_by":"tone"}
    {"created":43200,"id":"gpt-4o-mini-tts","object":"model","owned_by":"tone"}
    {"created":43200,"id":"gpt-4o-mini-tts-2025-03-20","object":"model","owned_by":"tone"}
    {"created":43200,"id":"gpt-4o-mini-tts-2025-12-15","object":"model","owned_by":"tone"}
    "#);
}

#[tokio::test]
async fn one_model() {
    let server = Server::start().await;
    insta::assert_snapshot!(pretty(&server.get("/v1/models/sine-1").send().await), @r#"
    200 OK
    {"created":43200,"id":"sine-1","object":"model","owned_by":"tone"}
    "#);
    insta::assert_snapshot!(pretty(&server.get("/v1/models/gpt-9").send().await), @r#"
    404 Not Found
    {"error":{"code":"model_not_found","message":"There is no model of that name. Allowed: tone, sine-1, tts-1, tts-1-hd, gpt-4o-mini-tts, gpt-4o-mini-tts-2025-03-20, gpt-4o-mini-tts-2025-12-15.","param":"model","type":"invalid_request_error"}}
    "#);
}

#[tokio::test]
async fn the_voices() {
    let server = Server::start().await;
    insta::assert_snapshot!(pretty(&server.get("/v1/audio/voices").send().await), @r#"
    200 OK
    {"backend":"tone","gender":"female","id":"tone","language":"en-US","name":"TONE","status":"available"}
    {"backend":"tone","gender":"female","id":"endless","language":"en-US","name":"ENDLESS","status":"available"}
    {"backend":"tone","gender":"female","id":"gated","language":"en-US","name":"GATED","status":"available"}
    {"backend":"tone","gender":"female","id":"breaks","language":"en-US","name":"BREAKS","status":"available"}
    {"backend":"tone","gender":"female","id":"busy","language":"en-US","name":"BUSY","status":"available"}
    {"backend":"tone","gender":"female","id":"mute","language":"en-US","name":"MUTE","status":"available"}
    {"backend":"tone","gender":"female","id":"panics","language":"en-US","name":"PANICS","status":"available"}
    {"backend":"tone","gender":"female","id":"words","language":"en-US","name":"WORDS","status":"available"}
    {"backend":"tone","gender":"female","id":"vendor","language":"en-US","name":"VENDOR","status":"available"}
    {"backend":"tone","gender":"female","id":"foreign","language":"en-US","name":"FOREIGN","reason":"Its language is not spoken yet.","status":"unavailable"}
    {"alias_of":"tone:tone","backend":"tone","gender":"female","id":"21m00Tcm4TlvDq8ikWAM","language":"en-US","name":"21m00Tcm4TlvDq8ikWAM","status":"available"}
    {"alias_of":"tone:tone","backend":"tone","gender":"female","id":"alloy","language":"en-US","name":"alloy","status":"available"}
    "#);
}

#[tokio::test]
async fn a_name_is_listed_once_for_whom_it_leads_to() {
    let aliases = [("words", "tone:tone"), ("tone:vendor", "tone:tone")];
    let aliases = aliases.map(|(name, target)| (name.to_owned(), target.to_owned())).into();
    let preferences = Preferences { aliases, ..Preferences::default() };
    let ann = clients(&[("ann", "key-of-ann")]);
    let server = Server::of(ann.routed(Routing::default(), [("ann".to_owned(), preferences)])).await;
    for (path, id, alias_of) in
        [("/v1/audio/voices", "/id", "/alias_of"), ("/v1/voices", "/voice_id", "/labels/alias_of")]
    {
        let answer = server.get(path).key("key-of-ann").send().await;
        let listed: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let listed = listed["voices"].as_array().unwrap();
        let named = |name: &str| listed.iter().find(|voice| voice.pointer(id).unwrap() == name);
        let names: BTreeSet<&str> = listed.iter().filter_map(|voice| voice.pointer(id)?.as_str()).collect();
        assert_eq!(names.len(), listed.len(), "{path}: no name comes twice");
        for alias in ["words", "tone:vendor"] {
            let target = named(alias).and_then(|voice| voice.pointer(alias_of));
            assert_eq!(target.and_then(|target| target.as_str()), Some("tone:tone"), "{path}: {alias}");
        }
        assert!(named("tone:words").is_some_and(|voice| voice.pointer(alias_of).is_none()), "{path}");
        assert!(named("vendor").is_some_and(|voice| voice.pointer(alias_of).is_none()), "{path}");
    }
}

#[tokio::test]
async fn readiness_follows_the_backend() {
    let server = Server::start().await;
    insta::assert_snapshot!(pretty(&server.get("/readyz").send().await), @r#"
    200 OK
    {"status":"ready"}
    "#);
    server.work.broken.send_replace(true);
    insta::assert_snapshot!(pretty(&server.get("/readyz").send().await), @r#"
    503 Service Unavailable
    {"reasons":["The sine table is missing."],"status":"unready"}
    "#);
    assert_eq!(server.get("/healthz").send().await.status, 200);
}
