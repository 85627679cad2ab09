//! A collector of OTLP over HTTP, on a socket of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// What it was sent.
pub(crate) struct Told {
    /// Where: `/v1/traces` or `/v1/metrics`.
    pub(crate) path: String,
    /// A message of that service, in protobuf.
    pub(crate) message: Vec<u8>,
}

/// Listens until the process ends.
pub(crate) fn listen() -> (SocketAddr, Receiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let tell = tell.clone();
            thread::spawn(move || serve(connection, &tell));
        }
    });
    (address, told)
}

/// HTTP/1.1 with a declared length, as OTLP's clients speak it.
fn serve(mut connection: TcpStream, tell: &Sender<Told>) {
    let mut read = Vec::new();
    while let Some(head) = receive(&mut connection, &mut read, |read| {
        read.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
    }) {
        let head = String::from_utf8(head).expect("a head is text").to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("a length").trim().parse().expect("a number");
        assert!(head.contains("content-type: application/x-protobuf"), "{head}");
        let message = receive(&mut connection, &mut read, |read| (read.len() >= length).then_some(length))
            .expect("a body");
        let path = head.split(' ').nth(1).expect("a request line").to_owned();
        let _ = tell.send(Told { path, message });
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
        connection.write_all(answer.as_bytes()).expect("somebody reads the answer");
    }
}

/// The next bytes, as many as `enough` says; none once the other side has gone.
fn receive(
    connection: &mut TcpStream,
    read: &mut Vec<u8>,
    enough: impl Fn(&[u8]) -> Option<usize>,
) -> Option<Vec<u8>> {
    loop {
        if let Some(length) = enough(read) {
            let rest = read.split_off(length);
            return Some(std::mem::replace(read, rest));
        }
        let mut more = [0; 4096];
        match connection.read(&mut more) {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&more[..count]),
        }
    }
}
