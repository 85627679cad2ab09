//! A line to whoever speaks: an HTTP connection or a WebSocket, kept from text to text.

use std::net::SocketAddr;

use tokio::time::Instant;

use super::Times;
use super::connection::Connection;
use super::door::{Door, Post, Way};
use super::framing::audio_ms;
use super::stream_input::StreamInput;
use super::usp::Usp;
use crate::Result;

pub(super) enum Line {
    Http { connection: Connection, path: &'static str, post: Post },
    StreamInput(Box<StreamInput>),
    Usp(Box<Usp>),
}

impl Line {
    pub(super) async fn open(door: &'static Door, address: SocketAddr) -> Result<Self> {
        let path = door.path;
        Ok(match door.way {
            Way::Http(post) => Self::Http { connection: Connection::open(address).await?, path, post },
            Way::StreamInput => Self::StreamInput(Box::new(StreamInput::open(address, path).await?)),
            Way::Usp { words } => Self::Usp(Box::new(Usp::open(address, path, words).await?)),
        })
    }

    /// Has a text spoken.
    pub(super) async fn speak(&mut self, text: &str) -> Result<Times> {
        match self {
            Self::StreamInput(socket) => socket.speak(text).await,
            Self::Usp(socket) => socket.speak(text).await,
            Self::Http { connection, path, post } => {
                let body = (post.body)(text);
                let (mut begun, mut first_audio) = (Vec::new(), None);
                let start = Instant::now();
                let milliseconds = || start.elapsed().as_secs_f64() * 1000.0;
                let heard = |piece: bytes::Bytes| {
                    if first_audio.is_none() {
                        begun.extend_from_slice(&piece);
                        first_audio = post.framing.has_audio(&begun).then(milliseconds);
                    }
                };
                connection.post(path, post.headers, body, heard).await?;
                Ok(Times { first_audio: first_audio.ok_or("an answer had no audio")?, end: milliseconds() })
            }
        }
    }

    /// Milliseconds of audio that a text gets.
    pub(super) async fn audio_ms(&mut self, text: &str) -> Result<usize> {
        match self {
            Self::StreamInput(socket) => {
                socket.speak(text).await?;
                Ok(audio_ms(socket.whole()))
            }
            Self::Usp(socket) => {
                socket.speak(text).await?;
                Ok(audio_ms(socket.bytes()))
            }
            Self::Http { connection, path, post } => {
                let mut answer = Vec::new();
                let heard = |piece: bytes::Bytes| answer.extend_from_slice(&piece);
                connection.post(path, post.headers, (post.body)(text), heard).await?;
                post.framing.audio_ms(&answer)
            }
        }
    }
}
