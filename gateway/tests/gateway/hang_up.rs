//! A client who hangs up stops the work at once, and leaves a row.

use http_body_util::BodyExt as _;

use crate::backend::reaches;
use crate::client::Ask;
use crate::server::{ONE, Server, config, say};

async fn last_row(server: Server) -> String {
    let rows = server.rows.clone();
    server.ended().await;
    rows.show()
}

#[tokio::test]
async fn in_mid_speech() {
    let server = Server::start().await;
    let mut response = server.speech(say("endless")).begin().await;
    response.body_mut().frame().await.unwrap().unwrap();
    drop(response);
    reaches(&server.work.ended, 1).await;
    assert_eq!(last_row(server).await, "req-1 local endless hung_up Some(13)");
}

#[tokio::test]
async fn in_mid_speech_over_http2() {
    let server = Server::start().await;
    let mut response = server.speech(say("endless")).begin_h2().await;
    response.body_mut().frame().await.unwrap().unwrap();
    drop(response);
    reaches(&server.work.ended, 1).await;
    assert_eq!(last_row(server).await, "req-1 local endless hung_up Some(13)");
}

/// Asks, waits until the backend is at work, and leaves.
async fn leaves_early(server: &Server, ask: Ask) {
    let asking = tokio::spawn(ask.begin());
    reaches(&server.work.begun, 1).await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    reaches(&server.work.ended, 1).await;
}

#[tokio::test]
async fn before_the_first_audio() {
    let server = Server::start().await;
    leaves_early(&server, server.speech(say("mute"))).await;
    assert_eq!(last_row(server).await, "req-1 local mute hung_up Some(13)");
}

#[tokio::test]
async fn while_an_exact_length_is_worked_out() {
    let server = Server::start().await;
    leaves_early(&server, server.speech(say("gated")).header("x-soundboard-content-length", "exact")).await;
    assert_eq!(last_row(server).await, "req-1 local gated hung_up Some(13)");
}

/// More than all buffers between the server and a client who does not read.
const LONG: usize = 4000;

#[tokio::test]
async fn in_the_download_of_an_exact_length() {
    let server = Server::start().await;
    let asking = server.speech(say("gated")).header("x-soundboard-content-length", "exact").begin();
    let asking = tokio::spawn(asking);
    server.work.gate.send_replace(LONG);
    reaches(&server.work.made, LONG).await;
    server.work.gate.send_replace(usize::MAX);
    let mut response = asking.await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    drop(response);
    assert_eq!(last_row(server).await, "req-1 local gated hung_up Some(13)");
}

#[tokio::test]
async fn and_the_place_is_free_again() {
    let server = Server::configured(gateway::Config { max_in_flight: ONE, ..config() }).await;
    let response = server.speech(say("gated")).begin().await;
    assert_eq!(server.say("tone").await.status, 503);
    drop(response);
    reaches(&server.work.ended, 1).await;
    assert_eq!(server.say("tone").await.status, 200);
}
