//! What the client says.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use engine::Refusal;
use futures::stream::{self, BoxStream, SplitStream};
use futures::{FutureExt as _, Stream, StreamExt as _};
use speech::{Door, Reading, Routing, SpeechError, Speed, Terms};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use wire::elevenlabs::socket::{Asked, Dialect, Misread};

use super::Socket;
use super::context::{Context, Held, OVERHEAD, Silent, ends_sentence, turn};
use super::manner::Manner;
use super::speak::{Voicing, complaint, speak};
use super::tell::{Close, Frame, Order};
use crate::doors::Rooms;
use crate::doors::sockets::{Entry, Incoming, Seat, SpeechIds};
use crate::doors::tags::Tags;
use crate::fault::Fault;
use crate::stack::Client;

/// Contexts of one socket at a time, those among them that are still being spoken though their text has ended.
const MOST_CONTEXTS: usize = 10;

/// Contexts that are remembered, those among them that are over until the client closes them.
const MOST_REMEMBERED: usize = 256;

/// How long words wait for the rest of their sentence where messages are complete by themselves.
const PAUSE: Duration = Duration::from_millis(200);

/// Bytes of text that may wait for the engine beside the largest message: more than all contexts hold before their
/// first word, or nothing would ever make room.
const ROOM: usize = 1024 * 1024;

/// ElevenLabs' name for a client who sent nothing for too long.
const INPUT_TIMEOUT: &str = "input_timeout_exceeded";

/// Why nothing more is listened to.
enum Ending {
    /// The client has gone.
    Gone,
    /// What was written is spoken, and then the socket is closed.
    Over(Close),
    /// The socket is closed at once.
    Broken(Frame),
}

/// A socket's ears.
pub(super) struct Listener {
    rooms: Rooms,
    dialect: Dialect,
    voice: Arc<str>,
    manner: Manner,
    client: Client,
    tags: Tags,
    routing: Routing,
    ids: SpeechIds,
    orders: mpsc::Sender<Order>,
    /// By their ids. Those that the client has closed are gone from here.
    contexts: HashMap<Option<Arc<str>>, Context>,
    /// Those that the client has closed and that may still be spoken: when they have ended.
    ending: HashMap<Option<Arc<str>>, CancellationToken>,
    /// For [`MOST_CONTEXTS`].
    places: Arc<Semaphore>,
    /// Bytes of text that may wait for the engine.
    room: Arc<Semaphore>,
}

impl Listener {
    /// Listens until the client hangs up.
    pub(super) async fn listen(
        socket: Socket,
        mut incoming: Incoming<SplitStream<WebSocket>>,
        orders: mpsc::Sender<Order>,
        draining: CancellationToken,
    ) {
        let Socket { rooms, dialect, voice, manner, entry, tags, routing, id, limit: _ } = socket;
        let (seat, first) = match entry {
            Entry::Seat(seat) => (Ok(seat), None),
            Entry::Stranger(_place) => match late_seat(&rooms, dialect, &mut incoming, &draining).await {
                Ok((seat, first)) => (Ok(seat), Some(first)),
                Err(ending) => (Err(ending), None),
            },
        };
        // The seat is kept until the socket is closed.
        let (_seat, ending) = match seat {
            Ok(seat) => {
                let ids = SpeechIds::new(id, rooms.ids.clone());
                let room = Arc::new(Semaphore::new(ROOM + rooms.config.max_body_bytes));
                let listener = Self {
                    rooms,
                    dialect,
                    voice,
                    manner,
                    client: seat.client.clone(),
                    tags,
                    routing,
                    ids,
                    orders: orders.clone(),
                    contexts: HashMap::new(),
                    ending: HashMap::new(),
                    places: Arc::new(Semaphore::new(MOST_CONTEXTS)),
                    room,
                };
                (Some(seat), listener.take_all(first, &mut incoming, draining).await)
            }
            Err(ending) => (None, ending),
        };
        let told = match ending {
            Ending::Gone => return,
            Ending::Over(close) => orders.send(Order::Finish(close)).await,
            Ending::Broken(frame) => orders.send(Order::Say(frame)).await,
        };
        // Refused only when the teller has closed the socket already.
        let _ = told;
        incoming.rest().await;
    }

