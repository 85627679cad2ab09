//! A WebSocket that is read as fast as it comes, whatever the session is at: what has arrived is billed.

use axum::extract::ws::{Message as Frame, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::truth::{Bill, Entry};

/// An open socket. Dropping it closes the connection.
pub(super) struct Wire {
    sink: SplitSink<WebSocket, Frame>,
    arrived: UnboundedReceiver<Result<Frame, axum::Error>>,
    reader: JoinHandle<()>,
}

impl Wire {
    /// `credits` is what a character of its text costs.
    pub(super) fn open(socket: WebSocket, entry: &Entry, credits: f64) -> Self {
        let (sink, stream) = socket.split();
        let (tell, arrived) = unbounded_channel();
        let reader = tokio::spawn(read(stream, tell, entry.clone(), credits));
        Self { sink, arrived, reader }
    }

    /// The next message; none once the client is gone.
    pub(super) async fn recv(&mut self) -> Option<Result<Frame, axum::Error>> {
        self.arrived.recv().await
    }

    /// Waits until the client is gone; what it says meanwhile is not lost.
    pub(super) async fn hung_up(&mut self) {
        // It does not end otherwise.
        drop((&mut self.reader).await);
    }

    /// Reads, and heeds nothing, until the client is gone.
    pub(super) async fn hear_out(&mut self) {
        while let Some(Ok(_)) = self.recv().await {}
    }

    pub(super) async fn send(&mut self, frame: Frame) -> Result<(), axum::Error> {
        self.sink.send(frame).await
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
    entry: Entry,
    credits: f64,
) {
    while let Some(frame) = stream.next().await {
        if let Ok(Frame::Text(text)) = &frame {
            entry.message(text);
            entry.bill(Bill { characters: characters(text), credits, ..Bill::default() });
        }
        if tell.send(frame).is_err() {
            break;
        }
    }
}

/// Characters of the text in a message. The lone space that opens a context, or keeps the socket open, is none.
fn characters(message: &str) -> usize {
    let message: Value = serde_json::from_str(message).unwrap_or_default();
    let inputs = message["inputs"].as_array().into_iter().flatten();
    let texts = inputs.chain([&message]).filter_map(|place| place["text"].as_str());
    texts.filter(|text| *text != " ").map(|text| text.chars().count()).sum()
}
