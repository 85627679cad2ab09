//! How a socket ends: by the client, by a fault, by silence, with the server.

use std::num::NonZeroU32;

use gateway::{Config, Ended};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::client::{LONG, Rest, audio, multi, single, single_with};
use crate::backend::reaches;
use crate::server::{Server, config};

async fn last_row(server: Server) -> String {
    let rows = server.rows.clone();
    server.ended().await;
    rows.show()
}

/// What a text by that voice ends with.
async fn failing(server: &Server, voice: &str) -> Rest {
    let mut talk = single(server, voice).await;
    talk.say(json!({"text": "Hello, world."})).await;
    talk.say(json!({"text": ""})).await;
    talk.rest().await
}

fn error(heard: &Rest) -> (&Value, &Value, u16) {
    let last = heard.frames.last().unwrap();
    (&last["error"], &last["code"], heard.code)
}

#[tokio::test]
async fn faults_are_told_and_close_the_socket_with_whose_they_are() {
    let server = Server::start().await;
    assert_eq!(error(&failing(&server, "nobody").await), (&json!("voice_not_found"), &json!(1008), 1008));
    assert_eq!(error(&failing(&server, "busy").await), (&json!("system_busy"), &json!(1011), 1011));
    let heard = failing(&server, "breaks").await;
    assert_eq!(error(&heard), (&json!("backend_failed"), &json!(1011), 1011));
    assert!(!audio(&heard.frames[0]).is_empty(), "what came before it was heard");
    insta::assert_snapshot!(last_row(server).await, @r"
    req-1 local - unknown_voice None
    req-2 local busy overloaded Some(13)
    req-3 local breaks backend_failed Some(13)
    ");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_closes_the_socket() {
    let server = Server::start().await;
    for message in ["secret", r#"{"text": 7}"#, r#"{"text": "Hi.", "voice_settings": {"speed": 9}}"#] {
        let mut talk = single(&server, "words").await;
        talk.send(Message::Text(message.into())).await;
        let heard = talk.rest().await;
        assert_eq!(error(&heard), (&json!("invalid_parameters"), &json!(1008), 1008), "{message}");
        assert!(!heard.frames[0].to_string().contains("secret"));
    }
    let rows = last_row(server).await;
    assert_eq!(rows.lines().filter(|row| row.contains("invalid_")).count(), 3, "{rows}");
}

#[tokio::test]
async fn a_message_beyond_the_limit_closes_the_socket() {
    let server = Server::configured(Config { max_body_bytes: 1000, ..config() }).await;
    let mut talk = single(&server, "words").await;
    talk.say(json!({"text": "x".repeat(1000)})).await;
    assert_eq!(error(&talk.rest().await), (&json!("request_too_large"), &json!(1009), 1009));
}

#[tokio::test]
async fn silence_closes_the_socket() {
    let server = Server::start().await;
    let mut talk = single_with(&server, "words", "&inactivity_timeout=1").await;
    talk.say(json!({"text": " "})).await;
    assert_eq!(error(&talk.rest().await), (&json!("input_timeout_exceeded"), &json!(1008), 1008));
    let talk = multi(&server, "words", "&inactivity_timeout=1").await;
    assert_eq!(error(&talk.rest().await), (&json!("input_timeout_exceeded"), &json!(1008), 1008));
}

#[tokio::test]
async fn who_only_listens_is_not_silent() {
    let server = Server::start().await;
    let mut one = single_with(&server, "gated", "&inactivity_timeout=1").await;
    let mut several = multi(&server, "gated", "&inactivity_timeout=1").await;
    one.say(json!({"text": "Hello, world."})).await;
    one.say(json!({"text": ""})).await;
    several.say(json!({"text": "Hello, world.", "context_id": "a"})).await;
    several.say(json!({"context_id": "a", "close_context": true})).await;
    // Two timeouts pass, one after the other.
    for _ in 0..2 {
        let silent = single_with(&server, "words", "&inactivity_timeout=1").await;
        assert_eq!(silent.rest().await.code, 1008);
    }
    server.work.gate.send_replace(usize::MAX);
    assert_eq!(one.rest().await.code, 1000);
    while several.hear().await.unwrap()["isFinal"] != true {}
}

#[tokio::test]
async fn a_client_who_leaves_drops_everything_at_once() {
    let server = Server::start().await;
    let mut talk = multi(&server, "endless", "").await;
    for context in ["a", "b"] {
        talk.say(json!({"text": "Hello, world.", "context_id": context, "flush": true})).await;
    }
    // Who does not read holds up the second.
    while *server.work.begun.borrow() < 2 {
        talk.hear().await.unwrap();
    }
    drop(talk);
    reaches(&server.work.ended, 2).await;
    let rows = last_row(server).await;
    assert_eq!(rows, "req-1 local endless hung_up Some(13)\nreq-2 local endless hung_up Some(13)");
}

#[tokio::test]
async fn and_so_does_one_who_closes_before_the_first_audio() {
    let server = Server::start().await;
    let mut talk = single(&server, "mute").await;
    talk.say(json!({"text": "Hello, world.", "flush": true})).await;
    reaches(&server.work.begun, 1).await;
    talk.0.close(None).await.unwrap();
    reaches(&server.work.ended, 1).await;
    assert_eq!(last_row(server).await, "req-1 local mute hung_up Some(13)");
}

#[tokio::test]
async fn a_client_who_does_not_read_is_cut_off() {
    let stall_timeout_seconds = NonZeroU32::MIN;
    let server = Server::configured(Config { stall_timeout_seconds, ..config() }).await;
    let mut talk = single(&server, "endless").await;
    talk.say(json!({"text": "Hello, world.", "flush": true})).await;
    timeout(LONG, reaches(&server.work.ended, 1)).await.expect("a stalled reader holds its worker");
    drop(talk);
}

#[tokio::test]
async fn a_ping_is_answered_also_while_nothing_is_said() {
    let server = Server::start().await;
    let mut talk = single(&server, "mute").await;
    talk.say(json!({"text": "Hello, world.", "flush": true})).await;
    talk.send(Message::Ping("hello".into())).await;
    let answer = timeout(LONG, futures::StreamExt::next(&mut talk.0)).await.unwrap().unwrap().unwrap();
    assert_eq!(answer, Message::Pong("hello".into()));
}

#[tokio::test]
async fn a_server_that_stops_says_what_was_written_and_closes() {
    let mut server = Server::start().await;
    let mut talk = single(&server, "gated").await;
    talk.say(json!({"text": "Hello, world.", "flush": true})).await;
    talk.hear().await.unwrap();
    let idle = multi(&server, "gated", "").await;
    server.stop();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(idle.rest().await.code, 1001);
    server.work.gate.send_replace(usize::MAX);
    let heard = talk.rest().await;
    assert_eq!((heard.frames.last().unwrap()["isFinal"].as_bool(), heard.code), (Some(true), 1001));
    let rows = server.rows.clone();
    assert_eq!(timeout(LONG, server.ended()).await.unwrap(), Ended::Drained);
    assert_eq!(rows.show(), "req-1 local gated completed Some(13)");
}

#[tokio::test]
async fn what_outlasts_the_drain_is_cut_off() {
    let mut server = Server::configured(Config { drain_timeout_seconds: 1, ..config() }).await;
    let mut talk = single(&server, "gated").await;
    talk.say(json!({"text": "Hello, world.", "flush": true})).await;
    talk.hear().await.unwrap();
    server.stop();
    assert_eq!(talk.rest().await.code, 1006);
    let rows = server.rows.clone();
    assert_eq!(timeout(LONG, server.ended()).await.unwrap(), Ended::CutOff);
    assert_eq!(rows.show(), "req-1 local gated overloaded Some(13)");
}

#[tokio::test]
async fn nothing_runs_on_after_a_socket() {
    let server = Server::start().await;
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    assert_eq!(failing(&server, "tone").await.code, 1000);
    assert_eq!(failing(&server, "breaks").await.code, 1011);
    drop(single(&server, "words").await);
    let quiet = async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, quiet).await.expect("a task outlives its socket");
}
