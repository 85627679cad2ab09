//! How a socket ends: by a fault, by silence, with the server, by who leaves.

use std::time::Duration;

use billing::{Action, Budget, Measure, Window};
use futures::{SinkExt as _, StreamExt as _};
use gateway::{Config, Ended};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::client::{LONG, Turn, context, talk};
use super::{RAW, ssml};
use crate::backend::reaches;
use crate::ledger::Rows;
use crate::server::{ONE, Server, config};

/// How a socket ends on which that is asked for.
async fn end_of(document: &str) -> Turn {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask("1", document).await;
    talk.turn().await
}

fn show(turn: Turn) -> String {
    let (code, reason) = turn.close.expect("is not closed");
    assert!(reason.len() <= 123, "{reason}");
    format!("{} | {code} {reason}", turn.paths.join(" "))
}

#[tokio::test]
async fn what_cannot_be_spoken_closes_the_socket_with_the_reason() {
    insta::assert_snapshot!(show(end_of("<speak>\n<voice name='tone'>Hello.</speak>").await), @" | 1007 The SSML has the end of another element than was begun last, at line 2, column 26.");
    insta::assert_snapshot!(show(end_of("<speak>Hello.</speak>").await), @" | 1007 Ssml should contain at least one [voice] tag.");
    insta::assert_snapshot!(show(end_of("Hello.").await), @" | 1007 The SSML is no document: it has no speak element.");
    insta::assert_snapshot!(show(end_of(&ssml("nobody", "Hello.")).await), @r#" | 1007 There is no voice "nobody"."#);
    insta::assert_snapshot!(show(end_of(&ssml("busy", "Hello.")).await), @" | 1011 Every worker is taken.");
    insta::assert_snapshot!(show(end_of(&ssml("breaks", "Hello.")).await), @"turn.start response audio | 1011 The sine broke.");
    insta::assert_snapshot!(show(end_of(&ssml("tone", &"a ".repeat(32 << 10))).await), @" | 1007 The SSML has 65653 bytes; at most 65536 are allowed.");
}

#[tokio::test]
async fn every_refusal_is_journaled() {
    let server = Server::start().await;
    for voice in ["nobody", "breaks", "tone"] {
        let mut talk = talk(&server).await;
        talk.ask("1", &ssml(voice, "Hello.")).await;
        talk.ask("2", "<speak>Hello.</speak>").await;
        while talk.turn().await.close.is_none() {}
    }
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"
    req-1 local - unknown_voice Some(125)
    req-2 local - invalid_text None
    req-3 local breaks backend_failed Some(125)
    req-4 local - invalid_text None
    req-5 local tone completed Some(123)
    req-6 local - invalid_text None
    ");
}

#[tokio::test]
async fn what_was_asked_before_is_told_before_the_end() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask("1", &ssml("tone", "Hello.")).await;
    talk.ask("2", "<speak>Hello.</speak>").await;
    assert_eq!(talk.turn().await.paths.last().unwrap(), "turn.end");
    assert_eq!(talk.closed().await.0, 1007);
}

#[tokio::test]
async fn a_context_that_cannot_be_is_told_with_its_document() {
    let server = Server::start().await;
    for (body, about) in [
        (context("mp3", &[]), "outputFormat"),
        (context("audio-16khz-16kbps-mono-siren", &[]), "its vendor makes it"),
        (json!({"synthesis": {"audio": {"metadataOptions": {"visemeEnabled": "secret"}}}}), "visemeEnabled"),
        (json!([]), "an array"),
    ] {
        let mut talk = talk(&server).await;
        talk.ask_for("1", &ssml("tone", "Hello."), &body).await;
        let (code, reason) = talk.closed().await;
        assert_eq!(code, 1007);
        assert!(reason.contains(about) && !reason.contains("secret"), "{reason}");
    }
}

#[tokio::test]
async fn frames_that_are_no_messages_are_refused() {
    let server = Server::start().await;
    for frame in [
        Message::Text("my secret".into()),
        Message::Text("X-RequestId: 1\r\n\r\n{}".into()),
        Message::Binary(vec![0].into()),
        Message::Binary(vec![0xff, 0xff, 1].into()),
    ] {
        let mut talk = talk(&server).await;
        talk.send(frame).await;
        let (code, reason) = talk.closed().await;
        assert!(code == 1007 && !reason.contains("secret"), "{code} {reason}");
    }
}

