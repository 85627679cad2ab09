//! The order of the layers: a request with two defects gets the answer of the outer layer.

use gateway::Config;

use crate::backend::reaches;
use crate::client::{Answer, Ask};
use crate::server::{ONE, Server, config, say};

const KEYS: [(&str, &str); 1] = [("ann", "secret-of-ann")];

async fn code(ask: Ask) -> String {
    let answer = ask.send().await;
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    format!("{} {}", answer.status.as_u16(), body["error"]["code"].as_str().unwrap_or("-"))
}

/// A server with one place, and a speech that holds it.
async fn full() -> (Server, hyper::Response<hyper::body::Incoming>) {
    let server = Server::with(Config { max_in_flight: ONE, max_body_bytes: 1000, ..config() }, &KEYS).await;
    let holder = server.speech(say("gated")).key("secret-of-ann").begin().await;
    (server, holder)
}

#[tokio::test]
async fn the_body_limit_stands_before_authentication() {
    let (server, _holder) = full().await;
    let ask = server.speech(vec![b' '; 1001]).key("wrong");
    assert_eq!(code(ask).await, "413 request_too_large");
}

#[tokio::test]
async fn authentication_stands_before_admission() {
    let (server, _holder) = full().await;
    assert_eq!(code(server.speech(say("tone")).key("wrong")).await, "401 invalid_api_key");
}

#[tokio::test]
async fn authentication_stands_before_the_routes() {
    let (server, _holder) = full().await;
    assert_eq!(code(server.get("/v1/audio/sing")).await, "401 -");
}

#[tokio::test]
async fn admission_stands_before_the_routes_and_the_door() {
    let (server, _holder) = full().await;
    assert_eq!(code(server.get("/v1/audio/sing").key("secret-of-ann")).await, "503 overloaded");
    assert_eq!(code(server.speech("not json").key("secret-of-ann")).await, "503 overloaded");
}

#[tokio::test]
async fn what_admission_refuses_is_journaled() {
    let (server, holder) = full().await;
    assert_eq!(code(server.speech(say("tone")).key("secret-of-ann")).await, "503 overloaded");
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(holder).await.whole);
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 ann gated completed Some(13)
    req-2 ann - overloaded None
    "#);
}

#[tokio::test]
async fn a_place_is_held_until_the_last_byte() {
    let (server, holder) = full().await;
    assert_eq!(code(server.speech(say("tone")).key("secret-of-ann")).await, "503 overloaded");
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(holder).await.whole);
    assert_eq!(server.speech(say("tone")).key("secret-of-ann").send().await.status, 200);
}

#[tokio::test]
async fn probes_are_answered_by_a_full_server() {
    let (server, _holder) = full().await;
    assert_eq!(server.get("/healthz").send().await.status, 200);
    assert_eq!(server.get("/readyz").send().await.status, 200);
}

#[tokio::test]
async fn the_deadline_stands_before_admission_and_gives_the_place_back() {
    let config = Config { max_in_flight: ONE, deadline_seconds: ONE, ..config() };
    let server = Server::configured(config).await;
    assert_eq!(code(server.speech(say("mute"))).await, "504 deadline_exceeded");
    reaches(&server.work.ended, 1).await;
    assert_eq!(server.say("tone").await.status, 200);
}

#[tokio::test]
async fn cors_stands_before_authentication_and_dresses_errors_and_panics() {
    let config =
        Config { cors_origins: vec!["https://app.example".to_owned().try_into().unwrap()], ..config() };
    let server = Server::with(config, &KEYS).await;
    let from = |ask: Ask, origin: &str| ask.header("origin", origin);
    let allowed = "access-control-allow-origin";

    let preflight = from(Ask::new(server.address, "OPTIONS", "/v1/audio/speech"), "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let preflight = preflight.send().await;
    assert_eq!((preflight.status.as_u16(), preflight.header(allowed)), (200, "https://app.example"));
    assert_eq!(preflight.header("access-control-allow-headers"), "authorization,content-type");

    let refused = from(server.speech(say("tone")), "https://app.example").send().await;
    assert_eq!((refused.status.as_u16(), refused.header(allowed)), (401, "https://app.example"));
    let panicked =
        from(server.speech(say("panics")), "https://app.example").key("secret-of-ann").send().await;
    assert_eq!((panicked.status.as_u16(), panicked.header(allowed)), (500, "https://app.example"));
    let stranger = from(server.get("/healthz"), "https://evil.example").send().await;
    assert_eq!(stranger.header(allowed), "-");
}

#[tokio::test]
async fn without_configured_origins_no_page_may_read_anything() {
    let server = Server::start().await;
    let answer = server.get("/v1/models").header("origin", "https://app.example").send().await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, "-"));
}