    /// Takes messages until nothing more is to be listened to. Nobody can write to a context after it.
    async fn take_all(
        mut self,
        first: Option<Bytes>,
        incoming: &mut Incoming<SplitStream<WebSocket>>,
        draining: CancellationToken,
    ) -> Ending {
        let mut next = first;
        let ending = loop {
            let message = match next.take() {
                Some(first) => Some(Ok(Message::Binary(first))),
                None => tokio::select! {
                    biased;
                    () = draining.cancelled() => break Ending::Over(Close::AWAY),
                    message = timeout(self.patience(), incoming.next()) => match message {
                        Ok(message) => message,
                        Err(_) if self.waits() => match self.flush_waiting().await {
                            Ok(()) => continue,
                            Err(ending) => break ending,
                        },
                        Err(_) if self.is_finishing() => continue,
                        Err(_) => break Ending::Broken(self.too_quiet()),
                    },
                },
            };
            let heard = match message {
                Some(Ok(message)) => self.hear(&message.into_data()).await,
                Some(Err(Fault::BodyTooLarge { limit })) => Err(self.too_long(limit)),
                Some(Err(fault)) => Err(Ending::Broken(broken(self.dialect, &fault))),
                None => Err(Ending::Gone),
            };
            if let Err(ending) = heard {
                break ending;
            }
        };
        if let Ending::Over(_) = ending {
            self.close_all().await;
        }
        ending
    }

    async fn hear(&mut self, message: &[u8]) -> Result<(), Ending> {
        let limit = self.rooms.config.max_body_bytes;
        if message.len() > limit {
            return Err(self.too_long(limit));
        }
        // A socket may live long: what its key may no more, it may no more.
        let known = self.rooms.seats.again(&self.client).await;
        self.client = known.ok_or_else(|| Ending::Broken(broken(self.dialect, &Fault::WrongKey)))?;
        let mut asked = match Asked::from_json(message) {
            Ok(asked) => asked,
            Err(misread) => return self.misread(misread).await,
        };
        let is_end = match self.dialect {
            Dialect::Single => asked.text.as_deref() == Some(""),
            Dialect::Multi | Dialect::Dialogue => asked.close_socket,
        };
        if self.dialect == Dialect::Single {
            (asked.context_id, asked.close_context) = (None, false);
        }
        self.write(asked).await?;
        if is_end { Err(Ending::Over(Close::DONE)) } else { Ok(()) }
    }

    fn too_long(&self, limit: usize) -> Ending {
        let limit = limit.min(self.rooms.config.max_body_bytes);
        Ending::Broken(broken(self.dialect, &Fault::BodyTooLarge { limit }))
    }

    /// How long the next message may take.
    fn patience(&self) -> Duration {
        if self.waits() { PAUSE } else { self.manner.idle }
    }

    /// Words wait for those that follow, and nothing says that any do.
    fn waits(&self) -> bool {
        self.manner.auto_mode && self.contexts.values().any(Context::waits)
    }

    async fn flush_waiting(&mut self) -> Result<(), Ending> {
        let waiting = self.contexts.iter().filter(|(_, context)| context.waits());
        let ids: Vec<_> = waiting.map(|(id, _)| id.clone()).collect();
        let voice = Arc::clone(&self.voice);
        for id in ids {
            self.feed(&id, &voice, String::new(), true).await?;
        }
        Ok(())
    }

    /// The only context ends with a message that cannot be read; one of several, if it has said nothing yet.
    async fn misread(&mut self, Misread { context_id, error }: Misread) -> Result<(), Ending> {
        let fault = SpeechError::from(error).into();
        if self.dialect == Dialect::Single {
            let fault = self.refuse(fault).await;
            return Err(Ending::Broken(broken(self.dialect, &fault)));
        }
        let id = context_id.map(Arc::from);
        if id.is_some() {
            match self.contexts.get_mut(&id) {
                Some(context) if context.is_over() => return Ok(()),
                Some(context) if context.silent.is_none() => {}
                Some(_) | None => return self.fail(id, fault).await,
            }
        }
        self.order(Order::Say(complaint(self.dialect, id.as_deref(), &fault, None))).await
    }

