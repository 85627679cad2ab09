//! A client with nothing in between: hyper on a socket.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request in the making.
pub(crate) struct Ask {
    address: SocketAddr,
    request: http::request::Builder,
    body: Vec<u8>,
    chunked: bool,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// What came before the body ended or broke.
    pub(crate) body: Bytes,
    /// What came behind it.
    pub(crate) trailers: HeaderMap,
    /// Whether the body came to its proper end.
    pub(crate) whole: bool,
}

impl Ask {
    pub(crate) fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        let request = Request::builder().method(method).uri(path).header("host", address.to_string());
        Self { address, request, body: Vec::new(), chunked: false }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if name == "host" {
            self.request.headers_mut().unwrap().remove("host");
        }
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Does not say how long the body is.
    pub(crate) fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Sends it over HTTP/1.1; the body is still to be read.
    pub(crate) async fn begin(self) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let body = Full::<Bytes>::from(self.body);
        let body = match self.chunked {
            true => body.with_trailers(async { None }).boxed(),
            false => body.boxed(),
        };
        sender.send_request(self.request.body(body).unwrap()).await.unwrap()
    }

    /// Sends head and body over HTTP/1.1 with no more than what is there, and reads until the server hangs up.
    pub(crate) async fn send_raw(self) -> String {
        let request = self.request.body(self.body).unwrap();
        let mut text = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            text += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
        stream.write_all(request.body()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        format!("{}\n{body}", head.lines().next().unwrap())
    }

    /// Sends it over HTTP/2, known in advance.
    pub(crate) async fn begin_h2(self) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let path = self.request.uri_ref().unwrap().clone();
        let uri = format!("http://{}{path}", self.address);
        sender
            .send_request(self.request.uri(uri).body(Full::<Bytes>::from(self.body)).unwrap())
            .await
            .unwrap()
    }

    pub(crate) async fn send(self) -> Answer {
        Answer::read(self.begin().await).await
    }

    pub(crate) async fn send_h2(self) -> Answer {
        Answer::read(self.begin_h2().await).await
    }
}

impl Answer {
    pub(crate) async fn read(response: Response<Incoming>) -> Self {
        let (parts, mut incoming) = response.into_parts();
        let (mut body, mut trailers) = (Vec::new(), HeaderMap::new());
        let whole = loop {
            match incoming.frame().await {
                None => break true,
                Some(Err(_)) => break false,
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => body.extend_from_slice(&data),
                    Err(frame) => trailers = frame.into_trailers().unwrap(),
                },
            }
        };
        Self { status: parts.status, headers: parts.headers, body: body.into(), trailers, whole }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("-", |value| value.to_str().unwrap())
    }

    pub(crate) fn trailer(&self, name: &str) -> &str {
        self.trailers.get(name).map_or("-", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// What we say of the speech, in headers.
    pub(crate) fn show_headers(&self) -> String {
        let ours = |name: &str| {
            let others =
                ["content-type", "transfer-encoding", "cache-control", "request-id", "character-cost"];
            name.starts_with("x-") || others.contains(&name)
        };
        let mut lines: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| ours(name.as_str()))
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        lines.join("\n")
    }

    /// Status and body.
    pub(crate) fn show(&self) -> String {
        format!("{}\n{}", self.status, self.text())
    }
}
