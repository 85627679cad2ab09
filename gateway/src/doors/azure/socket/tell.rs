//! What the client is told.

use std::time::Duration;

use axum::extract::ws::{Message, close_code};
use engine::Engine;
use futures::Sink;
use tokio::sync::mpsc;

use super::turn::{Broken, Turn};
use crate::doors::azure::errors;
use crate::doors::sockets::{Gone, Patient};
use crate::fault::Fault;

/// How a socket ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    code: u16,
    reason: String,
}

impl Close {
    /// Because of a fault.
    pub(super) fn after(fault: &Fault) -> Self {
        let (code, reason) = errors::close(fault);
        Self { code, reason }
    }

    /// The server is about to stop.
    pub(super) fn away() -> Self {
        Self { code: close_code::AWAY, reason: "The server stops.".to_owned() }
    }

    /// Nothing was asked for in a long time.
    pub(super) fn idle() -> Self {
        Self { code: close_code::NORMAL, reason: "Nothing was asked for in a long time.".to_owned() }
    }
}

/// What the listener wants to be told.
pub(super) enum Order {
    /// A turn, from its start to its end.
    Speak(Box<Turn>),
    /// The end, behind what was ordered before.
    Close(Close),
}

/// Tells what is ordered, one after the other, until the socket is closed. A turn that fails closes it.
pub(super) async fn tell(
    sink: impl Sink<Message> + Unpin,
    mut orders: mpsc::Receiver<Order>,
    engine: Engine,
    patience: Duration,
) -> Result<(), Gone> {
    let mut sink = Patient { sink, patience };
    loop {
        let Close { code, reason } = match orders.recv().await.ok_or(Gone)? {
            Order::Close(close) => close,
            Order::Speak(turn) => match turn.speak(&engine, &mut sink).await {
                Ok(()) => continue,
                Err(Broken::Gone) => return Err(Gone),
                Err(Broken::Failed(fault)) => Close::after(&fault),
            },
        };
        return sink.close(code, reason).await;
    }
}
