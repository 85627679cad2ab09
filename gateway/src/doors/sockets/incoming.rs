//! What a client says.

use std::future::pending;

use axum::extract::ws::Message;
use futures::{Stream, StreamExt as _};
use tokio_tungstenite::tungstenite;

/// The messages of a client.
pub(in crate::doors) struct Incoming<S> {
    stream: S,
    /// Bytes of the longest that is read.
    limit: usize,
    /// Nothing more can be read, nor whether the client has gone.
    is_deaf: bool,
}

/// A message is longer than any that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::doors) struct TooLong {
    /// Bytes of the longest.
    pub(in crate::doors) limit: usize,
}

impl<S: Stream<Item = Result<Message, axum::Error>> + Unpin> Incoming<S> {
    /// Those of a socket that is opened with that limit.
    pub(in crate::doors) fn new(stream: S, limit: usize) -> Self {
        Self { stream, limit, is_deaf: false }
    }

    /// The next text, or bytes; none when the client has gone. Behind a message that is too long nothing comes, not even that.
    pub(in crate::doors) async fn next(&mut self) -> Option<Result<Message, TooLong>> {
        if self.is_deaf {
            return pending().await;
        }
        loop {
            match self.stream.next().await? {
                // To be asked for more is what sends the answer to a ping or a close.
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) => {}
                Ok(message) => return Some(Ok(message)),
                Err(error) => {
                    self.is_deaf = is_too_long(error);
                    return self.is_deaf.then_some(Err(TooLong { limit: self.limit }));
                }
            }
        }
    }

    /// Until the client has gone.
    pub(in crate::doors) async fn rest(&mut self) {
        while self.next().await.is_some() {}
    }
}

fn is_too_long(error: axum::Error) -> bool {
    let error = error.into_inner().downcast::<tungstenite::Error>();
    error.is_ok_and(|error| matches!(*error, tungstenite::Error::Capacity(_)))
}