#[tokio::test]
async fn so_many_documents_may_wait() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    for id in 0..9 {
        talk.ask(&id.to_string(), &ssml("gated", "Hello.")).await;
    }
    talk.is_heard().await;
    // The ninth is refused behind those before it.
    server.work.gate.send_replace(usize::MAX);
    for _ in 0..8 {
        assert_eq!(talk.turn().await.close, None);
    }
    insta::assert_debug_snapshot!(talk.closed().await, @r#"
    (
        4429,
        "There are too many documents on a socket; at most 8 are allowed at a time.",
    )
    "#);
}

#[tokio::test]
async fn a_client_who_leaves_drops_everything_at_once_and_each_has_its_row() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    for id in ["1", "2"] {
        talk.ask(id, &ssml("endless", "Hello.")).await;
    }
    reaches(&server.work.made, 1).await;
    talk.is_heard().await;
    drop(talk);
    reaches(&server.work.ended, 1).await;
    let (begun, rows) = (*server.work.begun.borrow(), server.rows.clone());
    server.ended().await;
    assert_eq!(begun, 1, "what waited is not spoken");
    insta::assert_snapshot!(rows.show(), @"
    req-1 local endless hung_up Some(126)
    req-2 local - hung_up Some(126)
    ");
    is_for_nothing(&rows, "req-2");
}

/// Checks that a document that was not spoken is not charged.
fn is_for_nothing(rows: &Rows, id: &str) {
    let settled = rows.rows().into_iter().zip(rows.charges()).find(|(row, _)| row.id == id);
    let (row, charge) = settled.expect("no row");
    assert_eq!((charge.get(), row.audio_ms), (0, 0));
}

#[tokio::test]
async fn what_waits_behind_a_turn_that_fails_is_refused_for_the_same_reason() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    for (id, voice) in [("1", "gated"), ("2", "breaks"), ("3", "tone"), ("4", "tone")] {
        talk.ask(id, &ssml(voice, "Hello.")).await;
    }
    talk.is_heard().await;
    server.work.gate.send_replace(usize::MAX);
    while talk.turn().await.close.is_none() {}
    let (begun, rows) = (*server.work.begun.borrow(), server.rows.clone());
    server.ended().await;
    assert_eq!(begun, 2, "what waited is not spoken");
    insta::assert_snapshot!(rows.show(), @"
    req-1 local gated completed Some(124)
    req-2 local breaks backend_failed Some(125)
    req-3 local - backend_failed Some(123)
    req-4 local - backend_failed Some(123)
    ");
    is_for_nothing(&rows, "req-3");
}

