//! How many sockets there may be.

use gateway::Config;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::client::{open, single};
use crate::backend::reaches;
use crate::server::{ONE, Server, config};

const PATH: &str = "/v1/text-to-speech/words/stream-input";

/// Asks for a socket until it is there: an end is told before its seat is free.
async fn opens_again(server: &Server) {
    while open(server, PATH, &[]).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_client_has_so_many_sockets_at_a_time() {
    let server = Server::with(
        Config { max_sockets_per_key: ONE, ..config() },
        &[("ann", "key-of-ann"), ("bob", "key-of-bob")],
    )
    .await;
    let ann = [("xi-api-key", "key-of-ann")];
    let Ok(first) = open(&server, PATH, &ann).await else { panic!("is refused") };
    let Err((status, body)) = open(&server, PATH, &ann).await else { panic!("is let in") };
    assert_eq!((status, &body["detail"]["code"]), (429, &json!("too_many_concurrent_requests")));
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")];
    let again = server.get(PATH).header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").key("key-of-ann");
    let again = upgrade.iter().fold(again, |ask, (name, value)| ask.header(name, value)).send().await;
    assert_eq!((again.status.as_u16(), again.header("retry-after")), (429, "1"));
    assert!(open(&server, PATH, &[("xi-api-key", "key-of-bob")]).await.is_ok(), "others have their own");
    drop(first);
    while open(&server, PATH, &ann).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_socket_holds_a_place_among_all_requests() {
    let server = Server::configured(Config { max_in_flight: ONE, ..config() }).await;
    let mut talk = single(&server, "gated").await;
    talk.say(json!({"text": "Hello, world.", "flush": true})).await;
    assert_eq!(server.say("tone").await.status, 503);
    let Err((_, body)) = open(&server, PATH, &[]).await else { panic!("is let in") };
    assert_eq!(body["detail"]["code"], "system_busy");
    drop(talk);
    reaches(&server.work.ended, 1).await;
    opens_again(&server).await;
}

#[tokio::test]
async fn and_one_among_all_connections() {
    let server = Server::configured(Config { max_connections: ONE, ..config() }).await;
    let talk = single(&server, "words").await;
    let mut waiting = Box::pin(server.get("/healthz").send());
    let wait = std::time::Duration::from_millis(300);
    assert!(tokio::time::timeout(wait, &mut waiting).await.is_err(), "answered beyond the cap");
    drop(talk);
    assert_eq!(waiting.await.status, 200);
}

#[tokio::test]
async fn what_a_query_cannot_say_is_refused_with_the_upgrade() {
    let server = Server::start().await;
    for query in ["output_format=wav_24000", "inactivity_timeout=181", "auto_mode=perhaps"] {
        let Err((status, body)) = open(&server, &format!("{PATH}?{query}"), &[]).await else {
            panic!("{query} is taken")
        };
        assert_eq!((status, &body["detail"]["code"]), (422, &json!("invalid_parameters")), "{query}");
    }
}

#[tokio::test]
async fn names_are_as_long_as_in_a_body() {
    let server = Server::start().await;
    let (most, more) = ("%C3%A9".repeat(512), "%C3%A9".repeat(513));
    let paths = |name: &str| {
        [
            format!("/v1/text-to-speech/{name}/stream-input"),
            format!("{PATH}?model_id={name}"),
            format!("{PATH}?language_code={name}"),
        ]
    };
    for path in paths(&most) {
        assert!(open(&server, &path, &[]).await.is_ok());
    }
    for path in paths(&more) {
        let Err((status, body)) = open(&server, &path, &[]).await else { panic!("is let in") };
        assert_eq!((status, &body["detail"]["code"]), (422, &json!("invalid_parameters")));
    }
    assert_eq!(server.get(&format!("/v1/voices/{more}")).send().await.status, 422);
}

#[tokio::test]
async fn a_message_that_is_too_long_to_be_read_is_refused_in_words() {
    let server = Server::configured(Config { max_body_bytes: 4096, ..config() }).await;
    for bytes in [4097, 8193] {
        let mut talk = single(&server, "tone").await;
        talk.send(Message::Text("a".repeat(bytes).into())).await;
        let refused = talk.hear().await.expect("is closed without a word");
        assert_eq!(refused["message"], "The body is too large; at most 4096 bytes are read.", "{refused}");
        assert_eq!(refused["code"], 1009);
    }
}
