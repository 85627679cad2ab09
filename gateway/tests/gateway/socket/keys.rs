//! Who may open a socket.

use gateway::Config;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::client::{LONG, open, open_on, single};
use crate::server::{ONE, Server, config};
use crate::tls::Encrypted;

const PATH: &str = "/v1/text-to-speech/words/stream-input?output_format=pcm_24000";

async fn with_keys() -> Server {
    let config = Config { header_timeout_seconds: ONE, ..config() };
    Server::with(config, &[("ann", "key-of-ann"), ("bob", "key-of-bob")]).await
}

#[tokio::test]
async fn a_key_may_come_in_the_head_in_the_query_or_in_the_first_message() {
    let server = with_keys().await;
    let in_query = format!("{PATH}&xi_api_key=key-of-ann");
    let ways = [
        (PATH, vec![("xi-api-key", "key-of-ann")], None),
        (PATH, vec![("authorization", "Bearer key-of-ann")], None),
        (&*in_query, vec![], None),
        (PATH, vec![], Some("xi_api_key")),
        (PATH, vec![], Some("xi-api-key")),
        (PATH, vec![], Some("authorization")),
    ];
    for (path, headers, field) in &ways {
        let mut talk = open(&server, path, headers).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let mut first = json!({"text": " "});
        if let Some(field) = field {
            first[field] = "key-of-ann".into();
        }
        talk.say(first).await;
        talk.say(json!({"text": "Hello."})).await;
        talk.say(json!({"text": ""})).await;
        assert_eq!(talk.rest().await.code, 1000, "{field:?}");
    }
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show().lines().filter(|row| row.contains(" ann words completed ")).count(), ways.len());
}

#[tokio::test]
async fn a_key_of_the_database_may_come_late() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let (key, prefix) = server.memory.mint("cl_ann", None);
    let mut talk = open(&server, PATH, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    talk.say(json!({"text": " ", "xi_api_key": key})).await;
    talk.say(json!({"text": "Hello."})).await;
    talk.say(json!({"text": ""})).await;
    assert_eq!(talk.rest().await.code, 1000);
    let rows = server.rows.clone();
    server.ended().await;
    let payer = rows.rows()[0].payer.clone();
    assert_eq!((&*payer.client, payer.key.as_deref()), ("cl_ann", Some(&*prefix)));
}

