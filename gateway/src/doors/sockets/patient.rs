//! The way to a client who may have gone.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use futures::{Sink, SinkExt as _};

/// The client has gone, or reads no more.
#[derive(Debug)]
pub(in crate::doors) struct Gone;

/// Sends messages to a client. One who reads nothing for so long has gone.
pub(in crate::doors) struct Patient<S> {
    pub(in crate::doors) sink: S,
    pub(in crate::doors) patience: Duration,
}

impl<S: Sink<Message> + Unpin> Patient<S> {
    pub(in crate::doors) async fn send(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(self.patience, self.sink.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    pub(in crate::doors) async fn close(
        &mut self,
        code: u16,
        reason: impl Into<Utf8Bytes>,
    ) -> Result<(), Gone> {
        self.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await
    }
}
