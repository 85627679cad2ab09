//! HTTPS on our own listener.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gateway::{Config, Tls};
use http::{Request, Version};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::server::{ONE, Server, config};

/// What none of these tests needs to wait for.
const LONG: Duration = Duration::from_secs(20);

/// A server with a certificate of its own, and clients who trust it.
pub(crate) struct Encrypted {
    pub(crate) server: Server,
    certificate: CertificateDer<'static>,
}

impl Encrypted {
    pub(crate) async fn start(config: Config) -> Self {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let tls = Tls::from_pem(cert.pem().as_bytes(), signing_key.serialize_pem().as_bytes()).unwrap();
        Self { server: Server::encrypted(config, tls).await, certificate: cert.der().clone() }
    }

    /// A connection of a client who offers these protocols.
    pub(crate) async fn connect(&self, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let stream = TcpStream::connect(self.server.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap()
    }
}

fn alive() -> Request<Empty<Bytes>> {
    Request::get("https://localhost/healthz").header("host", "localhost").body(Empty::new()).unwrap()
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_and_told_by_alpn() {
    let encrypted = Encrypted::start(config()).await;
    let stream = encrypted.connect(&["http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let answer = sender.send_request(alive()).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_11));
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), r#"{"status":"alive"}"#);

    let stream = encrypted.connect(&["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let answer = sender.send_request(alive()).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
}

#[tokio::test]
async fn plain_text_is_no_greeting() {
    let encrypted = Encrypted::start(config()).await;
    let mut stream = TcpStream::connect(encrypted.server.address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.expect("the server keeps the connection");
    assert!(!answer.starts_with(b"HTTP/"), "answered in plain text");
}

#[tokio::test]
async fn who_does_not_greet_holds_up_nobody_and_is_cut() {
    let encrypted = Encrypted::start(Config { header_timeout_seconds: ONE, ..config() }).await;
    let mut silent = TcpStream::connect(encrypted.server.address).await.unwrap();
    let stream = encrypted.connect(&[]).await;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(sender.send_request(alive()).await.unwrap().status(), 200);
    let mut answer = Vec::new();
    let _ = timeout(LONG, silent.read_to_end(&mut answer)).await.expect("the server waits for ever");
}

#[tokio::test]
async fn who_does_not_greet_does_not_hold_up_the_end() {
    let encrypted = Encrypted::start(Config { drain_timeout_seconds: 60, ..config() }).await;
    let silent = TcpStream::connect(encrypted.server.address).await.unwrap();
    drop(encrypted.connect(&[]).await);
    timeout(LONG, encrypted.server.ended()).await.expect("the drain waits for a greeting");
    drop(silent);
}
