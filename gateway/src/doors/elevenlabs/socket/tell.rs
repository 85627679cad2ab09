//! What the client is told.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, close_code};
use futures::stream::{BoxStream, SelectAll, SplitSink, StreamExt as _};
use speech::Origin;
use tokio::sync::mpsc;

use crate::doors::sockets::{Gone, Patient};
use crate::fault::Fault;

/// A message to the client.
pub(super) struct Frame {
    pub(super) json: String,
    /// It is the last, and this is why.
    pub(super) closes: Option<Close>,
}

/// How a socket ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    reason: &'static str,
}

impl Close {
    /// Everything was said.
    pub(super) const DONE: Self = Self { code: close_code::NORMAL, reason: "everything was said" };
    /// The server is about to stop.
    pub(super) const AWAY: Self = Self { code: close_code::AWAY, reason: "the server stops" };
    /// The client did not do what it must.
    pub(super) const REFUSED: Self = Self { code: close_code::POLICY, reason: "see the last message" };

    /// Because of a fault.
    pub(super) fn after(fault: &Fault) -> Self {
        let code = match fault {
            Fault::BodyTooLarge { .. } => close_code::SIZE,
            fault if fault.kind().origin() == Origin::Client => close_code::POLICY,
            _ => close_code::ERROR,
        };
        Self { code, ..Self::REFUSED }
    }
}

/// What the listener wants to be told.
pub(super) enum Order {
    /// A speech, as it comes.
    Speak(BoxStream<'static, Frame>),
    /// A message.
    Say(Frame),
    /// All that is being spoken, and then the end.
    Finish(Close),
}

/// Tells what is ordered until the socket is closed. One message is made when the one before has left.
pub(super) async fn tell(
    sink: SplitSink<WebSocket, Message>,
    mut orders: mpsc::Receiver<Order>,
    patience: Duration,
) -> Result<(), Gone> {
    let mut sink = Patient { sink, patience };
    let mut spoken = SelectAll::new();
    let mut end = None;
    loop {
        let frame = tokio::select! {
            biased;
            order = orders.recv(), if end.is_none() => match order {
                None => return Err(Gone),
                Some(Order::Say(frame)) => frame,
                Some(Order::Speak(speech)) => {
                    spoken.push(speech);
                    continue;
                }
                Some(Order::Finish(close)) => {
                    end = Some(close);
                    continue;
                }
            },
            Some(frame) = spoken.next() => frame,
            else => match end {
                Some(Close { code, reason }) => return sink.close(code, reason).await,
                None => return Err(Gone),
            },
        };
        sink.send(Message::Text(frame.json.into())).await?;
        if let Some(Close { code, reason }) = frame.closes {
            return sink.close(code, reason).await;
        }
    }
}
