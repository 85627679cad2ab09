//! A client with nothing in between: hyper on a socket.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

/// A request in the making.
pub struct Ask {
    address: SocketAddr,
    request: http::request::Builder,
    body: Vec<u8>,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// What came before the body ended or broke.
    pub body: Bytes,
    /// Whether the body came to its proper end.
    pub whole: bool,
}

impl Ask {
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        let request = Request::builder().method(method).uri(path).header("host", address.to_string());
        Self { address, request, body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        if name == "host" {
            self.request.headers_mut().unwrap().remove("host");
        }
        self.request = self.request.header(name, value);
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it over HTTP/1.1; the body is still to be read.
    pub async fn begin(self) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(self.request.body(Full::<Bytes>::from(self.body)).unwrap()).await.unwrap()
    }

    /// Sends it over HTTP/2, known in advance.
    pub async fn begin_h2(self) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let path = self.request.uri_ref().unwrap().clone();
        let uri = format!("http://{}{path}", self.address);
        sender.send_request(self.request.uri(uri).body(Full::<Bytes>::from(self.body)).unwrap()).await.unwrap()
    }

    pub async fn send(self) -> Answer {
        Answer::read(self.begin().await).await
    }

    pub async fn send_h2(self) -> Answer {
        Answer::read(self.begin_h2().await).await
    }
}

impl Answer {
    pub async fn read(response: Response<Incoming>) -> Self {
        let (parts, mut incoming) = response.into_parts();
        let mut body = Vec::new();
        let whole = loop {
            match incoming.frame().await {
                None => break true,
                Some(Err(_)) => break false,
                Some(Ok(frame)) => body.extend_from_slice(frame.data_ref().unwrap()),
            }
        };
        Self { status: parts.status, headers: parts.headers, body: body.into(), whole }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("-", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Status and body.
    pub fn show(&self) -> String {
        format!("{}\n{}", self.status, self.text())
    }
}
