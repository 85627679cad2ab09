//! ElevenLabs' `stream-input`: one socket, on which text after text is flushed.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::Times;
use super::connection::KEY;
use crate::Result;

/// After so long without a message the audio of a text has come whole.
const QUIET: Duration = Duration::from_millis(500);

pub(super) struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// Bytes of audio that the text has, once it has been spoken for the first time.
    whole: Option<usize>,
}

impl Socket {
    pub(super) async fn open(address: SocketAddr, path: &str) -> Result<Self> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        request.headers_mut().insert("xi-api-key", KEY.parse()?);
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let (stream, _) = client_async(request, tcp).await?;
        let mut socket = Self { stream, whole: None };
        socket.send(json!({"text": " "})).await?;
        Ok(socket)
    }

    /// Has the same text spoken again, and tells its audio message by message.
    pub(super) async fn speak(&mut self, text: &str) -> Result<Times> {
        let message = json!({"text": format!("{text} "), "flush": true});
        let start = Instant::now();
        self.send(message).await?;
        let (mut bytes, mut first_audio, mut end) = (0, None, 0.0);
        while self.whole.is_none_or(|whole| bytes < whole) {
            let audio = match timeout(QUIET, self.audio()).await {
                Ok(audio) => audio?,
                Err(_) if self.whole.is_none() => break,
                Err(_) => return Err(format!("a text had {bytes} bytes of audio, fewer than before").into()),
            };
            bytes += audio;
            end = start.elapsed().as_secs_f64() * 1000.0;
            first_audio.get_or_insert(end);
        }
        self.whole = Some(bytes);
        Ok(Times { first_audio: first_audio.ok_or("a text had no audio")?, end })
    }

    /// Bytes of audio in each text.
    pub(super) fn whole(&self) -> usize {
        self.whole.unwrap_or_default()
    }

    async fn send(&mut self, message: Value) -> Result<()> {
        Ok(self.stream.send(Message::Text(message.to_string().into())).await?)
    }

    /// Bytes of the next audio.
    async fn audio(&mut self) -> Result<usize> {
        loop {
            let message = match self.stream.next().await.ok_or("the socket was closed")?? {
                Message::Text(text) => serde_json::from_str::<Value>(&text)?,
                Message::Close(frame) => return Err(format!("the socket was closed: {frame:?}").into()),
                _ => continue,
            };
            if let Some(error) = message["error"].as_str() {
                return Err(error.into());
            }
            let audio = BASE64_STANDARD.decode(message["audio"].as_str().unwrap_or_default())?;
            if !audio.is_empty() {
                return Ok(audio.len());
            }
        }
    }
}
