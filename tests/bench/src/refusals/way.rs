//! The ways into the gateway.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::Data;

use super::answer::Answer;
use super::socket;
use crate::Result;
use crate::doors::{Connection, ssml};

/// After so long without an answer there will be none.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a document comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In the body of a request.
    Post,
    /// On the WebSocket in a text frame, as the SDKs send it, though the bytes may be no text.
    TextFrame,
    /// On the WebSocket in a binary frame.
    BinaryFrame,
}

/// All of them.
pub const WAYS: [Way; 3] = [Way::Post, Way::TextFrame, Way::BinaryFrame];

impl Way {
    /// Sends a document over a connection of its own.
    ///
    /// # Errors
    /// There is nobody to connect to, or no answer.
    pub(super) async fn send(self, gateway: SocketAddr, document: Bytes) -> Result<Answer> {
        let answer = async {
            match self {
                Self::Post => post(gateway, document).await,
                Self::TextFrame => socket::send(gateway, Data::Text, &document).await,
                Self::BinaryFrame => socket::send(gateway, Data::Binary, &document).await,
            }
        };
        timeout(PATIENCE, answer).await.map_err(|_| format!("a document is not answered ({self})"))?
    }
}

async fn post(gateway: SocketAddr, document: Bytes) -> Result<Answer> {
    let mut connection = Connection::open(gateway).await?;
    let status = connection.status(ssml::SPEECH, ssml::HEADERS, document).await;
    Ok(status.map_or(Answer::Dropped, |status| Answer::Status(status.as_u16())))
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Post => "REST",
            Self::TextFrame => "socket, text frame",
            Self::BinaryFrame => "socket, binary frame",
        })
    }
}
