//! Clients that leave, clients that dawdle, and servers that end.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{self, AddressFamily, SocketType};
use serde_json::json;

use crate::harness::process::cpu_seconds;
use crate::harness::server::{request, serve};
use crate::harness::waiting::between_looks;
use crate::harness::{Server, Stopwatch, eventually, run, text_of, tools};

#[test]
fn a_client_that_hangs_up_stops_the_worker() {
    let server = Server::start();
    let text = text_of(4000);
    server.begin(&json!({ "input": text })).read(1);
    let row = &server.rows_once(1)[0];
    assert_eq!(row["outcome"], "hung_up");
    assert!(row["audio_ms"].as_u64().unwrap() < 60_000, "of four minutes: {row}");
    at_rest(server.pid());
    let watch = Stopwatch::start();
    assert_eq!(server.speak(&json!({ "input": "Next, please." })).status(), 200);
    assert!(watch.seconds() < 20.0, "the worker is free again: {:.1} s", watch.seconds());
}

#[test]
fn a_slow_reader_slows_the_worker() {
    let server = Server::start();
    let mut reader = slow_reader(&server, &text_of(4000));
    reader.read_exact(&mut [0]).unwrap();
    // Nobody reads: once the sockets are full, nothing more is made.
    at_rest(server.pid());
    let made = cpu_seconds(server.pid());
    reader.read_exact(&mut vec![0; 500_000]).unwrap();
    eventually("work for a client that reads again", || {
        (cpu_seconds(server.pid()) > made + 0.5).then_some(())
    });
    drop(reader);
    let row = &server.rows_once(1)[0];
    assert_eq!(row["outcome"], "hung_up");
}

/// Asks for speech on a connection whose kernel holds little for a reader who does not read.
fn slow_reader(server: &Server, text: &str) -> TcpStream {
    let address: SocketAddr = server.address().strip_prefix("http://").unwrap().parse().unwrap();
    // Once it is connected it is too late: the window has been offered.
    let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    set_socket_recv_buffer_size(&socket, 16 * 1024).unwrap();
    net::connect(&socket, &address).unwrap();
    let mut stream = TcpStream::from(socket);
    let body = request(&json!({ "input": text })).to_string();
    let length = body.len();
    write!(
        stream,
        "POST /v1/audio/speech HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    stream
}

/// Waits until a process does nothing for a second.
fn at_rest(pid: u32) {
    eventually("rest", || {
        let before = cpu_seconds(pid);
        between_looks(Duration::from_secs(1));
        (cpu_seconds(pid) - before < 0.1).then_some(())
    });
}

#[test]
fn a_server_that_is_asked_to_stop_lets_running_answers_end() {
    let mut server = Server::with(|serve| {
        serve.env("VOICE_SOUNDBOARD_HTTP__DRAIN_TIMEOUT_SECONDS", "300");
    });
    let text = text_of(200);
    let whole = server.speak(&json!({ "input": text })).audio();
    let mut running = server.begin(&json!({ "input": text }));
    let first = running.read(1000);
    server.terminate();
    let address = server.address().strip_prefix("http://").unwrap().to_owned();
    eventually("closed door", || TcpStream::connect(&address).is_err().then_some(()));
    let rest = running.rest();
    assert!([first, rest].concat() == whole, "the running answer came whole");
    assert!(server.wait().success());
    assert_eq!(server.rows().iter().filter(|row| row["outcome"] == "completed").count(), 2);
}

#[test]
fn a_killed_server_loses_no_row_that_was_written() {
    let server = Server::start();
    server.speak(&json!({ "input": "First." })).audio();
    server.rows_once(1);
    let mut running = server.begin(&json!({ "input": text_of(2000) }));
    running.read(1);
    let data = server.kill();
    let server = Server::again(data);
    server.speak(&json!({ "input": "Second." })).audio();
    let rows = server.stop();
    let completed = rows.iter().filter(|row| row["outcome"] == "completed").count();
    assert_eq!((rows.len(), completed), (2, 2), "{rows:?}");
}

#[test]
fn a_database_of_a_newer_version_is_refused_untouched() {
    let server = Server::start();
    let data = server.data();
    server.stop();
    let database = data.path().join("soundboard.db");
    tools::sql(
        &database,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'tomorrow', TRUE, x'00', 0)",
    );
    let ended = run(&mut serve(data.path()), b"");
    assert_ne!(ended.code, Some(0));
    assert!(ended.stderr.contains("9999") && ended.stderr.contains("newer"), "{}", ended.stderr);
}
