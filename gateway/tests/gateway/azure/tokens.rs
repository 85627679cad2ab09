//! Tokens in the place of keys.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::client::{PATHS, open};
use super::{RAW, ssml};
use crate::client::Answer;
use crate::server::{Server, config};

const TOKENS: &str = "/sts/v1.0/issueToken";

async fn with_keys() -> Server {
    Server::with(config(), &[("ann", "secret-of-ann"), ("bob", "secret-of-bob")]).await
}

async fn issue(server: &Server, key: &str) -> String {
    let answer = server.post(TOKENS).header("ocp-apim-subscription-key", key).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().to_owned()
}

/// What a request with that token is answered.
async fn ask(server: &Server, token: &str) -> Answer {
    server.ssml(RAW, ssml("tone", "Hello.")).key(token).send().await
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_stands_for_its_key() {
    let server = with_keys().await;
    let answer = server.post(TOKENS).header("ocp-apim-subscription-key", "secret-of-ann").send().await;
    assert_eq!(answer.header("content-type"), "application/jwt; charset=us-ascii");
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.text();
    assert_eq!(ask(&server, token).await.status, 200);
    let list = server.get("/cognitiveservices/voices/list").key(token);
    assert_eq!(list.send().await.status, 200);
    let in_query = format!("{}?Authorization=Bearer%20{token}", PATHS[0]);
    assert!(open(&server, &in_query, &[]).await.is_ok());
    let rows = server.rows.clone();
    server.ended().await;
    assert!(rows.show().contains(" ann tone completed "), "{}", rows.show());
}

#[tokio::test]
async fn it_names_the_key_and_does_not_hold_it() {
    let server = with_keys().await;
    server.memory.client("cl_eve");
    let (key, prefix) = server.memory.mint("cl_eve", None);
    let token = issue(&server, &key).await;
    assert_eq!(claims(&token)["sub"], "cl_eve");
    assert_eq!(claims(&token)["key"], prefix.as_str());
    assert_eq!(ask(&server, &token).await.status, 200);
    let configured = claims(&issue(&server, "secret-of-ann").await);
    assert_eq!((&configured["sub"], configured["key"].as_str().unwrap().len()), (&"ann".into(), 16));
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.rows()[0].payer.key.as_deref(), Some(&*prefix));
}

#[tokio::test]
async fn it_holds_for_ten_minutes() {
    let server = with_keys().await;
    let token = issue(&server, "secret-of-ann").await;
    server.clock.turn(Duration::from_secs(599));
    assert_eq!(ask(&server, &token).await.status, 200);
    server.clock.turn(Duration::from_secs(1));
    let answer = ask(&server, &token).await;
    insta::assert_snapshot!(answer.show(), @"
    401 Unauthorized
    The key, or the token, is nobody's, or no longer anybody's.
    ");
}

#[tokio::test]
async fn it_holds_no_longer_than_its_key() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let (key, prefix) = server.memory.mint("cl_ann", None);
    let (other, _) = server.memory.mint("cl_ann", None);
    let (token, of_other) = (issue(&server, &key).await, issue(&server, &other).await);
    assert_eq!(ask(&server, &token).await.status, 200);
    server.memory.kept().keys.retain(|key| key.prefix != prefix);
    while ask(&server, &token).await.status == 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ask(&server, &token).await.status, 401);
    assert_eq!(ask(&server, &of_other).await.status, 200);
}

#[tokio::test]
async fn every_gateway_with_the_same_keys_takes_it_and_no_other() {
    let token = issue(&with_keys().await, "secret-of-ann").await;
    assert_eq!(ask(&with_keys().await, &token).await.status, 200);
    let of_another = Server::with(config(), &[("ann", "another-secret-of-ann")]).await;
    assert_eq!(ask(&of_another, &token).await.status, 401);
}

#[tokio::test]
async fn what_is_forged_opens_nothing() {
    let server = with_keys().await;
    let token = issue(&server, "secret-of-ann").await;
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let of_bob = issue(&server, "secret-of-bob").await;
    let bobs = of_bob.split('.').nth(1).unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    for forged in [
        format!("{header}.{bobs}.{signature}"),
        format!("{header}.{claims}."),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([0; 32])),
    ] {
        assert_eq!(ask(&server, &forged).await.status, 401, "{forged}");
    }
}

#[tokio::test]
async fn no_token_gives_another_and_none_opens_another_door() {
    let server = with_keys().await;
    let token = issue(&server, "secret-of-ann").await;
    assert_eq!(server.post(TOKENS).key(&token).send().await.status, 401);
    assert_eq!(server.get("/v1/models").key(&token).send().await.status, 401);
    assert_eq!(server.get("/v1/voices").header("xi-api-key", &token).send().await.status, 401);
    // Microsoft writes the path in both ways, and the key of another door's header is none of this door's.
    let small = server.post("/sts/v1.0/issuetoken").key("secret-of-ann").send().await;
    assert_eq!(small.status, 200);
    assert_eq!(server.post(TOKENS).header("xi-api-key", "secret-of-ann").send().await.status, 401);
}

#[tokio::test]
async fn without_keys_everybody_has_a_token_until_there_are_some() {
    let server = Server::start().await;
    let token = issue(&server, "anything").await;
    assert_eq!(ask(&server, &token).await.status, 200);
    server.memory.client("cl_ann");
    let (key, _) = server.memory.mint("cl_ann", None);
    assert_eq!(ask(&server, &key).await.status, 200);
    assert_eq!(ask(&server, &token).await.status, 401);
}
