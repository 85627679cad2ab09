//! ElevenLabs' `stream-input`: one socket, on which text after text is flushed.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::SinkExt;
use http::header::HeaderName;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::Times;
use super::socket::{self, Socket};
use crate::Result;

/// After so long without a message the audio of a text has come whole.
const QUIET: Duration = Duration::from_millis(500);

pub(super) struct StreamInput {
    socket: Socket,
    /// Bytes of audio that the text has, once it has been spoken for the first time.
    whole: Option<usize>,
}

impl StreamInput {
    pub(super) async fn open(address: SocketAddr, path: &str) -> Result<Self> {
        let socket = socket::open(address, path, HeaderName::from_static("xi-api-key")).await?;
        let mut stream_input = Self { socket, whole: None };
        stream_input.send(json!({"text": " "})).await?;
        Ok(stream_input)
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
        Ok(self.socket.send(Message::Text(message.to_string().into())).await?)
    }

    /// Bytes of the next audio.
    async fn audio(&mut self) -> Result<usize> {
        loop {
            let Message::Text(text) = socket::hear(&mut self.socket).await? else { continue };
            let message: Value = serde_json::from_str(&text)?;
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
