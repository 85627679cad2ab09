//! A WebSocket of Azure's, and the little that a test wants of it. It knows the protocol by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use http::HeaderValue;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::RAW;
use crate::server::Server;

/// What none of these tests needs to wait for.
pub(super) const LONG: Duration = Duration::from_secs(20);

/// Where both SDKs look; the first is that for JavaScript.
pub(super) const PATHS: [&str; 2] =
    ["/tts/cognitiveservices/websocket/v1", "/cognitiveservices/websocket/v1"];

/// An open socket.
pub(super) struct Talk {
    pub(super) socket: WebSocketStream<TcpStream>,
    /// What the server has chosen of the protocols that were named.
    pub(super) protocol: String,
}

/// One message of the server.
pub(super) struct Heard {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

/// All messages of a turn, or of a socket that was closed.
#[derive(Default)]
pub(super) struct Turn {
    /// In order; several of one kind in a row are one.
    pub(super) paths: Vec<String>,
    /// All audio, joined.
    pub(super) audio: Vec<u8>,
    pub(super) metadata: Vec<Value>,
    /// The turn's id in each message.
    pub(super) ids: Vec<String>,
    /// What the last message says.
    pub(super) end: Value,
    /// How the socket was closed, if it was.
    pub(super) close: Option<(u16, String)>,
}

/// Opens a socket with these headers; otherwise the status and the body of the refusal.
pub(super) async fn open(
    server: &Server,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Talk, (u16, String)> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut request = format!("ws://{}{path}", server.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((socket, response)) => {
            let protocol = response.headers().get("sec-websocket-protocol");
            let protocol = protocol.map_or("", |name| name.to_str().unwrap()).to_owned();
            Ok(Talk { socket, protocol })
        }
        Err(Error::Http(refusal)) => {
            let body = refusal.body().clone().unwrap_or_default();
            Err((refusal.status().as_u16(), String::from_utf8(body).unwrap()))
        }
        Err(error) => panic!("{error}"),
    }
}

/// A socket for who needs no key.
pub(super) async fn talk(server: &Server) -> Talk {
    open(server, PATHS[0], &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// What is to be told in a turn, in the words of the SDK for Python: all of these, and no more.
pub(super) fn context(format: &str, wanted: &[&str]) -> Value {
    let all = ["wordBoundary", "punctuationBoundary", "sentenceBoundary", "viseme", "bookmark", "sessionEnd"];
    let options = all.map(|name| (format!("{name}Enabled"), Value::from(wanted.contains(&name))));
    json!({"synthesis": {"audio": {"metadataOptions": Value::from_iter(options), "outputFormat": format}}})
}

/// The same for a text in pieces of that voice, with what else is said of its manner.
pub(super) fn streaming(voice: &str, manner: Value, wanted: &[&str]) -> Value {
    let mut context = context(RAW, wanted);
    context["synthesis"]["input"] =
        json!({"bidirectionalStreamingMode": true, "voiceName": voice, "language": ""});
    for (name, value) in manner.as_object().unwrap() {
        context["synthesis"]["input"][name] = value.clone();
    }
    context
}

impl Talk {
    pub(super) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// A message as the SDK for JavaScript writes it.
    pub(super) async fn say(&mut self, path: &str, id: &str, body: &str) {
        let head = format!("Path: {path}\r\nX-RequestId: {id}\r\nX-Timestamp: 2026-11-22T09:20:12.268Z");
        self.send(Message::Text(format!("{head}\r\n\r\n{body}").into())).await;
    }

    /// A whole turn is asked for: audio alone, as samples, and its length.
    pub(super) async fn ask(&mut self, id: &str, document: &str) {
        self.ask_for(id, document, &context(RAW, &["sessionEnd"])).await;
    }

    /// The same, in that context.
    pub(super) async fn ask_for(&mut self, id: &str, document: &str, context: &Value) {
        self.say("synthesis.context", id, &context.to_string()).await;
        self.say("ssml", id, document).await;
    }

    /// Pieces of a text.
    pub(super) async fn write(&mut self, id: &str, pieces: &[&str]) {
        for piece in pieces {
            let head = format!("Path: text.piece\r\nX-RequestId: {id}\r\nContent-Type: text/plain");
            self.send(Message::Text(format!("{head}\r\n\r\n{piece}").into())).await;
        }
    }

    /// A whole text in pieces is asked for: audio alone, as samples.
    pub(super) async fn dictate(&mut self, id: &str, voice: &str, pieces: &[&str]) {
        self.say("synthesis.context", id, &streaming(voice, json!({}), &[]).to_string()).await;
        self.write(id, pieces).await;
        self.say("text.end", id, "").await;
    }

    /// Waits until the server has heard everything so far. What it has said until then is not heard.
    pub(super) async fn is_heard(&mut self) {
        self.send(Message::Ping("heard?".into())).await;
        let is_answer = |message: &Message| *message == Message::Pong("heard?".into());
        while !is_answer(&timeout(LONG, self.socket.next()).await.expect("nothing is said").unwrap().unwrap())
        {
        }
    }

    /// The next message, or how the socket was closed.
    pub(super) async fn hear(&mut self) -> Result<Heard, (u16, String)> {
        loop {
            match timeout(LONG, self.socket.next()).await.expect("nothing is said") {
                Some(Ok(Message::Text(text))) => {
                    // As the SDK for JavaScript does: what is behind a second empty line is lost.
                    let mut parts = text.split("\r\n\r\n");
                    let (head, body) = (parts.next().unwrap(), parts.next().unwrap());
                    assert_eq!(parts.next(), None, "{text:?}");
                    return Ok(Heard::new(head, body.as_bytes().to_vec()));
                }
                Some(Ok(Message::Binary(bytes))) => {
                    let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
                    let (head, body) = bytes[2..].split_at(length);
                    return Ok(Heard::new(std::str::from_utf8(head).unwrap(), body.to_vec()));
                }
                Some(Ok(Message::Close(Some(close)))) => {
                    // Until it has our answer, the server has not closed.
                    while let Some(Ok(_)) = timeout(LONG, self.socket.next()).await.expect("is not closed") {}
                    return Err((close.code.into(), close.reason.to_string()));
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Err((1006, String::new())),
                Some(Ok(_)) => {}
            }
        }
    }

    /// Everything until the turn is over or the socket is closed.
    pub(super) async fn turn(&mut self) -> Turn {
        let mut turn = Turn::default();
        loop {
            let heard = match self.hear().await {
                Ok(heard) => heard,
                Err(close) => {
                    turn.close = Some(close);
                    return turn;
                }
            };
            turn.take(&heard);
            if heard.path == "turn.end" {
                return turn;
            }
        }
    }

    /// How the socket was closed.
    pub(super) async fn closed(&mut self) -> (u16, String) {
        self.turn().await.close.expect("is not closed")
    }
}

impl Heard {
    fn new(head: &str, body: Vec<u8>) -> Self {
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.trim().to_lowercase(), value.trim().to_owned())
        };
        let headers: BTreeMap<_, _> =
            head.split("\r\n").filter(|line| !line.is_empty()).map(header).collect();
        Self { path: headers["path"].clone(), headers, body }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Turn {
    /// One message more.
    pub(super) fn take(&mut self, heard: &Heard) {
        if self.paths.last() != Some(&heard.path) {
            self.paths.push(heard.path.clone());
        }
        self.ids.push(heard.headers["x-requestid"].clone());
        match heard.path.as_str() {
            "audio" => self.audio.extend(&heard.body),
            "audio.metadata" => self.metadata.extend(heard.json()["Metadata"].as_array().unwrap().clone()),
            "turn.end" => self.end = heard.json(),
            _ => {}
        }
    }

    /// A line for each event.
    pub(super) fn show(&self) -> String {
        let show = |event: &Value| {
            let data = &event["Data"];
            let what = [
                &data["text"]["BoundaryType"],
                &data["text"]["Text"],
                &data["text"]["Length"],
                &data["VisemeId"],
                &data["Bookmark"],
            ];
            let what: Vec<_> =
                what.iter().filter(|value| !value.is_null()).map(ToString::to_string).collect();
            let duration = data["Duration"].as_u64().map(|ticks| format!("+{ticks}")).unwrap_or_default();
            format!("{} {}{duration} {}", event["Type"].as_str().unwrap(), data["Offset"], what.join(" "))
        };
        self.metadata.iter().map(|event| show(event).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }
}