#[tokio::test]
async fn a_key_that_ends_ends_its_socket() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let path = PATH.replace("stream-input", "multi-stream-input");
    for path in [PATH, &path] {
        let (key, prefix) = server.memory.mint("cl_ann", None);
        let Ok(mut talk) = open(&server, path, &[("xi-api-key", &key)]).await else { panic!("is refused") };
        talk.say(json!({"text": "Hello.", "context_id": "a", "flush": true})).await;
        assert!(talk.hear().await.unwrap()["audio"].is_string());
        let begun = *server.work.begun.borrow();
        server.memory.kept().keys.retain(|key| key.prefix != prefix);
        while server.get("/v1/models").key(&key).send().await.status != 401 {
            tokio::task::yield_now().await;
        }
        talk.say(json!({"text": "More.", "context_id": "b", "flush": true})).await;
        let heard = talk.rest().await;
        assert_eq!((&heard.frames.last().unwrap()["error"], heard.code), (&json!("invalid_api_key"), 1008));
        assert_eq!(*server.work.begun.borrow(), begun, "nothing more is spoken");
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_with_the_upgrade() {
    let server = with_keys().await;
    let Err((status, body)) = open(&server, PATH, &[("xi-api-key", "key-of-eve")]).await else {
        panic!("is let in")
    };
    assert_eq!((status, &body["detail"]["code"]), (401, &json!("invalid_api_key")));
}

#[tokio::test]
async fn a_place_for_a_key_without_one_is_refused_with_the_upgrade() {
    let server = with_keys().await;
    for header in [("xi-api-key", ""), ("authorization", "Bearer "), ("authorization", "Basic YQ==")] {
        let Err((status, body)) = open(&server, PATH, &[header]).await else {
            panic!("{header:?} is let in")
        };
        assert_eq!((status, &body["detail"]["code"]), (401, &json!("missing_api_key")), "{header:?}");
    }
}

#[tokio::test]
async fn a_stranger_who_waits_does_not_hold_up_the_end() {
    let keys = [("ann", "key-of-ann")];
    let mut server = Server::with(Config { drain_timeout_seconds: 60, ..config() }, &keys).await;
    let Ok(stranger) = open(&server, PATH, &[]).await else { panic!("is refused") };
    server.stop();
    assert_eq!(stranger.rest().await.code, 1001);
    timeout(LONG, server.ended()).await.expect("the drain waits for a key");
}

#[tokio::test]
async fn strangers_are_few_and_say_little() {
    let server = Server::with(config(), &[("ann", "key-of-ann")]).await;
    let mut strangers = Vec::new();
    for _ in 0..64 {
        strangers.push(open(&server, PATH, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}")));
    }
    let Err((status, body)) = open(&server, PATH, &[]).await else { panic!("is let in") };
    assert_eq!((status, &body["detail"]["code"]), (429, &json!("too_many_concurrent_requests")));
    assert!(open(&server, PATH, &[("xi-api-key", "key-of-ann")]).await.is_ok());
    let mut loud = strangers.pop().unwrap();
    loud.say(json!({"text": "x".repeat(8 * 1024), "xi_api_key": "key-of-ann"})).await;
    assert_eq!(loud.rest().await.code, 1009);
    // Who says who asks makes room for the next.
    let mut known = strangers.pop().unwrap();
    known.say(json!({"text": " ", "xi_api_key": "key-of-ann"})).await;
    for _ in 0..2 {
        while open(&server, PATH, &[]).await.map(|next| strangers.push(next)).is_err() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_first_message_without_a_good_key_closes_the_socket() {
    let server = with_keys().await;
    for (first, code) in [
        (json!({"text": " "}), "missing_api_key"),
        (json!({"text": " ", "xi_api_key": "key-of-eve"}), "invalid_api_key"),
        (json!([]), "missing_api_key"),
        // None at all.
        (Value::Null, "missing_api_key"),
    ] {
        let Ok(mut talk) = open(&server, PATH, &[]).await else { panic!("is refused") };
        if !first.is_null() {
            talk.say(first).await;
        }
        let heard = talk.rest().await;
        assert_eq!((&heard.frames[0]["error"], heard.code), (&json!(code), 1008));
    }
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "", "strangers leave no row");
}

#[tokio::test]
async fn without_keys_a_foreign_page_is_refused() {
    let known = gateway::Origin::try_from("https://app.example".to_owned()).unwrap();
    let server = Server::configured(Config { cors_origins: vec![known], ..config() }).await;
    let own = format!("http://{}", server.address);
    for (origin, is_let_in) in [("https://evil.example", false), ("https://app.example", true), (&own, true)]
    {
        let opened = open(&server, PATH, &[("origin", origin)]).await;
        match opened {
            Ok(_) => assert!(is_let_in, "{origin}"),
            Err((status, body)) => {
                assert!(!is_let_in, "{origin}");
                assert_eq!((status, &body["detail"]["code"]), (403, &json!("origin_not_allowed")));
            }
        }
    }
}

#[tokio::test]
async fn a_socket_may_be_encrypted() {
    let encrypted = Encrypted::start(config()).await;
    let stream = encrypted.connect(&[]).await;
    let Ok(mut talk) = open_on(stream, &format!("wss://localhost{PATH}"), &[]).await else {
        panic!("is refused")
    };
    talk.say(json!({"text": "Hello."})).await;
    talk.say(json!({"text": ""})).await;
    assert_eq!(talk.rest().await.code, 1000);
}

#[tokio::test]
async fn what_is_no_upgrade_is_told_so() {
    let server = Server::start().await;
    let answer = server.get(PATH).send().await;
    assert_eq!(answer.status, 426);
    assert_eq!(answer.header("upgrade"), "websocket");
    insta::assert_snapshot!(answer.text(), @r#"{"detail":{"type":"validation_error","code":"upgrade_required","message":"Only WebSockets are served under this path.","status":"upgrade_required","request_id":"req-1","param":null}}"#);
    drop(single(&server, "words").await);
}
