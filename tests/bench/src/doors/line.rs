//! A line to whoever speaks: an HTTP connection or a WebSocket, kept from text to text.

use std::net::SocketAddr;

use tokio::time::Instant;

use super::connection::Connection;
use super::door::{self, Door, Way};
use super::socket::Socket;
use super::{Times, framing::Framing};
use crate::Result;

pub(super) enum Line {
    Http {
        connection: Connection,
        door: &'static Door,
        framing: Framing,
        body: fn(&str) -> serde_json::Value,
    },
    Socket(Box<Socket>),
}

impl Line {
    pub(super) async fn open(door: &'static Door, address: SocketAddr) -> Result<Self> {
        Ok(match door.way {
            Way::Http { framing, body } => {
                Self::Http { connection: Connection::open(address).await?, door, framing, body }
            }
            Way::Socket => Self::Socket(Box::new(Socket::open(address, door.path).await?)),
        })
    }

    /// Has a text spoken.
    pub(super) async fn speak(&mut self, text: &str) -> Result<Times> {
        match self {
            Self::Socket(socket) => socket.speak(text).await,
            Self::Http { connection, door, framing, body } => {
                let request = door::bytes(&body(text));
                let (mut begun, mut first_audio) = (Vec::new(), None);
                let start = Instant::now();
                let milliseconds = || start.elapsed().as_secs_f64() * 1000.0;
                let heard = |piece: bytes::Bytes| {
                    if first_audio.is_none() {
                        begun.extend_from_slice(&piece);
                        first_audio = framing.has_audio(&begun).then(milliseconds);
                    }
                };
                connection.post(door.path, request, heard).await?;
                Ok(Times { first_audio: first_audio.ok_or("an answer had no audio")?, end: milliseconds() })
            }
        }
    }

    /// Milliseconds of audio that a text gets.
    pub(super) async fn audio_ms(&mut self, text: &str) -> Result<usize> {
        match self {
            Self::Socket(socket) => {
                socket.speak(text).await?;
                Framing::Bare.audio_ms(&vec![0; socket.whole()])
            }
            Self::Http { connection, door, framing, body } => {
                let mut answer = Vec::new();
                let request = door::bytes(&body(text));
                connection.post(door.path, request, |piece| answer.extend_from_slice(&piece)).await?;
                framing.audio_ms(&answer)
            }
        }
    }
}
