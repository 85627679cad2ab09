//! The WebSockets: text comes in pieces, audio leaves before the text has ended.
//!
//! Simpler than the vendor's: a generation starts at a flush, at each message in auto mode, at the end of a
//! sentence once the schedule's length is reached, and at the end of the text. `try_trigger_generation` changes
//! nothing, and the vendor's limits on the length of a context are not imitated.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::check_key;
use super::context::{Context, Dialect, Message};
use super::errors::Mistake;
use super::synthesis::{format, known_model, known_voice, no_such_format};
use crate::delivery::{HUGE, Job, PAGE, SETTLE};
use crate::formats::{Codec, Format};
use crate::script::Fault;
use crate::sim::{Line, Sim, Streamed};
use crate::truth::{Bill, Entry};
use crate::wire::Wire;

/// Contexts that a socket may have open.
const MOST_CONTEXTS: usize = 5;

const LONGEST_PATIENCE: u64 = 180;

/// What a socket was opened for.
struct Terms {
    dialect: Dialect,
    format: Format,
    /// Credits for a character.
    cost: f64,
    auto_mode: bool,
    absolute_times: bool,
    /// How long it waits for the client's next message.
    patience: Duration,
    /// Whether a key came with the upgrade; else the first message has it.
    keyed: bool,
}

type Parameters = Query<HashMap<String, String>>;

