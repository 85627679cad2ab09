//! Requests without an SDK, for what an SDK would not send.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, BodyReader};

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// The status and headers of an answer.
#[derive(Debug)]
pub(crate) struct Head(Response<()>);

/// An answer that is still coming. Dropping it hangs up.
pub(crate) struct Coming {
    pub(crate) head: Head,
    pub(crate) body: BodyReader<'static>,
}

impl Head {
    pub(crate) fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// A header's value; the empty string where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.0.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.status()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.head.header(name)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(&self.body)))
    }

    /// The audio of a request that must have worked.
    pub(crate) fn audio(self) -> Vec<u8> {
        assert_eq!(self.status(), 200, "{}", String::from_utf8_lossy(&self.body));
        self.body
    }

    /// OpenAI's envelope, once it is sure that it is one: exactly these four keys.
    pub(crate) fn error(&self) -> Value {
        let body = self.json();
        let error = body["error"].as_object().unwrap_or_else(|| panic!("no error in {body}"));
        let mut keys: Vec<_> = error.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["code", "message", "param", "type"], "{body}");
        body["error"].clone()
    }
}

impl Coming {
    /// Reads that many bytes.
    pub(crate) fn read(&mut self, bytes: usize) -> Vec<u8> {
        let mut read = vec![0; bytes];
        self.body.read_exact(&mut read).unwrap();
        read
    }

    /// Reads what is left.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.body.read_to_end(&mut rest).unwrap();
        rest
    }

    /// Reads what comes, and how it ends.
    pub(crate) fn end(mut self) -> (Vec<u8>, io::Result<()>) {
        let mut body = Vec::new();
        let ended = self.body.read_to_end(&mut body);
        (body, ended.map(drop))
    }
}

/// Every request on a connection of its own; an error status is an answer like any other. Of servers with TLS only
/// the one with that certificate is trusted.
pub(crate) fn agent(certificate: Option<&Path>) -> Agent {
    let trusted = certificate.map(|file| Certificate::from_pem(&fs::read(file).unwrap()).unwrap());
    let trusted = RootCerts::Specific(Arc::new(trusted.into_iter().collect()));
    Agent::config_builder()
        .http_status_as_error(false)
        .max_idle_connections(0)
        .tls_config(TlsConfig::builder().root_certs(trusted).build())
        .build()
        .into()
}

pub(crate) fn coming(response: Response<Body>) -> Coming {
    let (parts, body) = response.into_parts();
    Coming { head: Head(Response::from_parts(parts, ())), body: body.into_reader() }
}

pub(crate) fn read(response: Response<Body>) -> Answer {
    let mut coming = coming(response);
    let mut body = Vec::new();
    coming.body.read_to_end(&mut body).unwrap();
    Answer { head: coming.head, body }
}
