//! A client of Azure's WebSocket, whose frames are put together as the SDKs do.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::{HeaderName, HeaderValue};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};
use vendors::Vendor;

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) const PATHS: [&str; 2] =
    ["/cognitiveservices/websocket/v1", "/tts/cognitiveservices/websocket/v1"];

pub(crate) const KEY: &str = "Ocp-Apim-Subscription-Key";

/// What the server says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    Text { path: String, id: String, body: Value },
    Audio { id: String, stream: String, content_type: String, bytes: Vec<u8> },
    Close(u16, String),
}

/// A turn up to its end.
#[derive(Default)]
pub(crate) struct Spoken {
    /// The paths of the messages, but not those of metadata, and each run of audio as one.
    pub(crate) order: Vec<String>,
    /// The stream that the audio is said to be in.
    stream: String,
    pub(crate) audio: Vec<u8>,
    /// The data of every element of metadata, by type.
    pub(crate) metadata: Vec<(String, Value)>,
}

impl Spoken {
    pub(crate) fn all(&self, kind: &str) -> Vec<&Value> {
        self.metadata.iter().filter(|(known, _)| known == kind).map(|(_, data)| data).collect()
    }
}

pub(crate) struct Usp {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    /// What stands between a header's name and its value: `: ` in JavaScript, `:` in Python.
    pub(crate) colon: &'static str,
}

impl Usp {
    /// # Panics
    /// The upgrade is refused.
    pub(crate) fn open(vendor: &Vendor) -> Self {
        Self::try_open(vendor, PATHS[0], &[(KEY, "good-1234")]).unwrap()
    }

    /// The socket, or the status that refused the upgrade.
    pub(crate) fn try_open(vendor: &Vendor, path: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let url = format!("{}{path}", vendor.base_url().replace("http", "ws"));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        match tungstenite::connect(request) {
            Ok((socket, _)) => {
                let usp = Self { socket, colon: ":" };
                usp.be_patient_for(DEADLINE);
                Ok(usp)
            }
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn be_patient_for(&self, patience: Duration) {
        let MaybeTlsStream::Plain(stream) = self.socket.get_ref() else { panic!("no TLS here") };
        stream.set_read_timeout(Some(patience)).unwrap();
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.socket.send(message).unwrap();
    }

    /// A text frame.
    pub(crate) fn say(&mut self, path: &str, id: &str, content_type: &str, body: &str) {
        let headers = [
            ("Path", path),
            ("X-RequestId", id),
            ("X-Timestamp", "2026-11-22T09:20:12.268Z"),
            ("Content-Type", content_type),
        ];
        let headers = headers.map(|(name, value)| format!("{name}{}{value}\r\n", self.colon)).concat();
        self.send(Message::Text(format!("{headers}\r\n{body}").into()));
    }

    pub(crate) fn configure(&mut self) {
        let body = json!({"context": {"system": {"name": "SpeechSDK"}}}).to_string();
        self.say("speech.config", "0123456789abcdef0123456789abcdef", "application/json", &body);
    }

    /// All that begins a turn, on a socket that is configured.
    pub(crate) fn ask(&mut self, id: &str, format: &str, options: &Value, ssml: &str) {
        let audio = json!({"metadataOptions": options, "outputFormat": format});
        let context = json!({"synthesis": {"audio": audio, "language": {"autoDetection": false}}});
        self.say("synthesis.context", id, "application/json", &context.to_string());
        self.say("ssml", id, "application/ssml+xml", ssml);
    }

    /// What comes next, or why nothing does.
    pub(crate) fn next(&mut self) -> Result<Message, tungstenite::Error> {
        self.socket.read()
    }

    pub(crate) fn hear(&mut self) -> Heard {
        match self.next().unwrap() {
            Message::Text(text) => {
                let (head, body) = text.split_once("\r\n\r\n").unwrap();
                Heard::Text {
                    path: header(head, "Path"),
                    id: header(head, "X-RequestId"),
                    body: serde_json::from_str(body).unwrap(),
                }
            }
            Message::Binary(bytes) => {
                let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
                let head = str::from_utf8(&bytes[2..2 + length]).unwrap();
                assert_eq!(header(head, "Path"), "audio");
                Heard::Audio {
                    id: header(head, "X-RequestId"),
                    stream: header(head, "X-StreamId"),
                    content_type: header(head, "Content-Type"),
                    bytes: bytes[2 + length..].to_vec(),
                }
            }
            Message::Close(Some(frame)) => Heard::Close(frame.code.into(), frame.reason.to_string()),
            other => panic!("{other:?}"),
        }
    }

    /// A turn of that id, up to its `turn.end`.
    pub(crate) fn hear_turn(&mut self, id: &str) -> Spoken {
        let mut spoken = Spoken::default();
        loop {
            let path = match self.hear() {
                Heard::Text { path, id: of, body } => {
                    assert_eq!(of, id);
                    if path == "response" {
                        spoken.stream = body["audio"]["streamId"].as_str().unwrap().to_owned();
                    }
                    for element in body["Metadata"].as_array().into_iter().flatten() {
                        let kind = element["Type"].as_str().unwrap().to_owned();
                        spoken.metadata.push((kind, element["Data"].clone()));
                    }
                    path
                }
                Heard::Audio { id: of, stream: in_stream, bytes, .. } => {
                    assert_eq!((of.as_str(), &in_stream), (id, &spoken.stream));
                    spoken.audio.extend(bytes);
                    "audio".to_owned()
                }
                Heard::Close(code, reason) => panic!("closed with {code}: {reason}"),
            };
            let is_end = path == "turn.end";
            if path != "audio.metadata" && spoken.order.last() != Some(&path) {
                spoken.order.push(path);
            }
            if is_end {
                return spoken;
            }
        }
    }

    /// What the server closes with.
    pub(crate) fn hear_close(&mut self) -> (u16, String) {
        loop {
            if let Heard::Close(code, reason) = self.hear() {
                return (code, reason);
            }
        }
    }

    /// Says goodbye, and waits until the server has too.
    pub(crate) fn leave(mut self) {
        self.socket.close(None).unwrap();
        while self.socket.read().is_ok() {}
    }
}

fn header(head: &str, name: &str) -> String {
    let values = head.lines().filter_map(|line| line.split_once(':'));
    values.filter(|(known, _)| *known == name).map(|(_, value)| value.trim().to_owned()).collect()
}
