//! What the client says.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws;
use engine::Refusal;
use futures::Stream;
use speech::{Door, ErrorKind, SpeechError, Terms};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use wire::RequestError;
use wire::azure::usp::{Malformed, Message};
use wire::azure::{Reply, SynthesisContext, stops};

use super::pieces::{self, Room, Writer, Writing, in_manner};
use super::tell::{Close, Order};
use super::turn::{Text, Turn};
use crate::doors::Rooms;
use crate::doors::azure::asked::{Asked, output_format};
use crate::doors::azure::boundaries::Boundaries;
use crate::doors::azure::document;
use crate::doors::sockets::{Incoming, SpeechIds};
use crate::fault::Fault;
use crate::stack::Client;

/// Documents and texts of one socket at a time: the one that is spoken, and those that wait.
pub(super) const MOST_TURNS: usize = 8;

/// How long a client may say nothing while nothing is spoken. The SDKs open another socket when they need one.
const IDLE: Duration = Duration::from_secs(600);

/// The next message; none when the client has gone.
///
/// # Errors
/// It cannot be read, or is no message of this protocol.
async fn next<S>(incoming: &mut Incoming<S>) -> Option<Result<Message, Fault>>
where
    S: Stream<Item = Result<ws::Message, axum::Error>> + Unpin,
{
    let message = match incoming.next().await? {
        Ok(ws::Message::Text(text)) => Message::from_text(&text),
        Ok(message) => Message::from_binary(&message.into_data()),
        Err(fault) => return Some(Err(fault)),
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
    /// Of the text in pieces that was begun last, if it has not ended.
    writer: Option<Writer>,
    room: Room,
}

impl Listener {
    pub(super) fn new(rooms: Rooms, asked: Asked, ids: SpeechIds, orders: mpsc::Sender<Order>) -> Self {
        Self {
            context: Ok(SynthesisContext::default()),
            stop: CancellationToken::new(),
            places: Arc::new(Semaphore::new(MOST_TURNS)),
            writer: None,
            room: Room::of(rooms.config.max_body_bytes),
            rooms,
            asked,
            ids,
            orders,
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
                // A text is heard to its end, as a document is.
                () = draining.cancelled(), if !self.is_writing() => return Ending::Over(Close::away()),
                message = timeout(IDLE, next(incoming)) => message,
            };
            let heard = match message {
                Ok(Some(message)) => self.hear(message).await,
                Ok(None) => return Ending::Gone,
                Err(_) if self.is_speaking() && !self.is_writing() => continue,
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
            "ssml" => {
                let id = self.ids.next();
                let turn = self.document(&id, &message).await;
                return self.order(id, turn).await;
            }
            "text.piece" => return self.write(&message).await,
            "text.end" => {
                self.write(&message).await?;
                self.writer.take().into_iter().for_each(Writer::end);
            }
            "synthesis.control" if stops(&message.body) => std::mem::take(&mut self.stop).cancel(),
            _ => {}
        }
        Ok(())
    }

    /// Orders a turn, or journals why there is none.
    async fn order(&self, id: String, turn: Result<Turn, Fault>) -> Result<(), Ending> {
        match turn {
            Ok(turn) => self.orders.send(Order::Speak(Box::new(turn))).await.map_err(|_| Ending::Gone),
            Err(fault) => {
                journal(&self.rooms, id, &self.asked.client, &fault).await;
                Err(fault.into())
            }
        }
    }

    /// A document.
    async fn document(&mut self, id: &str, message: &Message) -> Result<Turn, Fault> {
        let (place, context, terms) = self.admit(id).await?;
        let request = document::request(&message.body, terms)?;
        let SynthesisContext { wanted, .. } = context;
        let boundaries = match wanted.times() {
            true => Boundaries::of(&language::compile(request.text.clone(), &request.terms.reading)?, wanted),
            false => Boundaries::none(),
        };
        let characters = Some(request.text.characters() as u64);
        let waiting = self.rooms.engine.keep_waiting(&request.terms, characters);
        let reply = Reply::new(message.request_id(), id);
        let stopped = self.stop.clone();
        let text = Text::Document(request);
        Ok(Turn { text, end: None, waiting, reply, boundaries, tells_length: wanted.end, stopped, place })
    }

    /// A text in pieces, which are still to come.
    async fn text(&mut self, id: &str, request: Option<&str>) -> Result<Turn, Fault> {
        if self.is_writing() {
            return Err(another_text().into());
        }
        let (place, context, terms) = self.admit(id).await?;
        let SynthesisContext { wanted, input, .. } = context;
        let input = input.ok_or_else(no_input)?;
        let terms = in_manner(terms, &input);
        let stopped = self.stop.clone();
        let written = wanted.times().then(Arc::default);
        let (writer, Writing { pieces, end }) = pieces::begin(request, stopped.clone(), written.clone());
        self.writer = Some(writer);
        let boundaries =
            written.map_or_else(Boundaries::none, |written| Boundaries::of_written(written, wanted));
        let waiting = self.rooms.engine.keep_waiting(&terms, None);
        let reply = Reply::new(request, id);
        let text = Text::Pieces { terms, voice: input.voice.into(), pieces };
        let end = Some(end);
        Ok(Turn { text, end, waiting, reply, boundaries, tells_length: wanted.end, stopped, place })
    }

    /// A place for a turn, and its terms.
    async fn admit(&mut self, id: &str) -> Result<(OwnedSemaphorePermit, SynthesisContext, Terms), Fault> {
        self.recognise().await?;
        let most = MOST_TURNS as u32;
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Fault::TooMany { what: "documents on a socket", most })?;
        let context = self.context.clone().map_err(SpeechError::from)?;
        let format = output_format("outputFormat", &context.output_format)?;
        let (timed, visemes) = (context.wanted.times(), context.wanted.visemes);
        let terms = Terms { timed, visemes, ..self.asked.terms(id, format)? };
        Ok((place, context, terms))
    }

    /// A socket may live long: what its key may no more, it may no more.
    async fn recognise(&mut self) -> Result<(), Fault> {
        let client = self.rooms.seats.again(&self.asked.client).await;
        self.asked.client = client.ok_or(Fault::WrongKey)?;
        Ok(())
    }

    /// Goes on with the text of its request, or begins it.
    async fn write(&mut self, message: &Message) -> Result<(), Ending> {
        let request = message.request_id();
        if !self.writer.as_ref().is_some_and(|writer| writer.is_of(request)) {
            let id = self.ids.next();
            let turn = self.text(&id, request).await;
            self.order(id, turn).await?;
        } else if let Err(fault) = self.recognise().await {
            return Err(self.refused(fault).await.into());
        }
        let written = self.writer.as_ref().map_or(Ok(()), |writer| writer.write(&message.body, &self.room));
        match written {
            Ok(()) => Ok(()),
            Err(error) => Err(self.refused(error.into()).await.into()),
        }
    }

    fn is_writing(&self) -> bool {
        self.writer.as_ref().is_some_and(|writer| !writer.is_over())
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
            if ["ssml", "text.piece", "text.end"].contains(&message.path().as_str()) {
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

fn no_input() -> SpeechError {
    let message =
        "A text in pieces needs a synthesis.context before it, with synthesis.input and its voiceName.";
    SpeechError::new(ErrorKind::InvalidParameter, message)
}

fn another_text() -> SpeechError {
    let message = "A text is still being written; end it with text.end before the next.";
    SpeechError::new(ErrorKind::InvalidParameter, message)
}
