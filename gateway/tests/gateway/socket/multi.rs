//! `multi-stream-input`: several texts.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::client::{Rest, audio, multi, said};
use crate::backend::{CHUNK, reaches};
use crate::server::Server;

/// The messages of one context.
fn of(heard: &Rest, context: &str) -> Vec<Value> {
    heard.frames.iter().filter(|frame| frame["contextId"] == context).cloned().collect()
}

fn last(context: &str) -> Value {
    json!({"contextId": context, "context_id": context, "isFinal": true, "is_final": true})
}

#[tokio::test]
async fn contexts_in_turn_each_end_with_their_own_last_word() {
    let server = Server::start().await;
    let mut talk = multi(&server, "words", "").await;
    for (context, text) in [("a", "One two."), ("b", "Three.")] {
        talk.say(json!({"text": " ", "context_id": context})).await;
        talk.say(json!({"text": text, "context_id": context})).await;
        talk.say(json!({"context_id": context, "flush": true})).await;
        talk.say(json!({"context_id": context, "close_context": true})).await;
        let mut frames = Vec::new();
        while frames.last() != Some(&last(context)) {
            frames.push(talk.hear().await.unwrap());
        }
        assert!(frames.iter().all(|frame| frame["contextId"] == context && frame["context_id"] == context));
        let bytes: usize = frames.iter().map(|frame| audio(frame).len()).sum();
        assert_eq!(bytes, text.split(' ').count() * CHUNK * 2);
        assert!(frames[0]["isFinal"].is_null());
    }
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    assert_eq!((heard.frames.len(), heard.code), (0, 1000));
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "req-1 local words completed Some(8)\nreq-2 local words completed Some(6)");
}

#[tokio::test]
async fn contexts_at_the_same_time_are_told_apart() {
    let server = Server::start().await;
    let mut talk = multi(&server, "words", "").await;
    for piece in ["One ", "two ", "three."] {
        for context in ["a", "b"] {
            talk.say(json!({"text": piece, "context_id": context})).await;
        }
    }
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    assert_eq!(heard.code, 1000);
    for context in ["a", "b"] {
        let frames = of(&heard, context);
        assert_eq!(frames.iter().map(|frame| audio(frame).len()).sum::<usize>(), 3 * CHUNK * 2);
        assert_eq!(frames.last(), Some(&last(context)));
    }
}

#[tokio::test]
async fn a_keep_alive_ends_nothing() {
    let server = Server::start().await;
    let mut talk = multi(&server, "words", "&inactivity_timeout=1").await;
    talk.say(json!({"text": "One", "context_id": "a"})).await;
    talk.say(json!({"text": "", "context_id": "a"})).await;
    talk.say(json!({"text": ""})).await;
    talk.say(json!({"text": "", "context_id": "nobody"})).await;
    talk.say(json!({"text": " two.", "context_id": "a"})).await;
    talk.say(json!({"context_id": "a", "close_context": true})).await;
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    assert_eq!(heard.code, 1000);
    assert_eq!(said(&server), ["One two."]);
    assert_eq!(heard.frames.last(), Some(&last("a")));
}

#[tokio::test]
async fn what_was_not_opened_is_closed_at_once() {
    let server = Server::start().await;
    let mut talk = multi(&server, "words", "").await;
    talk.say(json!({"context_id": "a", "close_context": true})).await;
    assert_eq!(talk.hear().await, Some(last("a")));
    talk.say(json!({"text": " ", "context_id": "b"})).await;
    talk.say(json!({"context_id": "b", "close_context": true})).await;
    assert_eq!(talk.hear().await, Some(last("b")));
    talk.say(json!({"context_id": "a", "flush": true})).await;
    talk.say(json!({"close_socket": true})).await;
    assert_eq!(talk.rest().await.frames.len(), 0);
}

