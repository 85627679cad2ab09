//! USP: one WebSocket, one turn after another.
//!
//! Stricter than a vendor may be: `speech.config` comes before the first text, and a turn has an id.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::{Message as Frame, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::errors::{Mistake, closing};
use super::formats::Output;
use super::marks::Wanted;
use super::turn::Turn;
use super::usp::Message;
use super::{ssml, voices};
use crate::script::Fault;
use crate::sim::{Line, Sim, Streamed};
use crate::truth::Entry;
use crate::wire::Wire;

/// Bytes of SSML in a turn.
const LONGEST_TEXT: usize = 64 << 10;

/// What the SDKs ask for where their user has not.
const DEFAULT_FORMAT: &str = "raw-16khz-16bit-mono-pcm";

pub(super) async fn open(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    Extension(line): Extension<Arc<Line>>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let refuses = |fault| matches!(fault, Fault::BadKey | Fault::Quota | Fault::Unavailable);
    if let Some(script) = sim.prompter.next_if(refuses) {
        entry.fault(script.fault);
        return Mistake::scripted(script.fault).into_response();
    }
    let session = Session {
        sim,
        entry,
        line,
        query,
        is_configured: false,
        wanted: Wanted::default(),
        format: DEFAULT_FORMAT.to_owned(),
    };
    let mut response = upgrade.protocols(["USP"]).on_upgrade(|socket| {
        let entry = session.entry.clone();
        session.run(Talk::new(Wire::open(socket, move |text| entry.message(text))))
    });
    response.extensions_mut().insert(Streamed);
    response
}

/// Why something is over: a turn, or else the socket with it.
pub(super) enum End {
    /// The client wants to hear no more of this turn.
    Stopped,
    /// The client has said goodbye.
    Left,
    /// With this code, for this reason.
    Refused(u16, String),
    /// The client is gone, or the script cut it off.
    Gone,
}

impl End {
    /// The client's mistake.
    fn bad(reason: impl Into<String>) -> Self {
        Self::Refused(1007, reason.into())
    }
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> Self {
        let (code, reason) = closing(Fault::ServerError);
        Self::Refused(code, reason.to_owned())
    }
}

/// A socket, and what the client has said on it while it was being spoken to.
pub(super) struct Talk {
    wire: Wire,
    waiting: VecDeque<Frame>,
}

impl Talk {
    fn new(wire: Wire) -> Self {
        Self { wire, waiting: VecDeque::new() }
    }

    async fn recv(&mut self) -> Result<Frame, End> {
        match self.waiting.pop_front() {
            Some(frame) => Ok(frame),
            None => Ok(self.wire.recv().await.ok_or(End::Gone)??),
        }
    }

    pub(super) async fn send(&mut self, frame: Frame) -> Result<(), End> {
        Ok(self.wire.send(frame).await?)
    }

    /// Heeds nothing until the client is gone.
    pub(super) async fn hear_out(&mut self) {
        self.wire.hear_out().await;
    }

    /// Waits, and listens meanwhile.
    pub(super) async fn unless_stopped<T>(&mut self, waited_for: impl Future<Output = T>) -> Result<T, End> {
        let mut waited_for = pin!(waited_for);
        loop {
            tokio::select! {
                biased;
                heard = self.wire.recv() => match heard {
                    Some(Ok(Frame::Text(text))) if is_stop(&text) => return Err(End::Stopped),
                    None | Some(Err(_) | Ok(Frame::Close(_))) => return Err(End::Gone),
                    Some(Ok(frame)) => self.waiting.push_back(frame),
                },
                it = &mut waited_for => return Ok(it),
            }
        }
    }
}

fn is_stop(text: &str) -> bool {
    Message::read(text).is_some_and(|message| {
        let body: Value = serde_json::from_str(message.body).unwrap_or_default();
        message.is("synthesis.control") && body["action"] == "stop"
    })
}

struct Session {
    sim: Arc<Sim>,
    /// The socket's record.
    entry: Entry,
    line: Arc<Line>,
    query: HashMap<String, String>,
    is_configured: bool,
    wanted: Wanted,
    format: String,
}

impl Session {
    async fn run(mut self, mut talk: Talk) {
        let Err(end) = self.converse(&mut talk).await;
        match end {
            End::Left => self.entry.complete(),
            End::Refused(code, reason) => talk.wire.close(code, &reason).await,
            End::Gone | End::Stopped => {}
        }
    }

    async fn converse(&mut self, talk: &mut Talk) -> Result<Infallible, End> {
        loop {
            match talk.recv().await? {
                Frame::Text(text) => {
                    let message =
                        Message::read(&text).ok_or_else(|| End::bad("The message has no headers."))?;
                    self.hear(&message, talk).await?;
                }
                Frame::Binary(_) => return Err(End::bad("Nothing here takes audio.")),
                Frame::Close(_) => return Err(End::Left),
                Frame::Ping(_) | Frame::Pong(_) => {}
            }
        }
    }

    async fn hear(&mut self, message: &Message<'_>, talk: &mut Talk) -> Result<(), End> {
        let json = || {
            let path = message.header("Path");
            serde_json::from_str(message.body)
                .map_err(|_| End::bad(format!("The body of {path} is not JSON.")))
        };
        if message.is("speech.config") {
            let _: Value = json()?;
            self.is_configured = true;
        } else if message.is("synthesis.context") {
            let context: Value = json()?;
            let audio = &context["synthesis"]["audio"];
            self.wanted = Wanted::by(&audio["metadataOptions"]);
            self.format = audio["outputFormat"].as_str().unwrap_or(DEFAULT_FORMAT).to_owned();
        } else if message.is("ssml") {
            let entry = self.sim.truth.turn(&self.entry, message.body);
            entry.format(&self.format);
            match self.speak(message, entry.clone(), talk).await {
                Err(End::Stopped) => {}
                Err(End::Refused(code, reason)) => {
                    entry.status(code);
                    return Err(End::Refused(code, reason));
                }
                spoken => return spoken,
            }
        }
        Ok(())
    }

    async fn speak(&self, message: &Message<'_>, entry: Entry, talk: &mut Talk) -> Result<(), End> {
        if !self.is_configured {
            return Err(End::bad("The first message has to be speech.config."));
        }
        let id =
            message.request_id().ok_or_else(|| End::bad("X-RequestId has to be 32 hexadecimal digits."))?;
        entry.name(id);
        if message.body.len() > LONGEST_TEXT {
            return Err(End::bad("SSML is too long: a message holds at most 64 KB of it."));
        }
        let output = Output::named(&self.format)
            .ok_or_else(|| End::bad(format!("Output format [{}] is not supported.", self.format)))?;
        let recital =
            ssml::read(message.body, voices::who_speaks(&self.sim, &self.query)).map_err(End::bad)?;
        let job = self.sim.begin(entry, Arc::clone(&self.line)).map_err(|fault| {
            let (code, reason) = closing(fault);
            End::Refused(code, reason.to_owned())
        })?;
        Turn { talk, id, output, job, sent: 0 }.take(message.body, recital, self.wanted).await
    }
}
