//! A WebSocket and the little that a test wants of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{SinkExt as _, StreamExt as _};
use http::HeaderValue;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::server::Server;

/// What none of these tests needs to wait for.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// An open socket.
pub(crate) struct Talk<S = TcpStream>(pub(super) WebSocketStream<S>);

/// What is left to hear once nothing more is said.
pub(crate) struct Rest {
    pub(crate) frames: Vec<Value>,
    /// That of the close; 1006 where the socket broke.
    pub(crate) code: u16,
}

/// Opens a socket with these headers; otherwise the status and the body of the refusal.
pub(crate) async fn open(
    server: &Server,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Talk, (u16, Value)> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let url = format!("ws://{}{path}", server.address);
    open_on(stream, &url, headers).await
}

/// The same on any connection.
pub(crate) async fn open_on<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    url: &str,
    headers: &[(&'static str, &str)],
) -> Result<Talk<S>, (u16, Value)> {
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((socket, _)) => Ok(Talk(socket)),
        Err(Error::Http(refusal)) => {
            let body = refusal.body().as_deref().unwrap_or_default();
            Err((refusal.status().as_u16(), serde_json::from_slice(body).unwrap()))
        }
        Err(error) => panic!("{error}"),
    }
}

/// A socket for one text of that voice, as 24 kHz PCM.
pub(crate) async fn single(server: &Server, voice: &str) -> Talk {
    single_with(server, voice, "").await
}

/// The same with more in its query.
pub(crate) async fn single_with(server: &Server, voice: &str, query: &str) -> Talk {
    let path = format!("/v1/text-to-speech/{voice}/stream-input?output_format=pcm_24000{query}");
    open(server, &path, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// A socket for several texts of that voice, as 24 kHz PCM.
pub(crate) async fn multi(server: &Server, voice: &str, query: &str) -> Talk {
    let path = format!("/v1/text-to-speech/{voice}/multi-stream-input?output_format=pcm_24000{query}");
    open(server, &path, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::Text(message.to_string().into())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next message; none when the socket is closed.
    pub(crate) async fn hear(&mut self) -> Option<Value> {
        loop {
            match timeout(LONG, self.0.next()).await.expect("nothing is said") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Everything until the socket is closed.
    pub(crate) async fn rest(mut self) -> Rest {
        let mut frames = Vec::new();
        loop {
            match timeout(LONG, self.0.next()).await.expect("nothing is said") {
                Some(Ok(Message::Text(text))) => frames.push(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(close)))) => {
                    // Until it has our answer, the server has not closed.
                    while let Some(Ok(_)) = timeout(LONG, self.0.next()).await.expect("is not closed") {}
                    return Rest { frames, code: close.code.into() };
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Rest { frames, code: 1006 },
                Some(Ok(_)) => {}
            }
        }
    }
}

impl Rest {
    /// All audio, joined.
    pub(crate) fn audio(&self) -> Vec<u8> {
        self.frames.iter().flat_map(audio).collect()
    }

    /// The characters of every message with audio, joined by `|`.
    pub(crate) fn characters(&self) -> String {
        let of = |frame: &Value| {
            let characters = frame["alignment"]["chars"].as_array()?.iter();
            Some(characters.map(|character| character.as_str().unwrap()).collect::<String>())
        };
        self.frames.iter().filter_map(of).collect::<Vec<_>>().join("|")
    }
}

/// The audio of a message.
pub(crate) fn audio(frame: &Value) -> Vec<u8> {
    frame["audio"].as_str().map(|audio| STANDARD.decode(audio).unwrap()).unwrap_or_default()
}

/// What the backend was given to say, joined.
pub(crate) fn said(server: &Server) -> Vec<String> {
    let utterances = server.work.utterances.lock().unwrap();
    utterances.iter().map(|utterance| utterance.graph.text().as_str().to_owned()).collect()
}
