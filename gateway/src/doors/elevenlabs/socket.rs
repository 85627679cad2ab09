//! The WebSockets: a text that is still being written is spoken as it comes.
//!
//! A socket is two futures in one task. One listens, and feeds each context's words to the engine; the other tells,
//! and owns what is being spoken. Whoever hangs up ends both, and with them everything that was being spoken.
//!
//! `try_trigger_generation` and `chunk_length_schedule` change nothing for our own voices: a sentence is spoken as
//! soon as it is complete. What else the first message says goes to a backend that speaks ElevenLabs' protocol.

mod alignment;
mod context;
mod listen;
mod manner;
mod speak;
mod tell;

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, State};
use axum::routing::get;
use futures::StreamExt as _;
use speech::{Routing, SpeechError};
use tokio::sync::mpsc;
use tracing::Instrument as _;
use wire::elevenlabs::socket::Dialect;

use self::listen::Listener;
use self::manner::Manner;
use super::named::VoiceName;
use crate::doors::sockets::{Entry, Incoming, LINGER, longest_message, until_cut};
use crate::doors::tags::{self, Tags};
use crate::doors::{Rooms, routing};
use crate::fault::Fault;
use crate::server::Kept;
use crate::stack::{Client, Request, RequestId, Response};

/// What the listener has to say, and the teller has not read yet.
const WAITING_ORDERS: usize = 16;

/// Bytes of a message on a socket that was opened without a key: what a stranger can have us hold.
const STRANGERS_BYTES: usize = 8 * 1024;

/// The routes of the sockets.
pub(super) fn routes() -> Router<Rooms> {
    Router::new()
        .route(
            "/v1/text-to-speech/{voice_id}/stream-input",
            get(async |rooms, VoiceName(voice), request| open(rooms, Dialect::Single, voice, request).await),
        )
        .route(
            "/v1/text-to-speech/{voice_id}/multi-stream-input",
            get(async |rooms, VoiceName(voice), request| open(rooms, Dialect::Multi, voice, request).await),
        )
        .route(
            "/v1/text-to-dialogue/multi-stream-input",
            get(async |rooms, request| open(rooms, Dialect::Dialogue, String::new(), request).await),
        )
}

/// A socket that is about to be opened.
struct Socket {
    rooms: Rooms,
    dialect: Dialect,
    /// Who speaks; of no meaning in a dialogue.
    voice: Arc<str>,
    manner: Manner,
    entry: Entry,
    /// Bytes of the longest message that is read.
    limit: usize,
    tags: Tags,
    routing: Routing,
    /// The id of the upgrade, which is that of its first speech, too.
    id: Arc<str>,
}

async fn open(
    State(rooms): State<Rooms>,
    dialect: Dialect,
    voice: String,
    request: Request,
) -> Result<Response, Fault> {
    let (mut parts, _) = request.into_parts();
    let known = &parts.extensions;
    // Both were put there on the way; a request without them came round it.
    let (Some(RequestId(id)), Some(kept)) = (known.get().cloned(), known.get::<Kept>().cloned()) else {
        return Err(SpeechError::internal("an upgrade without id or connection").into());
    };
    let client = known.get::<Client>().cloned();
    rooms.seats.refuse_foreign_page(&rooms.config, &parts.headers)?;
    let tags = tags::read(&parts.headers, &rooms.config.tags)?;
    let routing = routing::read(&parts.headers)?;
    // Who says only later who they are is told then.
    client.as_ref().map(|client| routing.under(client.own.routing)).transpose()?;
    let manner = Manner::read(parts.uri.query(), dialect).map_err(SpeechError::from)?;
    let upgrade =
        WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(|_| Fault::NoUpgrade)?;
    let entry = rooms.seats.enter(client)?;
    let limit = match entry {
        Entry::Seat(_) => longest_message(&rooms.config),
        Entry::Stranger(_) => STRANGERS_BYTES,
    };
    let socket = Socket { rooms, dialect, voice: voice.into(), manner, entry, limit, tags, routing, id };
    let span = tracing::Span::current();
    let running = move |stream: WebSocket| {
        async move { until_cut(&kept.cut, socket.run(stream, &kept)).await }.instrument(span)
    };
    Ok(upgrade.max_message_size(limit).max_frame_size(limit).on_upgrade(running))
}

impl Socket {
    async fn run(self, stream: WebSocket, kept: &Kept) {
        let (sink, stream) = stream.split();
        let (orders, taken) = mpsc::channel(WAITING_ORDERS);
        let telling = tell::tell(sink, taken, self.rooms.config.stall_timeout());
        let incoming = Incoming::new(stream, self.limit);
        let listening = Listener::listen(self, incoming, orders, kept.draining.clone());
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