    /// Has a context take what was asked of it.
    async fn write(&mut self, asked: Asked) -> Result<(), Ending> {
        let Asked { context_id, text, inputs, flush, close_context, opening, speed, .. } = asked;
        let id: Option<Arc<str>> = context_id.map(Into::into);
        let turns: Vec<_> = match self.dialect {
            Dialect::Dialogue => {
                inputs.into_iter().map(|input| (input.voice_id.into(), input.text, input.new_turn)).collect()
            }
            Dialect::Single | Dialect::Multi => {
                text.into_iter().map(|text| (Arc::clone(&self.voice), text, false)).collect()
            }
        };
        let has_text = turns.iter().any(|(_, text, _)| !text.is_empty());
        if !self.contexts.contains_key(&id) && (has_text || !opening.is_empty()) {
            self.open(id.clone()).await?;
        }
        if let Some(silent) = self.contexts.get_mut(&id).and_then(Context::silent) {
            silent.extras.extend(opening.into_iter().map(|(field, value)| (field.to_owned(), value)));
            silent.speed = speed.and_then(|speed| Speed::new(speed).ok()).unwrap_or(silent.speed);
        }
        for (voice, text, new_turn) in turns {
            if new_turn {
                self.feed(&id, &voice, String::new(), true).await?;
            }
            let flush = self.manner.auto_mode && ends_sentence(&text);
            self.feed(&id, &voice, text, flush).await?;
        }
        if flush {
            let voice = Arc::clone(&self.voice);
            self.feed(&id, &voice, String::new(), true).await?;
        }
        if close_context { self.close(id).await } else { Ok(()) }
    }

    /// Gives a context words, and has them spoken if they are the first.
    async fn feed(
        &mut self,
        id: &Option<Arc<str>>,
        voice: &Arc<str>,
        text: String,
        flush: bool,
    ) -> Result<(), Ending> {
        let Some(context) = self.contexts.get_mut(id).filter(|context| !context.is_over()) else {
            return Ok(());
        };
        let text = context.joined(&text, self.manner.auto_mode);
        if text.is_empty() && !flush {
            return Ok(());
        }
        let bytes = (text.len() + OVERHEAD).min(ROOM);
        let room = self.room.clone().acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX)).await;
        let Ok(room) = room else { return Err(Ending::Gone) };
        match context.write(turn(voice, text, flush), room) {
            Some(first) => self.speak(id.clone(), first).await,
            None => Ok(()),
        }
    }

    async fn speak(&mut self, id: Option<Arc<str>>, silent: Silent) -> Result<(), Ending> {
        let Silent { turns, held, before, speed, extras, .. } = silent;
        let plain = match self.client.terms(self.ids.next(), Door::ElevenLabs, self.routing) {
            Ok(plain) => plain,
            Err(error) => return self.fail(id, error.into()).await,
        };
        let Manner { model, language, format, notation, extras: of_all, .. } = &self.manner;
        let reading = Reading { notation: *notation, ..Reading::default() };
        let terms = Terms {
            reading: self.rooms.config.allowed(reading),
            model: Some(model.clone()),
            speed,
            language: language.clone(),
            extras: of_all.iter().cloned().chain(extras).collect(),
            format: *format,
            tags: self.tags.clone(),
            timed: true,
            ..plain
        };
        let voice = (self.dialect != Dialect::Dialogue).then(|| Arc::clone(&self.voice));
        let waiting = self.rooms.engine.keep_waiting(&terms, None);
        let speech = speak(self.rooms.engine.clone(), terms, voice, turns, self.voicing(id));
        let speech = async {
            waiting.over();
            speech
        };
        let speech = speech.flatten_stream();
        self.order(Order::Speak(in_turn(before, held, speech))).await
    }

    /// Opens a new context. What was closed under its id is told before it.
    async fn open(&mut self, id: Option<Arc<str>>) -> Result<(), Ending> {
        match self.places.clone().try_acquire_owned() {
            Ok(place) => {
                let before = self.ending.get(&id).cloned();
                self.contexts.insert(id, Context::new(place, before));
                Ok(())
            }
            Err(_) => {
                let most = MOST_CONTEXTS as u32;
                self.fail(id, Fault::TooMany { what: "contexts of a socket", most }).await
            }
        }
    }

    /// No more words come in a context. One that said nothing, or is over, has nothing more to say.
    async fn close(&mut self, id: Option<Arc<str>>) -> Result<(), Ending> {
        let context = self.contexts.remove(&id);
        let (is_ending, last) = (self.is_ending(&id), self.voicing(id.clone()).last(None));
        match context {
            // Its speech has failed, and is about to say so.
            Some(context) if context.is_over() && !context.ended.is_cancelled() => {
                self.ending.insert(id, context.ended);
                Ok(())
            }
            Some(context) if context.is_over() => self.order(Order::Say(last)).await,
            // The last word of what was closed before is still to come.
            None if is_ending => Ok(()),
            Some(Context { silent, ended, .. }) if is_ending || silent.is_none() => {
                self.ending.retain(|_, ended| !ended.is_cancelled());
                self.ending.insert(id, ended);
                let Some(Silent { before, held, .. }) = silent else { return Ok(()) };
                self.order(Order::Speak(in_turn(before, held, stream::iter([last])))).await
            }
            _ => self.order(Order::Say(last)).await,
        }
    }

    /// What the client has closed under that id is still being told.
    fn is_ending(&self, id: &Option<Arc<str>>) -> bool {
        self.ending.get(id).is_some_and(|ended| !ended.is_cancelled())
    }

    async fn close_all(&mut self) {
        if self.dialect == Dialect::Single && self.contexts.is_empty() {
            let _ = self.close(None).await;
        }
        let open = self.contexts.iter().filter(|(_, context)| !context.is_over());
        let ids: Vec<_> = open.map(|(id, _)| id.clone()).collect();
        for id in ids {
            let _ = self.close(id).await;
        }
    }

    /// A context is refused before the engine has it. Until the client closes it, nothing more of it is heard.
    async fn fail(&mut self, id: Option<Arc<str>>, fault: Fault) -> Result<(), Ending> {
        if self.contexts.len() >= MOST_REMEMBERED {
            self.contexts.retain(|_, context| !context.is_over());
        }
        self.contexts.insert(id.clone(), Context::refused());
        let fault = self.refuse(fault).await;
        let mut frames = self.voicing(id.clone()).failed(&fault);
        if self.is_ending(&id) {
            // The last word under its id is still to come.
            frames.truncate(1);
        }
        for frame in frames {
            self.order(Order::Say(frame)).await?;
        }
        Ok(())
    }

    /// Journals what will not be spoken.
    async fn refuse(&mut self, fault: Fault) -> Fault {
        let (id, payer, kind) = (self.ids.next(), self.client.payer.clone(), fault.kind());
        self.rooms.engine.refused(Refusal { id, payer, door: Door::ElevenLabs, kind }).await;
        fault
    }

    async fn order(&self, order: Order) -> Result<(), Ending> {
        self.orders.send(order).await.map_err(|_| Ending::Gone)
    }

    fn voicing(&self, context: Option<Arc<str>>) -> Voicing {
        Voicing { dialect: self.dialect, context, absolute_times: self.manner.absolute_times }
    }

    /// Something is spoken whose text has ended.
    fn is_finishing(&self) -> bool {
        let open = self.contexts.values().filter(|context| !context.is_over()).count();
        MOST_CONTEXTS - self.places.available_permits() > open
    }

    fn too_quiet(&self) -> Frame {
        let seconds = self.manner.idle.as_secs();
        let message = format!(
            "No message came within {seconds} seconds; send one in time, or ask for more with inactivity_timeout."
        );
        let close = Close::REFUSED;
        Frame {
            json: self.dialect.error(None, INPUT_TIMEOUT, &message, Some(close.code)),
            closes: Some(close),
        }
    }
}