#[tokio::test]
async fn a_server_that_waits_no_longer_is_no_client_who_has_gone() {
    let server = Server::configured(Config { drain_timeout_seconds: 1, ..config() }).await;
    let mut talk = talk(&server).await;
    for id in ["1", "2"] {
        talk.ask(id, &ssml("endless", "Hello.")).await;
    }
    reaches(&server.work.made, 1).await;
    talk.is_heard().await;
    // Who reads nothing keeps the server waiting.
    let rows = server.rows.clone();
    assert_eq!(server.ended().await, Ended::CutOff);
    insta::assert_snapshot!(rows.show(), @"
    req-1 local endless overloaded Some(126)
    req-2 local - overloaded Some(126)
    ");
    is_for_nothing(&rows, "req-2");
}

#[tokio::test]
async fn a_message_that_is_too_long_to_be_read_closes_the_socket_with_the_limit() {
    let server = Server::configured(Config { max_body_bytes: 4096, ..config() }).await;
    for bytes in [8193, 32 << 20] {
        let mut talk = talk(&server).await;
        talk.ask("1", &ssml("tone", "Hello.")).await;
        let (mut mouth, mut ears) = talk.socket.split();
        let message = format!("Path: ssml\r\n\r\n{}", "a".repeat(bytes - 14));
        assert_eq!(message.len(), bytes);
        // The rest of a long one is never taken.
        let saying = tokio::spawn(async move { mouth.send(Message::Text(message.into())).await });
        let close = loop {
            match timeout(LONG, ears.next()).await.expect("nothing is said").unwrap().unwrap() {
                Message::Close(close) => break close.unwrap(),
                _ => continue,
            }
        };
        assert_eq!(u16::from(close.code), 1009);
        assert_eq!(close.reason.as_str(), "The message is too long; at most 8192 bytes are read.");
        saying.abort();
    }
    insta::assert_snapshot!(server.rows.show(), @"
    req-1 local tone completed Some(123)
    req-2 local - invalid_parameter None
    req-3 local tone completed Some(123)
    req-4 local - invalid_parameter None
    ");
}

#[tokio::test]
async fn a_text_in_another_encoding_is_refused_in_words() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.is_heard().await;
    let latin: &[u8] = b"Path: ssml\r\n\r\nna\xefve";
    let length = latin.len() as u8;
    talk.socket.get_mut().write_all(&[&[0x81, 0x80 | length, 0, 0, 0, 0], latin].concat()).await.unwrap();
    assert_eq!(talk.closed().await, (1007, "A text message is not in UTF-8.".to_owned()));
    insta::assert_snapshot!(server.rows.show(), @"req-1 local - invalid_text None");
}

#[tokio::test]
async fn who_breaks_off_in_the_middle_of_a_message_has_gone() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.is_heard().await;
    // A text of a hundred bytes, of which one comes.
    talk.socket.get_mut().write_all(&[0x81, 0x80 | 100, 0, 0, 0, 0, b'P']).await.unwrap();
    drop(talk);
    let rows = server.rows.clone();
    assert_eq!(server.ended().await, Ended::Drained);
    assert_eq!(rows.show(), "");
}

#[tokio::test]
async fn a_client_who_does_not_read_is_cut_off() {
    let server = Server::configured(Config { stall_timeout_seconds: ONE, ..config() }).await;
    let mut talk = talk(&server).await;
    talk.ask("1", &ssml("endless", "Hello.")).await;
    reaches(&server.work.ended, 1).await;
    drop(talk);
}

#[tokio::test]
async fn a_ping_is_answered_while_nothing_is_said() {
    let server = Server::start().await;
    let mut talk = talk(&server).await;
    talk.ask("1", &ssml("mute", "Hello.")).await;
    talk.send(Message::Ping("hello".into())).await;
    let answer = talk.socket.next().await.unwrap().unwrap();
    assert_eq!(answer, Message::Pong("hello".into()));
}

#[tokio::test]
async fn ten_minutes_of_silence_close_a_socket_and_ten_of_speech_do_not() {
    let server = Server::start().await;
    let (mut quiet, mut busy) = (talk(&server).await, talk(&server).await);
    busy.ask("1", &ssml("gated", "Hello.")).await;
    // A backend may be silent for a minute.
    for made in 1..=13 {
        reaches(&server.work.made, made).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(50)).await;
        tokio::time::resume();
        server.work.gate.send_replace(made);
    }
    assert_eq!(quiet.closed().await.0, 1000);
    server.work.gate.send_replace(usize::MAX);
    assert_eq!(busy.turn().await.close, None);
}

#[tokio::test]
async fn a_server_that_stops_says_what_was_asked_for_and_closes() {
    let mut server = Server::start().await;
    let (mut idle, mut talk) = (talk(&server).await, talk(&server).await);
    talk.ask("1", &ssml("gated", "Hello.")).await;
    while talk.hear().await.unwrap_or_else(|close| panic!("{close:?}")).path != "audio" {}
    server.stop();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(idle.closed().await.0, 1001);
    server.work.gate.send_replace(usize::MAX);
    assert_eq!(talk.turn().await.close, None);
    assert_eq!(talk.closed().await.0, 1001);
    assert_eq!(server.ended().await, Ended::Drained);
}

#[tokio::test]
async fn a_budget_that_is_used_up_is_too_many_requests() {
    let server = Server::start().await;
    let (measure, window) = (Measure::Money, Window::Month);
    server.rows.limit([Budget { key: None, measure, limit: 0, window, action: Action::Refuse }]);
    let mut talk = talk(&server).await;
    talk.ask_for("1", &ssml("tone", "Hello."), &context(RAW, &[])).await;
    assert_eq!(talk.closed().await.0, 4429);
}
