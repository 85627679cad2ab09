//! What the client is told.

use std::time::Duration;

use axum::extract::ws::{Message, close_code};
use engine::{Engine, break_off};
use futures::Sink;
use speech::ErrorKind;
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

/// The orders that wait. What is left of them at the end is not told: because of the fault that has closed the socket, or
/// since the client has gone.
pub(super) struct Orders {
    waiting: mpsc::Receiver<Order>,
    fault: Option<ErrorKind>,
}

impl Orders {
    pub(super) fn new(waiting: mpsc::Receiver<Order>) -> Self {
        Self { waiting, fault: None }
    }
}

impl Drop for Orders {
    fn drop(&mut self) {
        let Some(kind) = self.fault else { return };
        while let Ok(order) = self.waiting.try_recv() {
            break_off(order, kind);
        }
    }
}

/// Tells what is ordered, one after the other, until the socket is closed. A turn that fails closes it.
pub(super) async fn tell(
    sink: impl Sink<Message> + Unpin,
    orders: &mut Orders,
    engine: Engine,
    patience: Duration,
) -> Result<(), Gone> {
    let mut sink = Patient { sink, patience };
    loop {
        let Close { code, reason } = match orders.waiting.recv().await.ok_or(Gone)? {
            Order::Close(close) => close,
            Order::Speak(turn) => match turn.speak(&engine, &mut sink).await {
                Ok(()) => continue,
                Err(Broken::Gone) => return Err(Gone),
                Err(Broken::Failed(fault)) => {
                    orders.fault = Some(fault.kind());
                    Close::after(&fault)
                }
            },
        };
        return sink.close(code, reason).await;
    }
}
