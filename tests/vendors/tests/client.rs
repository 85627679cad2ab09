//! A plain HTTP client, and a plain WebSocket one.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::time::Instant;
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};
use ureq::http::Response;
use ureq::{Agent, Body};
use vendors::{Served, Vendor};

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// What came of a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Why the body ended before its end.
    pub(crate) broken: Option<std::io::Error>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(&self.body)))
    }

    /// The objects of newline-delimited JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = str::from_utf8(&self.body).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Sends a request with a good key and hands over the answer while it is still coming.
pub(crate) fn send(
    vendor: &Vendor,
    path: &str,
    body: Option<&Value>,
    patience: Duration,
) -> Result<Response<Body>, ureq::Error> {
    send_with_key(vendor, path, body, "sk-good-1234", patience)
}

pub(crate) fn send_with_key(
    vendor: &Vendor,
    path: &str,
    body: Option<&Value>,
    key: &str,
    patience: Duration,
) -> Result<Response<Body>, ureq::Error> {
    let agent: Agent =
        Agent::config_builder().http_status_as_error(false).timeout_global(Some(patience)).build().into();
    let url = format!("{}{path}", vendor.base_url());
    let bearer = format!("Bearer {key}");
    match body {
        // SSML, which only Azure takes.
        Some(Value::String(ssml)) => agent
            .post(url)
            .header("ocp-apim-subscription-key", key)
            .header("content-type", "application/ssml+xml")
            .header("x-microsoft-outputformat", "raw-24khz-16bit-mono-pcm")
            .send(ssml),
        Some(body) => agent
            .post(url)
            .header("authorization", bearer)
            .header("xi-api-key", key)
            .header("content-type", "application/json")
            .send(body.to_string()),
        None => agent
            .get(url)
            .header("authorization", bearer)
            .header("xi-api-key", key)
            .header("ocp-apim-subscription-key", key)
            .call(),
    }
}

/// The whole answer, or as much of it as came.
pub(crate) fn read(response: Response<Body>) -> Answer {
    let (head, body) = response.into_parts();
    let mut answer =
        Answer { status: head.status.as_u16(), headers: head.headers, body: vec![], broken: None };
    let mut reader = body.into_with_config().limit(u64::MAX).reader();
    answer.broken = reader.read_to_end(&mut answer.body).err();
    answer
}

pub(crate) fn post(vendor: &Vendor, path: &str, body: &Value) -> Answer {
    read(send(vendor, path, Some(body), DEADLINE).unwrap())
}

pub(crate) fn get(vendor: &Vendor, path: &str) -> Answer {
    read(send(vendor, path, None, DEADLINE).unwrap())
}

/// The only request's record, once it has ended.
pub(crate) fn only_truth(vendor: &Vendor) -> Served {
    truth_once(vendor, |served| served.ended)
}

/// The only request's record, once that is true of it.
pub(crate) fn truth_once(vendor: &Vendor, is_so: impl Fn(&Served) -> bool) -> Served {
    let truth = truths_once(vendor, |truth| is_so(&truth[0]));
    assert_eq!(truth.len(), 1);
    truth[0].clone()
}

/// Every request's record, once that is true of them.
pub(crate) fn truths_once(vendor: &Vendor, are_so: impl Fn(&[Served]) -> bool) -> Vec<Served> {
    let start = Instant::now();
    loop {
        let truth = vendor.truth();
        if are_so(&truth) {
            return truth;
        }
        assert!(start.elapsed() < DEADLINE, "they never are: {truth:?}");
        std::thread::yield_now();
    }
}

/// One WebSocket's client.
pub(crate) struct Socket(WebSocket<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// # Panics
    /// The upgrade is refused.
    pub(crate) fn open(vendor: &Vendor, path: &str) -> Self {
        Self::try_open(vendor, path, Some("sk-good-1234")).unwrap()
    }

    /// The socket, or the status that refused the upgrade.
    pub(crate) fn try_open(vendor: &Vendor, path: &str, key: Option<&str>) -> Result<Self, u16> {
        let url = format!("{}{path}", vendor.base_url().replace("http", "ws"));
        let mut request = url.into_client_request().unwrap();
        if let Some(key) = key {
            request.headers_mut().insert("xi-api-key", key.parse().unwrap());
        }
        match tungstenite::connect(request) {
            Ok((socket, _)) => {
                let socket = Self(socket);
                socket.be_patient_for(DEADLINE);
                Ok(socket)
            }
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn be_patient_for(&self, patience: Duration) {
        let MaybeTlsStream::Plain(stream) = self.0.get_ref() else { panic!("no TLS here") };
        stream.set_read_timeout(Some(patience)).unwrap();
    }

    pub(crate) fn say(&mut self, message: Value) {
        self.0.send(Message::Text(message.to_string().into())).unwrap();
    }

    /// The next message, of whatever content, or why there is none.
    pub(crate) fn next(&mut self) -> Result<Message, tungstenite::Error> {
        self.0.read()
    }

    pub(crate) fn hear(&mut self) -> Value {
        serde_json::from_str(self.next().unwrap().to_text().unwrap()).unwrap()
    }

    /// Every message until the server closes, and the code that it closes with.
    pub(crate) fn hear_out(&mut self) -> (Vec<Value>, u16) {
        let mut messages = Vec::new();
        loop {
            match self.next().unwrap() {
                Message::Text(text) => messages.push(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => {
                    return (messages, frame.map_or(CloseCode::Status, |frame| frame.code).into());
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The audio of a message or a line, in whatever field it has it.
pub(crate) fn audio(message: &Value) -> Vec<u8> {
    let audio = message["audio"].as_str().or(message["audio_base64"].as_str());
    BASE64_STANDARD.decode(audio.unwrap_or_default()).unwrap()
}

pub(crate) fn joined_audio(messages: &[Value]) -> Vec<u8> {
    messages.iter().flat_map(audio).collect()
}