#[tokio::test]
async fn one_context_fails_and_the_socket_lives_on() {
    let server = Server::start().await;
    let mut talk = multi(&server, "breaks", "").await;
    for context in ["a", "b"] {
        talk.say(json!({"text": "Hello, you there.", "context_id": context, "flush": true})).await;
        let mut frames = Vec::new();
        while frames.last() != Some(&last(context)) {
            frames.push(talk.hear().await.unwrap());
        }
        let error = &frames[frames.len() - 2];
        assert_eq!(error["contextId"], context);
        assert_eq!((&error["error"], error["code"].is_null()), (&json!("backend_failed"), true));
        assert!(!error["message"].as_str().unwrap().contains("secret"));
        // What comes for a context that failed starts it not again.
        talk.say(json!({"text": " More.", "context_id": context, "flush": true})).await;
    }
    talk.say(json!({"context_id": "b", "close_context": true})).await;
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    assert_eq!((heard.frames, heard.code), (vec![last("b")], 1000));
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show().lines().filter(|row| row.contains("backend_failed")).count(), 2);
    assert_eq!(rows.show().lines().count(), 2, "{}", rows.show());
}

#[tokio::test]
async fn who_closes_a_context_while_it_fails_hears_why_before_its_last_word() {
    let server = Server::start().await;
    for _ in 0..6 {
        let mut talk = multi(&server, "nobody", "").await;
        let contexts = ["a", "b", "c", "d", "e", "f", "g", "h"];
        for context in contexts {
            talk.say(json!({"text": "Hello, you there.", "context_id": context, "flush": true})).await;
            talk.say(json!({"context_id": context, "close_context": true})).await;
        }
        talk.say(json!({"close_socket": true})).await;
        let heard = talk.rest().await;
        for context in contexts {
            let frames = of(&heard, context);
            assert_eq!(frames[0]["error"], "voice_not_found", "{frames:?}");
            assert_eq!(frames[1], last(context));
        }
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_told_and_ends_nothing() {
    let server = Server::start().await;
    let mut talk = multi(&server, "words", "").await;
    talk.send(Message::Text("secret".into())).await;
    let error = talk.hear().await.unwrap();
    assert_eq!((&error["contextId"], &error["error"]), (&Value::Null, &json!("invalid_parameters")));
    assert!(!error.to_string().contains("secret"));
    talk.say(json!({"text": "Hi.", "context_id": "a", "voice_settings": {"speed": 9}})).await;
    let error = talk.hear().await.unwrap();
    assert_eq!((&error["contextId"], &error["error"]), (&json!("a"), &json!("invalid_parameters")));
    assert_eq!(talk.hear().await, Some(last("a")));
    // The rest of a text that was refused is no text.
    talk.say(json!({"text": " You there.", "context_id": "a", "flush": true})).await;
    talk.say(json!({"text": 7, "context_id": "a"})).await;
    talk.say(json!({"context_id": "a", "close_context": true})).await;
    assert_eq!(talk.hear().await, Some(last("a")));
    // What is already spoken goes on.
    talk.say(json!({"text": "Hi", "context_id": "b", "flush": true})).await;
    talk.say(json!({"text": 7, "context_id": "b"})).await;
    talk.say(json!({"text": " you.", "context_id": "b"})).await;
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    assert_eq!((heard.audio().len() >= 2 * CHUNK * 2, heard.code), (true, 1000));
    assert_eq!(of(&heard, "b").iter().filter(|frame| frame["error"] == "invalid_parameters").count(), 1);
    assert_eq!(of(&heard, "b").iter().filter(|frame| frame["isFinal"] == true).count(), 1);
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "req-1 local - invalid_parameter None\nreq-2 local words completed Some(7)");
}

#[tokio::test]
async fn a_context_is_over_before_its_id_is_used_again() {
    let server = Server::start().await;
    let mut talk = multi(&server, "gated", "").await;
    let close = json!({"context_id": "a", "close_context": true});
    for text in ["One.", " ", "Two."] {
        talk.say(json!({"text": text, "context_id": "a"})).await;
        talk.say(close.clone()).await;
        // Once more, while it is spoken.
        talk.say(close.clone()).await;
    }
    // Another's last word tells that everything was heard.
    talk.say(json!({"text": " ", "context_id": "b"})).await;
    talk.say(json!({"context_id": "b", "close_context": true})).await;
    let mut early = Vec::new();
    while early.last() != Some(&last("b")) {
        early.push(talk.hear().await.unwrap());
    }
    assert!(!early.contains(&last("a")), "{early:?}");
    assert_eq!(*server.work.begun.borrow(), 1, "the second waits for the first");
    server.work.gate.send_replace(usize::MAX);
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    let is_last: Vec<bool> = heard.frames.iter().map(|frame| *frame == last("a")).collect();
    assert_eq!(is_last.iter().filter(|&&is_last| is_last).count(), 3);
    assert_eq!(said(&server), ["One.", "Two."]);
    let first_end = is_last.iter().position(|&is_last| is_last).unwrap();
    assert!(is_last[first_end + 1] && is_last.last() == Some(&true), "{is_last:?}");
}

#[tokio::test]
async fn what_waits_for_its_id_has_its_row_when_the_client_leaves() {
    let server = Server::start().await;
    let mut talk = multi(&server, "endless", "").await;
    for text in ["One.", "Two."] {
        talk.say(json!({"text": text, "context_id": "a"})).await;
        talk.say(json!({"context_id": "a", "close_context": true})).await;
    }
    talk.say(json!({"text": "Three.", "context_id": "b", "flush": true})).await;
    // The third is spoken at once, and whoever has heard of it has heard of the second.
    reaches(&server.work.begun, 2).await;
    drop(talk);
    reaches(&server.work.ended, 2).await;
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"
    req-1 local endless hung_up Some(4)
    req-2 local - hung_up None
    req-3 local endless hung_up Some(6)
    ");
}

#[tokio::test]
async fn an_eleventh_context_waits_for_nobody() {
    let server = Server::start().await;
    let mut talk = multi(&server, "endless", "").await;
    for context in 0..10 {
        talk.say(json!({"text": " ", "context_id": context.to_string()})).await;
    }
    talk.say(json!({"text": " ", "context_id": "more"})).await;
    let error = talk.hear().await.unwrap();
    assert_eq!(
        (&error["contextId"], &error["error"]),
        (&json!("more"), &json!("too_many_concurrent_requests"))
    );
    assert_eq!(talk.hear().await, Some(last("more")));
    talk.say(json!({"context_id": "0", "close_context": true})).await;
    assert_eq!(talk.hear().await, Some(last("0")));
    // The rest of what was refused is no text; closed, it may be opened again.
    talk.say(json!({"text": "lost", "context_id": "more", "flush": true})).await;
    talk.say(json!({"context_id": "more", "close_context": true})).await;
    assert_eq!(talk.hear().await, Some(last("more")));
    talk.say(json!({"text": "Hello.", "context_id": "more", "flush": true})).await;
    reaches(&server.work.begun, 1).await;
    assert_eq!(said(&server), ["Hello."]);
}

#[tokio::test]
async fn how_to_speak_is_said_last_by_the_last() {
    let server = Server::start().await;
    let mut talk = multi(&server, "words", "").await;
    for stability in [0.1, 0.2] {
        let settings = json!({"stability": stability});
        talk.say(json!({"context_id": "a", "voice_settings": settings})).await;
    }
    talk.say(json!({"text": "Hi.", "context_id": "a"})).await;
    let config = json!({"chunk_length_schedule": vec![50; 10_000]});
    talk.say(json!({"text": "Hi.", "context_id": "b", "generation_config": config})).await;
    talk.say(json!({"close_socket": true})).await;
    let heard = talk.rest().await;
    assert_eq!(of(&heard, "b")[0]["error"], "invalid_parameters");
    let extras = server.work.utterances.lock().unwrap()[0].delivery.extras.clone();
    let extras: Vec<_> = extras.iter().map(|(field, value)| (field.to_owned(), value.clone())).collect();
    assert_eq!(extras, [("voice_settings".to_owned(), json!({"stability": 0.2}))]);
}

#[tokio::test]
async fn a_text_without_a_context_has_one_without_a_name() {
    let server = Server::start().await;
    let mut talk = multi(&server, "words", "&auto_mode=true").await;
    talk.say(json!({"text": "Is it you?"})).await;
    let first = talk.hear().await.unwrap();
    assert!(!audio(&first).is_empty(), "a complete sentence is spoken without a flush");
    assert_eq!(first["contextId"], Value::Null);
    talk.say(json!({"close_socket": true})).await;
    assert_eq!(talk.rest().await.code, 1000);
}
