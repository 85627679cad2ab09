//! A collector of OTLP over HTTP, on a socket of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// What it was sent.
pub(crate) enum Told {
    Spans(Vec<Span>),
    Metrics(Vec<Metric>),
}

impl Told {
    pub(crate) fn spans(self) -> Vec<Span> {
        if let Self::Spans(spans) = self { spans } else { Vec::new() }
    }

    pub(crate) fn metrics(self) -> Vec<Metric> {
        if let Self::Metrics(metrics) = self { metrics } else { Vec::new() }
    }
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
        let body = receive(&mut connection, &mut read, |read| (read.len() >= length).then_some(length))
            .expect("a body");
        let _ = tell.send(decoded(head.lines().next().expect("a request line"), &body));
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
        connection.write_all(answer.as_bytes()).expect("somebody reads the answer");
    }
}

fn decoded(line: &str, body: &[u8]) -> Told {
    match line {
        "post /v1/traces http/1.1" => {
            let request = ExportTraceServiceRequest::decode(body).expect("spans");
            let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
            Told::Spans(scopes.flat_map(|scope| scope.spans).collect())
        }
        "post /v1/metrics http/1.1" => {
            let request = ExportMetricsServiceRequest::decode(body).expect("metrics");
            let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
            Told::Metrics(scopes.flat_map(|scope| scope.metrics).collect())
        }
        other => panic!("asked for {other}"),
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
