//! A WebSocket that is read as fast as it comes, whatever the session is at: what has arrived is billed.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a client may take to answer a close.
const GOODBYE: Duration = Duration::from_secs(5);

/// An open socket. Dropping it closes the connection.
pub(crate) struct Wire {
    sink: SplitSink<WebSocket, Frame>,
    arrived: UnboundedReceiver<Result<Frame, axum::Error>>,
    reader: JoinHandle<()>,
}

impl Wire {
    /// `hear` is told every text at the moment when it arrives.
    pub(crate) fn open(socket: WebSocket, hear: impl FnMut(&str) + Send + 'static) -> Self {
        let (sink, stream) = socket.split();
        let (tell, arrived) = unbounded_channel();
        let reader = tokio::spawn(read(stream, tell, hear));
        Self { sink, arrived, reader }
    }

    /// The next message; none once the client is gone.
    pub(crate) async fn recv(&mut self) -> Option<Result<Frame, axum::Error>> {
        self.arrived.recv().await
    }

    /// Waits until the client is gone; what it says meanwhile is not lost.
    pub(crate) async fn hung_up(&mut self) {
        // It does not end otherwise.
        drop((&mut self.reader).await);
    }

    /// Reads, and heeds nothing, until the client is gone.
    pub(crate) async fn hear_out(&mut self) {
        while let Some(Ok(_)) = self.recv().await {}
    }

    pub(crate) async fn send(&mut self, frame: Frame) -> Result<(), axum::Error> {
        self.sink.send(frame).await
    }

    /// Says goodbye, and reads until the client has done so too.
    pub(crate) async fn close(&mut self, code: u16, reason: &str) {
        /// A close frame holds 125 bytes, two of them the code.
        const LONGEST_REASON: usize = 123;
        let end = reason.floor_char_boundary(LONGEST_REASON);
        let frame = CloseFrame { code, reason: reason[..end].into() };
        if self.send(Frame::Close(Some(frame))).await.is_ok() {
            // A client that never answers loses nothing by it.
            drop(timeout(GOODBYE, self.hear_out()).await);
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(
    mut stream: SplitStream<WebSocket>,
    tell: UnboundedSender<Result<Frame, axum::Error>>,
    mut hear: impl FnMut(&str),
) {
    while let Some(frame) = stream.next().await {
        if let Ok(Frame::Text(text)) = &frame {
            hear(text);
        }
        if tell.send(frame).is_err() {
            break;
        }
    }
}
