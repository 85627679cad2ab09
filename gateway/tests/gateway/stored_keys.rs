//! Keys of the database.

use std::time::Duration;

use http::StatusCode;
use speech::Door;
use tokio::time::Instant;

use crate::client::Answer;
use crate::server::{Server, config, say};

/// Longer than it may take until a change is known.
const A_SECOND: Duration = Duration::from_secs(1);

async fn ask(server: &Server, key: &str) -> Answer {
    server.get("/v1/models").key(key).send().await
}

/// Waits until a key is answered so. Says when the last question was asked that was answered otherwise.
async fn until(server: &Server, key: &str, status: u16) -> Duration {
    let since = Instant::now();
    let mut last = Duration::ZERO;
    loop {
        let asked = since.elapsed();
        if ask(server, key).await.status == status {
            return last;
        }
        assert!(asked < 10 * A_SECOND, "{status} never comes");
        last = asked;
    }
}

#[tokio::test]
async fn a_key_makes_its_owner_the_payer_and_is_named_by_its_prefix() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let (key, prefix) = server.memory.mint("cl_ann", None);
    assert_eq!(server.speech(say("tone")).key(&key).send().await.status, 200);
    let asked = server.post("/v1/text-to-speech/tone").header("content-type", "application/json");
    assert_eq!(asked.header("xi-api-key", &key).body(r#"{"text":"Hello."}"#).send().await.status, 200);
    // Refused before the engine has it.
    assert_eq!(server.speech("{}").key(&key).send().await.status, 400);
    let rows = server.rows.clone();
    server.ended().await;
    let payers: Vec<_> = rows.rows().into_iter().map(|row| (row.door, row.payer)).collect();
    assert_eq!(payers.len(), 3);
    assert!(payers.iter().any(|(door, _)| *door == Door::ElevenLabs));
    for (door, payer) in payers {
        assert_eq!((&*payer.client, payer.key.as_deref()), ("cl_ann", Some(&*prefix)), "{door:?}");
    }
}

#[tokio::test]
async fn a_new_key_works_and_a_revoked_one_fails_within_a_second() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    assert_eq!(ask(&server, "sk-anything").await.status, 200, "nobody has a key yet");
    let (key, prefix) = server.memory.mint("cl_ann", None);
    assert!(until(&server, &key, 200).await < A_SECOND);
    assert!(until(&server, "sk-anything", 401).await < A_SECOND);
    server.memory.kept().keys.retain(|key| key.prefix != prefix);
    assert!(until(&server, &key, 401).await < A_SECOND);
    assert_eq!(ask(&server, "sk-anything").await.status, 401, "what was closed once stays closed");
}

#[tokio::test]
async fn a_key_that_nobody_has_is_refused_though_nobody_has_one() {
    let server = Server::start().await;
    let (key, _) = server.memory.mint("cl_ann", None);
    server.memory.kept().keys.clear();
    assert_eq!(ask(&server, &key).await.status, 401);
    assert_eq!(server.get("/v1/models").send().await.status, 200);
}

#[tokio::test]
async fn a_key_that_expired_or_whose_end_is_wrong_opens_nothing_and_keeps_the_door_shut() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    // It is noon.
    let (expired, _) = server.memory.mint("cl_ann", Some(43_200_000));
    let (good, _) = server.memory.mint("cl_ann", Some(43_200_001));
    assert_eq!(ask(&server, &expired).await.status, 401);
    assert_eq!(ask(&server, &good).await.status, 200);
    let wrong = format!("{}{}", &good[..56], if good.ends_with('A') { "B" } else { "A" });
    assert_eq!(ask(&server, &wrong).await.status, 401);
    assert_eq!(server.get("/v1/models").send().await.status, 401);
}

#[tokio::test]
async fn configured_keys_stay_good_beside_those_of_the_database() {
    let server = Server::with(config(), &[("bob", "key-of-bob")]).await;
    server.memory.client("cl_ann");
    let (key, _) = server.memory.mint("cl_ann", None);
    assert_eq!(ask(&server, "key-of-bob").await.status, 200);
    assert_eq!(ask(&server, &key).await.status, 200);
    let of_both = server.get("/v1/models").key(&key).header("xi-api-key", "key-of-bob");
    assert_eq!(of_both.send().await.status, 401);
}

#[tokio::test]
async fn many_who_ask_at_once_ask_the_store_once() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let (key, _) = server.memory.mint("cl_ann", None);
    let answers = futures::future::join_all((0..50).map(|_| ask(&server, &key))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let looked_up = server.memory.kept().looked_up;
    assert!(looked_up <= 10, "{looked_up}");
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_no_wrong_key() {
    let server = Server::with(config(), &[("bob", "key-of-bob")]).await;
    server.memory.client("cl_ann");
    let (key, _) = server.memory.mint("cl_ann", None);
    server.memory.kept().is_broken = true;
    let answer = ask(&server, &key).await;
    insta::assert_snapshot!(answer.show(), @r#"
    503 Service Unavailable
    {"error":{"message":"The gateway cannot use its database just now; the request may be tried again.","type":"server_error","param":null,"code":"ledger_unavailable"}}
    "#);
    assert_eq!(ask(&server, "key-of-bob").await.status, 200, "what the configuration holds needs no store");
    server.memory.kept().is_broken = false;
    assert_eq!(ask(&server, &key).await.status, StatusCode::OK, "no failure is remembered");
}
