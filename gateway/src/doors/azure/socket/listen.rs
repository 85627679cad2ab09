//! What the client says.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws;
use engine::Refusal;
use futures::Stream;
use speech::{Door, ErrorKind, SpeechError, Terms};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use wire::RequestError;
use wire::azure::usp::{Malformed, Message};
use wire::azure::{Reply, SynthesisContext, stops};

use super::tell::{Close, Order};
use super::turn::Turn;
use crate::doors::Rooms;
use crate::doors::azure::asked::{Asked, output_format};
use crate::doors::azure::boundaries::Boundaries;
use crate::doors::azure::document;
use crate::doors::sockets::{Incoming, SpeechIds, TooLong};
use crate::fault::Fault;
use crate::stack::Client;

/// Documents of one socket at a time: the one that is spoken, and those that wait.
pub(super) const MOST_TURNS: usize = 8;

/// How long a client may say nothing while nothing is spoken. The SDKs open another socket when they need one.
const IDLE: Duration = Duration::from_secs(600);

/// The next message; none when the client has gone.
///
/// # Errors
/// It is too long, or no message of this protocol.
async fn next<S>(incoming: &mut Incoming<S>) -> Option<Result<Message, Fault>>
where
    S: Stream<Item = Result<ws::Message, axum::Error>> + Unpin,
{
    let message = match incoming.next().await? {
        Ok(ws::Message::Text(text)) => Message::from_text(&text),
        Ok(message) => Message::from_binary(&message.into_data()),
        Err(TooLong { limit }) => return Some(Err(Fault::BodyTooLarge { limit })),
    };
    Some(message.map_err(|malformed| no_message(malformed).into()))
}

/// Why nothing more is listened to.
enum Ending {
    /// The client has gone.
    Gone,
    /// The socket is closed behind what was asked for.
    Over(Close),
}

impl From<Fault> for Ending {
    fn from(fault: Fault) -> Self {
        Self::Over(Close::after(&fault))
    }
}

/// A socket's ears.
pub(super) struct Listener {
    rooms: Rooms,
    asked: Asked,
    ids: SpeechIds,
    orders: mpsc::Sender<Order>,
    /// For the documents that follow. One that cannot be read is told with the next of them.
    context: Result<SynthesisContext, RequestError>,
    /// For what was asked for so far.
    stop: CancellationToken,
    /// For [`MOST_TURNS`].
    places: Arc<Semaphore>,
}

impl Listener {
    pub(super) fn new(rooms: Rooms, asked: Asked, ids: SpeechIds, orders: mpsc::Sender<Order>) -> Self {
        Self {
            rooms,
            asked,
            ids,
            orders,
            context: Ok(SynthesisContext::default()),
            stop: CancellationToken::new(),
            places: Arc::new(Semaphore::new(MOST_TURNS)),
        }
    }

    /// Listens until nothing more is to be listened to, and says why.
    pub(super) async fn listen<S>(mut self, incoming: &mut Incoming<S>, draining: CancellationToken)
    where
        S: Stream<Item = Result<ws::Message, axum::Error>> + Unpin,
    {
        if let Ending::Over(close) = self.take_all(incoming, draining).await {
            // Refused only when the teller has closed the socket already.
            let _ = self.orders.send(Order::Close(close)).await;
        }
    }

    async fn take_all<S>(&mut self, incoming: &mut Incoming<S>, draining: CancellationToken) -> Ending
    where
        S: Stream<Item = Result<ws::Message, axum::Error>> + Unpin,
    {
        loop {
            let message = tokio::select! {
                biased;
                () = draining.cancelled() => return Ending::Over(Close::away()),
                message = timeout(IDLE, next(incoming)) => message,
            };
            let heard = match message {
                Ok(Some(message)) => self.hear(message).await,
                Ok(None) => return Ending::Gone,
                Err(_) if self.is_speaking() => continue,
                Err(_) => return Ending::Over(Close::idle()),
            };
            if let Err(ending) = heard {
                return ending;
            }
        }
    }

