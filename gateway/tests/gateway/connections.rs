//! Connections: their timeouts, their cap, their readers, their end.

use std::time::Duration;

use gateway::{Config, Ended};
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::backend::{CHUNK, reaches};
use crate::client::Answer;
use crate::server::{ONE, Server, config, say};

/// What none of these tests needs to wait for.
const LONG: Duration = Duration::from_secs(20);

fn quick_headers() -> Config {
    Config { header_timeout_seconds: ONE, ..config() }
}

/// Sends these bytes and nothing more, and waits until the server hangs up.
async fn hung_up_on(server: &Server, sent: &[u8]) {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(sent).await.unwrap();
    let mut answer = Vec::new();
    // A reset ends the wait as well as an end does.
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.expect("the server keeps the connection");
}

#[tokio::test]
async fn a_head_that_does_not_come_in_time_ends_the_connection() {
    let server = Server::configured(quick_headers()).await;
    let started: [&[u8]; 5] = [
        b"",
        b"GET /healthz HTT",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"PRI * HTTP/2.0\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    ];
    futures::future::join_all(started.map(|sent| hung_up_on(&server, sent))).await;
}

#[tokio::test]
async fn a_connection_that_is_idle_after_an_answer_ends_too() {
    let server = Server::configured(quick_headers()).await;
    hung_up_on(&server, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_head() {
    let server = Server::configured(quick_headers()).await;
    let http1 = server.speech(say("gated")).begin().await;
    let http2 = server.speech(say("gated")).begin_h2().await;
    // Two timeouts pass, one after the other.
    hung_up_on(&server, b"").await;
    hung_up_on(&server, b"").await;
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(http1).await.whole);
    assert!(Answer::read(http2).await.whole);
}

#[tokio::test]
async fn beyond_the_cap_a_connection_waits_for_a_place() {
    let server = Server::configured(Config { max_connections: ONE, ..config() }).await;
    let holder = server.speech(say("gated")).begin().await;
    let mut waiting = Box::pin(server.get("/healthz").send());
    assert!(timeout(Duration::from_millis(300), &mut waiting).await.is_err(), "answered beyond the cap");
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(holder).await.whole);
    assert_eq!(timeout(LONG, waiting).await.unwrap().status, 200);
}

/// Seconds of samples that may be on their way to a reader who does not read: what this process, both kernels
/// and the client library hold, generously.
const MOST_UNREAD_CHUNKS: usize = 16 * 1024 * 1024 / (CHUNK * 2);

#[tokio::test]
async fn a_slow_reader_slows_the_backend() {
    let server = Server::start().await;
    let mut response = server.speech(say("endless")).begin().await;
    let mut read = 0;
    // Each time the reader rests, the backend must come to rest as well: however long, it makes no more.
    for _ in 0..3 {
        let bound = read + MOST_UNREAD_CHUNKS;
        let mut made = server.work.made.subscribe();
        let ran_on = timeout(Duration::from_millis(700), made.wait_for(|&made| made > bound)).await;
        assert!(ran_on.is_err(), "more than {MOST_UNREAD_CHUNKS} chunks were made for nobody");
        let goal = *server.work.made.borrow();
        let mut bytes = 0;
        while bytes < CHUNK * 2 * 1000 {
            bytes += response.body_mut().frame().await.unwrap().unwrap().data_ref().unwrap().len();
        }
        read += bytes / (CHUNK * 2);
        reaches(&server.work.made, goal + 1).await;
    }
}

#[tokio::test]
async fn a_reader_who_stops_for_good_is_cut_off() {
    let server = Server::configured(Config { stall_timeout_seconds: ONE, ..config() }).await;
    let http1 = server.speech(say("endless")).begin().await;
    let http2 = server.speech(say("endless")).begin_h2().await;
    timeout(LONG, reaches(&server.work.ended, 2)).await.expect("a stalled reader holds its worker");
    assert!(!Answer::read(http1).await.whole);
    assert!(!Answer::read(http2).await.whole);
}

/// The reader's turn ends when it takes a piece, also if the next is there before anybody sees that.
#[tokio::test]
async fn a_reader_who_keeps_reading_is_not_cut_off() {
    let server = Server::configured(Config { stall_timeout_seconds: ONE, ..config() }).await;
    let response = server.speech(say("endless")).begin().await;
    let mut read = Box::pin(Answer::read(response));
    // Two timeouts and a half.
    assert!(timeout(Duration::from_millis(2500), &mut read).await.is_err(), "an endless answer ended");
}

#[tokio::test]
async fn nothing_runs_on_after_an_answer() {
    let server = Server::start().await;
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    assert!(server.say("tone").await.whole);
    assert!(server.speech(say("tone")).send_h2().await.whole);
    assert!(!server.speech(say("breaks")).send().await.whole);
    // The end of an answer of known length is never asked for, and neither is that of one that is left.
    assert!(server.get("/healthz").send().await.whole);
    assert!(server.get("/healthz").send_h2().await.whole);
    drop(server.speech(say("endless")).begin().await);
    let quiet = async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, quiet).await.expect("a task outlives its answer");
}

#[tokio::test]
async fn a_running_answer_ends_before_the_server_does() {
    let mut server = Server::start().await;
    let http1 = server.speech(say("gated")).begin().await;
    let http2 = server.speech(say("gated")).begin_h2().await;
    let idle = TcpStream::connect(server.address).await.unwrap();
    server.stop();
    refuses_connections(&server).await;
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(http1).await.whole);
    assert!(Answer::read(http2).await.whole);
    let rows = server.rows.clone();
    assert_eq!(timeout(LONG, server.ended()).await.unwrap(), Ended::Drained);
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 local gated completed Some(13)
    req-2 local gated completed Some(13)
    "#);
    drop(idle);
}

#[tokio::test]
async fn an_answer_that_outlasts_the_drain_is_cut_off_visibly() {
    let mut server = Server::configured(Config { drain_timeout_seconds: 1, ..config() }).await;
    let response = server.speech(say("gated")).begin().await;
    server.stop();
    assert!(!Answer::read(response).await.whole);
    let rows = server.rows.clone();
    assert_eq!(timeout(LONG, server.ended()).await.unwrap(), Ended::CutOff);
    assert_eq!(rows.show(), "req-1 local gated overloaded Some(13)");
}

/// Waits until nobody listens any more.
async fn refuses_connections(server: &Server) {
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
