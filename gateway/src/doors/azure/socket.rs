//! The WebSocket: one document after the other is spoken, and what is passed in it is told beside the audio. A text in pieces is
//! spoken like a document, while it is written.
//!
//! As at ElevenLabs' sockets two futures in one task: one listens, the other tells, and owns what is being spoken. Whoever
//! hangs up ends both. A document that comes while another is spoken waits for its turn.

mod listen;
mod pieces;
mod tell;
mod turn;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, State};
use futures::StreamExt as _;
use http::request::Parts;
use language::ssml::MOST_BYTES;
use speech::SpeechError;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use self::listen::{Listener, MOST_TURNS, refuse};
use self::tell::Orders;
use super::asked::Asked;
use super::{Unwelcome, reads_no_status};
use crate::doors::Rooms;
use crate::doors::sockets::{Entry, Incoming, LINGER, Seat, SpeechIds, longest_message, until_cut};
use crate::fault::Fault;
use crate::server::Kept;
use crate::stack::{Client, Request, RequestId, Response};

/// The name of the protocol, which Microsoft's SDK for Python asks for.
const PROTOCOL: &str = "USP";

/// Bytes of a message of who is about to be refused: what a stranger can have us hold.
const STRANGERS_BYTES: usize = 2 * MOST_BYTES;

/// Who has come in.
enum Visitor {
    /// A client, and what holds for all that it has spoken.
    Welcome(Seat, Asked),
    /// Somebody who is told so on the socket, and has one of the few places for those.
    Refused(Fault, Entry),
}

/// A socket that is about to be opened.
struct Socket {
    rooms: Rooms,
    visitor: Visitor,
    ids: SpeechIds,
    /// Who asks, if that is known.
    client: Option<Client>,
    /// Bytes of the longest message that is read.
    limit: usize,
}

pub(super) async fn open(State(rooms): State<Rooms>, request: Request) -> Result<Response, Fault> {
    let (mut parts, _) = request.into_parts();
    let upgrade =
        WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(|_| Fault::NoUpgrade)?;
    let known = &parts.extensions;
    // Both were put there on the way; a request without them came round it.
    let (Some(RequestId(id)), Some(kept)) = (known.get().cloned(), known.get::<Kept>().cloned()) else {
        return Err(SpeechError::internal("an upgrade without id or connection").into());
    };
    let client = known.get::<Client>().cloned();
    let visitor = match enter(&rooms, &parts) {
        Err(fault) if reads_no_status(&parts.headers) => Visitor::Refused(fault, rooms.seats.enter(None)?),
        visitor => visitor?,
    };
    let limit = match visitor {
        Visitor::Welcome(..) => longest_message(&rooms.config),
        Visitor::Refused(..) => STRANGERS_BYTES,
    };
    let socket = Socket { ids: SpeechIds::new(id, rooms.ids.clone()), rooms, visitor, client, limit };
    let span = tracing::Span::current();
    let running = move |stream: WebSocket| {
        async move { until_cut(&kept.cut, socket.run(stream, &kept)).await }.instrument(span)
    };
    Ok(upgrade.protocols([PROTOCOL]).max_message_size(limit).max_frame_size(limit).on_upgrade(running))
}

/// Lets a client in.
fn enter(rooms: &Rooms, parts: &Parts) -> Result<Visitor, Fault> {
    if let Some(Unwelcome(fault)) = parts.extensions.get() {
        return Err(fault.clone());
    }
    rooms.seats.refuse_foreign_page(&rooms.config, &parts.headers)?;
    let asked = Asked::read(rooms, parts)?;
    let seat = rooms.seats.take(asked.client.clone())?;
    Ok(Visitor::Welcome(seat, asked))
}

impl Socket {
    async fn run(self, stream: WebSocket, kept: &Kept) {
        let Self { rooms, visitor, ids, client, limit } = self;
        let (sink, stream) = stream.split();
        let (orders, taken) = mpsc::channel(MOST_TURNS + 1);
        let mut taken = Orders::new(taken);
        let telling = tell::tell(sink, &mut taken, rooms.engine.clone(), rooms.config.stall_timeout());
        let draining = kept.draining.clone();
        let listening = async {
            let mut incoming = Incoming::new(stream, limit);
            match visitor {
                Visitor::Welcome(_seat, asked) => {
                    let listener = Listener::new(rooms, asked, ids, orders.clone());
                    listener.listen(&mut incoming, draining).await;
                    // Who is told to go keeps the seat until it has gone.
                    incoming.rest().await;
                }
                Visitor::Refused(fault, _place) => {
                    refuse(&rooms, fault, client, ids, &mut incoming, &orders, draining).await;
                    incoming.rest().await;
                }
            }
        };
        tokio::pin!(telling, listening);
        tokio::select! {
            told = &mut telling => {
                // To close before the client's last words are read would reset the connection, and ours be lost.
                if told.is_ok() {
                    let _ = tokio::time::timeout(LINGER, listening).await;
                }
            }
            () = &mut listening => {}
        }
    }
}