/// Tells a speech after what was told under its id before. What it holds is free at its end.
fn in_turn(
    before: Option<CancellationToken>,
    held: Held,
    speech: impl Stream<Item = Frame> + Send + 'static,
) -> BoxStream<'static, Frame> {
    let turn = async move {
        if let Some(before) = before {
            before.cancelled().await;
        }
        speech
    };
    turn.flatten_stream().inspect(move |_| _ = &held).boxed()
}

/// The seat of a client who sent no key with the upgrade: the first message, which comes with it, must have it.
async fn late_seat(
    rooms: &Rooms,
    dialect: Dialect,
    incoming: &mut Incoming<SplitStream<WebSocket>>,
    draining: &CancellationToken,
) -> Result<(Seat, Bytes), Ending> {
    let message = tokio::select! {
        () = draining.cancelled() => return Err(Ending::Over(Close::AWAY)),
        message = timeout(rooms.config.header_timeout(), incoming.next()) => message,
    };
    let refused = |fault| Ending::Broken(broken(dialect, &fault));
    let message = message.map_err(|_| refused(Fault::NoKey))?.ok_or(Ending::Gone)?;
    let message = message.map_err(refused)?.into_data();
    let key = Asked::from_json(&message).ok().and_then(|asked| asked.key);
    Ok((rooms.seats.take_by_key(key.as_deref()).await.map_err(refused)?, message))
}

/// The message after which a socket is closed.
fn broken(dialect: Dialect, fault: &Fault) -> Frame {
    complaint(dialect, None, fault, Some(Close::after(fault)))
}