    /// Paths that are not known are left alone: `speech.config` says which SDK it is, `telemetry` how it fares.
    async fn hear(&mut self, message: Result<Message, Fault>) -> Result<(), Ending> {
        let message = match message {
            Ok(message) => message,
            Err(fault) => return Err(self.refused(fault).await.into()),
        };
        match message.path().as_str() {
            "synthesis.context" => self.context = SynthesisContext::from_json(&message.body),
            "ssml" => return self.take(&message).await,
            "synthesis.control" if stops(&message.body) => std::mem::take(&mut self.stop).cancel(),
            "text.piece" | "text.end" => return Err(self.refused(no_pieces().into()).await.into()),
            _ => {}
        }
        Ok(())
    }

    /// A document: it is spoken in its turn.
    async fn take(&mut self, message: &Message) -> Result<(), Ending> {
        let id = self.ids.next();
        let turn = match self.turn(id.clone(), message).await {
            Ok(turn) => turn,
            Err(fault) => {
                journal(&self.rooms, id, &self.asked.client, &fault).await;
                return Err(fault.into());
            }
        };
        self.orders.send(Order::Speak(Box::new(turn))).await.map_err(|_| Ending::Gone)
    }

    async fn turn(&mut self, id: String, message: &Message) -> Result<Turn, Fault> {
        // A socket may live long: what its key may no more, it may no more.
        let client = self.rooms.seats.again(&self.asked.client).await;
        self.asked.client = client.ok_or(Fault::WrongKey)?;
        let most = MOST_TURNS as u32;
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Fault::TooMany { what: "documents on a socket", most })?;
        let SynthesisContext { output_format: name, wanted } =
            self.context.clone().map_err(SpeechError::from)?;
        let format = output_format("outputFormat", &name)?;
        let reply = Reply::new(message.request_id(), id.as_str());
        let (timed, visemes) = (wanted.times(), wanted.visemes);
        let terms = Terms { timed, visemes, ..self.asked.terms(id, format)? };
        let request = document::request(&message.body, terms)?;
        let boundaries = match timed {
            true => Boundaries::of(&language::compile(request.text.clone(), &request.terms.reading)?, wanted),
            false => Boundaries::none(),
        };
        let characters = Some(request.text.characters() as u64);
        let waiting = self.rooms.engine.keep_waiting(&request.terms, characters);
        let stopped = self.stop.clone();
        Ok(Turn { request, waiting, reply, boundaries, tells_end: wanted.end, stopped, place })
    }

    async fn refused(&mut self, fault: Fault) -> Fault {
        journal(&self.rooms, self.ids.next(), &self.asked.client, &fault).await;
        fault
    }

    fn is_speaking(&self) -> bool {
        self.places.available_permits() < MOST_TURNS
    }
}

/// Refuses who has been let in only to be told so. Microsoft's SDK for JavaScript hears the reason of a close only once it
/// waits for the answer to a document.
pub(super) async fn refuse<S>(
    rooms: &Rooms,
    fault: Fault,
    client: Option<Client>,
    mut ids: SpeechIds,
    incoming: &mut Incoming<S>,
    orders: &mpsc::Sender<Order>,
    draining: CancellationToken,
) where
    S: Stream<Item = Result<ws::Message, axum::Error>> + Unpin,
{
    let asking = async {
        while let Some(Ok(message)) = next(incoming).await {
            if ["ssml", "text.piece"].contains(&message.path().as_str()) {
                break;
            }
        }
    };
    tokio::select! {
        () = draining.cancelled() => {}
        _ = timeout(rooms.config.header_timeout(), asking) => {}
    }
    if let Some(client) = client {
        journal(rooms, ids.next(), &client, &fault).await;
    }
    // Refused only when the client has gone.
    let _ = orders.send(Order::Close(Close::after(&fault))).await;
}

/// Journals what will not be spoken.
async fn journal(rooms: &Rooms, id: String, client: &Client, fault: &Fault) {
    let (payer, kind) = (client.payer.clone(), fault.kind());
    rooms.engine.refused(Refusal { id, payer, door: Door::Azure, kind }).await;
}

fn no_message(malformed: Malformed) -> SpeechError {
    SpeechError::new(ErrorKind::InvalidParameter, format!("A message cannot be read: {malformed}."))
}

fn no_pieces() -> SpeechError {
    let message = "Text cannot be streamed in pieces here; send a whole document in SSML.";
    SpeechError::new(ErrorKind::InvalidParameter, message)
}
