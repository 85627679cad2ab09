//! What a client says.

use std::future::pending;

use axum::extract::ws::Message;
use futures::{Stream, StreamExt as _};
use speech::SpeechError;
use tokio_tungstenite::tungstenite;

use crate::fault::Fault;

/// The messages of a client.
pub(in crate::doors) struct Incoming<S> {
    stream: S,
    /// Bytes of the longest that is read.
    limit: usize,
    /// Nothing more can be read, nor whether the client has gone.
    is_deaf: bool,
}

impl<S: Stream<Item = Result<Message, axum::Error>> + Unpin> Incoming<S> {
    /// Those of a socket that is opened with that limit.
    pub(in crate::doors) fn new(stream: S, limit: usize) -> Self {
        Self { stream, limit, is_deaf: false }
    }

    /// The next text, or bytes; none when the client has gone. Behind what cannot be read nothing comes, not even that.
    ///
    /// # Errors
    /// A message is longer than any that is read, or a text that is not UTF-8.
    pub(in crate::doors) async fn next(&mut self) -> Option<Result<Message, Fault>> {
        if self.is_deaf {
            return pending().await;
        }
        loop {
            match self.stream.next().await? {
                // To be asked for more is what sends the answer to a ping or a close.
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) => {}
                Ok(message) => return Some(Ok(message)),
                Err(error) => {
                    let fault = self.unread(error);
                    self.is_deaf = fault.is_some();
                    return fault.map(Err);
                }
            }
        }
    }

    /// Until the client has gone.
    pub(in crate::doors) async fn rest(&mut self) {
        while self.next().await.is_some() {}
    }

    /// What is wrong with a message that could not be read; none where it is the connection that has failed.
    fn unread(&self, error: axum::Error) -> Option<Fault> {
        match *error.into_inner().downcast::<tungstenite::Error>().ok()? {
            tungstenite::Error::Capacity(_) => Some(Fault::BodyTooLarge { limit: self.limit }),
            tungstenite::Error::Utf8(_) => {
                let message = "A text message is not in UTF-8.";
                Some(SpeechError::new(speech::ErrorKind::InvalidText, message).into())
            }
            _ => None,
        }
    }
}