pub(crate) async fn open(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    Extension(line): Extension<Arc<Line>>,
    voice_id: Option<Path<String>>,
    Query(query): Parameters,
    parts: Parts,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Mistake> {
    let voice_id = voice_id.as_deref().map(String::as_str);
    let keyed = check_key(&parts.headers, parts.uri.query()).is_ok();
    let session = match terms(&sim, voice_id, &query, parts.uri.path(), keyed) {
        Ok(terms) => match sim.begin(entry.clone(), line) {
            Ok(job) => Ok(Session { sim, terms, job, contexts: Vec::new(), sent: 0 }),
            Err(fault @ (Fault::BadKey | Fault::ServerError | Fault::Unavailable)) => {
                return Err(Mistake::scripted(fault, 0));
            }
            Err(fault) => Err(Mistake::scripted(fault, 0)),
        },
        Err(mistake) => Err(mistake),
    };
    let mut response = match session {
        Ok(session) => upgrade.on_upgrade(|socket| {
            let wire = taken(socket, &session.job.entry, session.terms.cost);
            session.run(wire)
        }),
        Err(mistake) => upgrade.on_upgrade(async move |socket| {
            refuse(&mut taken(socket, &entry, 0.0), &entry, &mistake).await;
        }),
    };
    response.extensions_mut().insert(Streamed);
    Ok(response)
}

/// A socket whose messages are written down, and the text in them billed at so many credits a character.
fn taken(socket: WebSocket, entry: &Entry, credits: f64) -> Wire {
    let entry = entry.clone();
    Wire::open(socket, move |text| {
        entry.message(text);
        entry.bill(Bill { characters: characters(text), credits, ..Bill::default() });
    })
}

/// Characters of the text in a message. The lone space that opens a context, or keeps the socket open, is none.
fn characters(message: &str) -> usize {
    let message: Value = serde_json::from_str(message).unwrap_or_default();
    let inputs = message["inputs"].as_array().into_iter().flatten();
    let texts = inputs.chain([&message]).filter_map(|place| place["text"].as_str());
    texts.filter(|text| *text != " ").map(|text| text.chars().count()).sum()
}

fn terms(
    sim: &Sim,
    voice_id: Option<&str>,
    query: &HashMap<String, String>,
    path: &str,
    keyed: bool,
) -> Result<Terms, Mistake> {
    let dialect = match voice_id {
        None => Dialect::Dialogue,
        Some(_) if path.ends_with("/multi-stream-input") => Dialect::Multi,
        Some(_) => Dialect::Single,
    };
    voice_id.map_or(Ok(()), |voice_id| known_voice(sim, voice_id))?;
    let default = if dialect == Dialect::Dialogue { "eleven_v3" } else { "eleven_multilingual_v2" };
    let model = known_model(query.get("model_id").map_or(default, String::as_str))?;
    if model.dialogue != (dialect == Dialect::Dialogue) {
        let message = format!("Model {} is not supported by this endpoint.", model.id);
        return Err(Mistake::bad("unsupported_model", "model_id", message));
    }
    let format = format(query)?;
    if format.codec == Codec::Wav {
        return Err(no_such_format());
    }
    let is_set = |name: &str| query.get(name).is_some_and(|value| value == "true");
    let patience = query.get("inactivity_timeout").and_then(|seconds| seconds.parse().ok()).unwrap_or(20);
    Ok(Terms {
        dialect,
        format,
        cost: model.cost,
        auto_mode: is_set("auto_mode"),
        absolute_times: is_set("sync_alignment"),
        patience: Duration::from_secs(patience.min(LONGEST_PATIENCE)),
        keyed,
    })
}

/// Why a session is over.
enum End {
    /// Everything was said.
    Finished,
    Refused(Mistake),
    /// The client is gone, or the script cut it off.
    Gone,
}

impl From<Mistake> for End {
    fn from(mistake: Mistake) -> Self {
        Self::Refused(mistake)
    }
}

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> Self {
        Self::Refused(Mistake::scripted(Fault::ServerError, 0))
    }
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

struct Session {
    sim: Arc<Sim>,
    terms: Terms,
    job: Job,
    contexts: Vec<Context>,
    /// Bytes of audio messages so far.
    sent: u64,
}

impl Session {
    async fn run(mut self, mut socket: Wire) {
        let Err(end) = self.converse(&mut socket).await;
        match end {
            End::Finished => {
                self.job.entry.complete();
                socket.close(1000, "").await;
            }
            End::Refused(mistake) => refuse(&mut socket, &self.job.entry, &mistake).await,
            End::Gone => {}
        }
    }

    async fn converse(&mut self, socket: &mut Wire) -> Result<Infallible, End> {
        loop {
            let Ok(frame) = timeout(self.terms.patience, socket.recv()).await else {
                return Err(too_quiet(self.terms.patience).into());
            };
            match frame.ok_or(End::Gone)?? {
                Frame::Text(text) => {
                    let message: Value = serde_json::from_str(&text).map_err(|_| not_json())?;
                    self.hear(&message, socket).await?;
                }
                Frame::Binary(_) => return Err(not_json().into()),
                // Nothing is owed to a client that leaves with all its contexts closed.
                Frame::Close(_) if self.contexts.is_empty() => return Err(End::Finished),
                Frame::Close(_) => return Err(End::Gone),
                Frame::Ping(_) | Frame::Pong(_) => {}
            }
        }
    }

    async fn hear(&mut self, message: &Value, socket: &mut Wire) -> Result<(), End> {
        if !self.terms.keyed {
            check_first_message(message)?;
            self.terms.keyed = true;
        }
        let named = message["context_id"].as_str().map(str::to_owned);
        if message["close_socket"] == true {
            for context in std::mem::take(&mut self.contexts) {
                self.conclude(context, socket).await?;
            }
            return Err(End::Finished);
        }
        let known = self.contexts.iter().position(|context| context.id == named);
        let mut context = match known {
            Some(place) => self.contexts.remove(place),
            // It only keeps the socket open, or is about a context that is closed already.
            None if self.terms.dialect != Dialect::Single && !has_content(message) => return Ok(()),
            None => Context::new(named, self.terms.dialect, self.terms.format, self.terms.absolute_times),
        };
        if self.contexts.len() == MOST_CONTEXTS {
            return self.send_all(context.fail(&too_many_contexts()), socket).await;
        }
        match context.hear(&self.sim, message) {
            Ok(()) => {}
            Err(mistake) if self.terms.dialect == Dialect::Single => return Err(mistake.into()),
            Err(mistake) => return self.send_all(context.fail(&mistake), socket).await,
        }
        let last = self.terms.dialect == Dialect::Single && message["text"] == "";
        let closing = last || message["close_context"] == true;
        if closing {
            self.conclude(context, socket).await?;
        } else {
            self.generate(&mut context, self.terms.auto_mode || message["flush"] == true, socket).await?;
            self.contexts.push(context);
        }
        if last { Err(End::Finished) } else { Ok(()) }
    }

    /// Speaks what is ready of a context's text, or all of it.
    async fn generate(&mut self, context: &mut Context, all: bool, socket: &mut Wire) -> Result<(), End> {
        let Some(text) = context.ready(all) else { return Ok(()) };
        let reading = self.job.reading(&text, context.speed);
        self.send_all(context.say(&reading)?, socket).await
    }

    /// Speaks the rest of a context, and ends it.
    async fn conclude(&mut self, mut context: Context, socket: &mut Wire) -> Result<(), End> {
        self.generate(&mut context, true, socket).await?;
        self.send_all(context.finish()?, socket).await
    }

    async fn send_all(&mut self, messages: Vec<Message>, socket: &mut Wire) -> Result<(), End> {
        for message in messages {
            if message.seconds > 0.0 {
                self.send_audio(message, socket).await?;
            } else {
                self.send(&message, socket).await?;
            }
        }
        Ok(())
    }

    /// Sends audio, or what the script puts in its place.
    async fn send_audio(&mut self, mut message: Message, socket: &mut Wire) -> Result<(), End> {
        let mistake = Mistake::scripted(Fault::ServerError, 0).json("");
        match self.job.fault() {
            Fault::SlowFirstByte if self.sent == 0 => tokio::select! {
                () = self.job.wait() => {}
                () = socket.hung_up() => return Err(End::Gone),
            },
            Fault::WrongContentType => message = Message { json: PAGE.into(), seconds: 0.0 },
            Fault::JsonError => message = Message { json: mistake, seconds: 0.0 },
            Fault::JsonAsAudio => {
                message.json["audio"] = BASE64_STANDARD.encode(mistake.to_string()).into();
                message.seconds = 0.0;
            }
            Fault::HugeBody => {
                while self.sent < HUGE {
                    self.send(&message, socket).await?;
                }
            }
            Fault::OneByteASecond => {
                let audio = message.json["audio"].as_str().unwrap_or_default();
                let audio = BASE64_STANDARD.decode(audio).unwrap_or_default();
                let seconds = message.seconds / audio.len().max(1) as f64;
                for byte in audio {
                    message.json["audio"] = BASE64_STANDARD.encode([byte]).into();
                    self.send(&Message { json: message.json.clone(), seconds }, socket).await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                return Ok(());
            }
            _ => {}
        }
        self.send(&message, socket).await
    }

    /// Sends a message, unless the script ends the session before it.
    async fn send(&mut self, message: &Message, socket: &mut Wire) -> Result<(), End> {
        let text = match &message.json {
            Value::String(page) => page.clone(),
            json => json.to_string(),
        };
        let after_bytes = self.job.script.map_or(0, |script| script.after_bytes);
        let is_past_the_end = self.sent + text.len() as u64 > after_bytes;
        match self.job.fault() {
            Fault::Cut if is_past_the_end => {
                tokio::time::sleep(SETTLE).await;
                self.job.line.reset_when_closed();
                return Err(End::Gone);
            }
            Fault::Stall if is_past_the_end => {
                socket.hear_out().await;
                return Err(End::Gone);
            }
            _ => {}
        }
        let length = text.len();
        if socket.send(Frame::Text(text.into())).await.is_err() {
            socket.hear_out().await;
            return Err(End::Gone);
        }
        self.sent += length as u64;
        self.job.entry.serve(length, message.seconds);
        Ok(())
    }
}

/// Whether a message has something to open a context with.
fn has_content(message: &Value) -> bool {
    message["text"].as_str().is_some_and(|text| !text.is_empty())
        || message["inputs"].is_array()
        || message["voices"].is_array()
}

fn check_first_message(message: &Value) -> Result<(), Mistake> {
    let key = ["xi_api_key", "xi-api-key", "authorization"].iter().find_map(|name| message[name].as_str());
    match key {
        None | Some("") => Err(Mistake::no_key()),
        Some(key) if crate::sim::is_bad(key.trim_start_matches("Bearer ")) => Err(Mistake::bad_key()),
        Some(_) => Ok(()),
    }
}

fn too_quiet(patience: Duration) -> Mistake {
    let message = format!(
        "Have not received a new text input within the timeout of {:.1} seconds. Streaming input terminated. \
         Please make sure to send \"\" as text input, if the text has ended.",
        patience.as_secs_f64()
    );
    Mistake::bad("input_timeout_exceeded", "text", message)
}

fn not_json() -> Mistake {
    Mistake::bad("invalid_input_message", "text", "The message is not a JSON object.".into())
}

fn too_many_contexts() -> Mistake {
    let message = format!("Maximum simultaneous contexts ({MOST_CONTEXTS}) exceeded.");
    Mistake::bad("max_contexts_exceeded", "context_id", message)
}

async fn refuse(socket: &mut Wire, entry: &Entry, mistake: &Mistake) {
    entry.refuse();
    let (error, message) = mistake.words();
    let frame = json!({"message": message, "error": error, "code": 1008}).to_string();
    entry.serve(frame.len(), 0.0);
    // It fails only where the client is gone already.
    drop(socket.send(Frame::Text(frame.into())).await);
    socket.close(1008, message).await;
}
