//! One connection of HTTP/1.1 that is kept between requests.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Result;

/// The key that every request carries: any is good for the fakes, and a gateway without clients looks at none.
pub(crate) const KEY: &str = "a-key-of-the-benchmark";

/// What a request says of its body.
pub(crate) type Headers = &'static [(&'static str, &'static str)];

/// That it is JSON.
pub(crate) const JSON: Headers = &[("content-type", "application/json")];

/// A client of one server.
pub(crate) struct Connection {
    address: SocketAddr,
    requests: SendRequest<Full<Bytes>>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (requests, connection) = handshake(TokioIo::new(stream)).await?;
        // How it ends is said by the request that it ends.
        tokio::spawn(connection);
        Ok(Self { address, requests })
    }

    /// Posts a body, and shows each piece of the answer as it comes.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        headers: Headers,
        body: Bytes,
        heard: impl FnMut(Bytes),
    ) -> Result<()> {
        self.ask(Method::POST, path, headers, body, heard).await
    }

    /// A whole answer.
    pub(crate) async fn fetch(&mut self, method: Method, path: &str) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        self.ask(method, path, &[], Bytes::new(), |piece| body.extend_from_slice(&piece)).await?;
        Ok(body)
    }

    /// The status of the answer to a post, once all of the answer has come.
    pub(crate) async fn status(&mut self, path: &str, headers: Headers, body: Bytes) -> Result<StatusCode> {
        let (head, body) = self.send(Method::POST, path, headers, body).await?.into_parts();
        body.collect().await?;
        Ok(head.status)
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: Headers,
        body: Bytes,
        mut heard: impl FnMut(Bytes),
    ) -> Result<()> {
        let mut response = self.send(method, path, headers, body).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(refusal(path, status, &response.into_body().collect().await?.to_bytes()).into());
        }
        while let Some(frame) = response.body_mut().frame().await {
            if let Ok(data) = frame?.into_data() {
                heard(data);
            }
        }
        Ok(())
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: Headers,
        body: Bytes,
    ) -> Result<Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string())
            .header("authorization", format!("Bearer {KEY}"))
            .header("xi-api-key", KEY)
            .header("ocp-apim-subscription-key", KEY);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = request.body(Full::new(body))?;
        self.requests.ready().await?;
        Ok(self.requests.send_request(request).await?)
    }
}

fn refusal(path: &str, status: StatusCode, body: &[u8]) -> String {
    format!("{path} was answered {status}: {}", String::from_utf8_lossy(body))
}
