//! Azure's WebSocket: one socket, and on it a turn for each text.

use std::net::SocketAddr;

use futures::SinkExt;
use http::header::HeaderName;
use serde_json::json;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use super::socket::{self, Socket};
use super::{Times, ssml};
use crate::Result;

/// Where a socket has its key.
pub(crate) const KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

pub(super) struct Usp {
    socket: Socket,
    /// Whether each turn is to tell when each word is spoken.
    words: bool,
    turns: u64,
    bytes: usize,
}

impl Usp {
    pub(super) async fn open(address: SocketAddr, path: &str, words: bool) -> Result<Self> {
        let mut usp = Self { socket: socket::open(address, path, KEY).await?, words, turns: 0, bytes: 0 };
        usp.send(config(&usp.id())).await?;
        Ok(usp)
    }

    /// Has a text spoken in a turn of its own.
    pub(super) async fn speak(&mut self, text: &str) -> Result<Times> {
        self.turns += 1;
        let id = self.id();
        let context = context(&id, self.words);
        let document = message("ssml", &id, "application/ssml+xml", &ssml::document(text));
        self.bytes = 0;
        let mut first_audio = None;
        let start = Instant::now();
        let milliseconds = || start.elapsed().as_secs_f64() * 1000.0;
        self.send(context).await?;
        self.send(document).await?;
        loop {
            match socket::hear(&mut self.socket).await? {
                Message::Binary(frame) => {
                    let audio = payload(&frame).ok_or("a frame was cut short")?;
                    if !audio.is_empty() {
                        first_audio.get_or_insert_with(milliseconds);
                        self.bytes += audio.len();
                    }
                }
                Message::Text(text) if is_end(&text) => break,
                _ => {}
            }
        }
        Ok(Times { first_audio: first_audio.ok_or("a turn had no audio")?, end: milliseconds() })
    }

    /// Bytes of audio that the last text had.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn id(&self) -> String {
        format!("{:032x}", self.turns)
    }

    async fn send(&mut self, message: Message) -> Result<()> {
        Ok(self.socket.send(message).await?)
    }
}

/// Which SDK asks.
pub(crate) fn config(id: &str) -> Message {
    let config = json!({"context": {"system": {"name": "SpeechSDK", "version": "1.53.0"}}});
    message("speech.config", id, "application/json", &config.to_string())
}

/// What a turn asks for: the format, and what is to be told beside the audio.
pub(crate) fn context(id: &str, words: bool) -> Message {
    let told = json!({"wordBoundaryEnabled": words, "sessionEndEnabled": true});
    let audio = json!({"metadataOptions": told, "outputFormat": ssml::FORMAT});
    let context = json!({"synthesis": {"audio": audio}});
    message("synthesis.context", id, "application/json", &context.to_string())
}

/// Headers, an empty line, a body.
fn message(path: &str, id: &str, media_type: &str, body: &str) -> Message {
    Message::Text(
        format!("Path: {path}\r\nX-RequestId: {id}\r\nContent-Type: {media_type}\r\n\r\n{body}").into(),
    )
}

/// What is behind the headers of a binary frame, which begins with their length in two bytes, the greater first.
fn payload(frame: &[u8]) -> Option<&[u8]> {
    let (length, rest) = frame.split_first_chunk()?;
    rest.get(u16::from_be_bytes(*length).into()..)
}

/// Whether a text frame ends a turn. Some write a space behind the colon.
pub(crate) fn is_end(frame: &str) -> bool {
    let mut lines = frame.lines().take_while(|line| !line.is_empty());
    lines.any(|line| {
        line.split_once(':').is_some_and(|(name, value)| name == "Path" && value.trim() == "turn.end")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_what_is_behind_the_headers() {
        assert_eq!(payload(b"\0\x0cPath:audio\r\nabc"), Some(&b"abc"[..]));
        assert_eq!(payload(b"\0\x0cPath:audio\r\n"), Some(&b""[..]));
        assert_eq!(payload(b"\0\x0dPath:audio\r\n"), None);
        assert_eq!(payload(b"\0"), None);
    }

    #[test]
    fn a_turn_ends_with_a_message_of_that_path() {
        assert!(is_end("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}"));
        assert!(is_end("Path: turn.end\r\nX-RequestId: 1\r\n\r\n{}"));
        assert!(!is_end("Path:turn.start\r\n\r\n{\"tag\":\r\nPath:turn.end}"));
        assert!(!is_end("Path:response\r\n\r\nPath:turn.end"));
    }
}
