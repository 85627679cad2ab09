//! What was asked, what was served and what is billed for it: the ledger that a gateway's own can be held against.
//!
//! The rule, which no vendor publishes in full, is the same for all: **billed is what was taken, not what was heard.**
//!
//! - A request is taken when the head of a 2xx answer is written, and then for its whole text, whatever becomes of the
//!   answer: cut off, stalled, empty, an error in place of audio, packed, hung up on. Before its head, nothing is
//!   billed: not what is refused, not what is waited for in vain.
//! - Audio tokens are those of the audio that was handed to the socket; of a whole answer, those that its last event
//!   says.
//! - Text on a WebSocket is taken as it arrives. A lone space, which opens a context or keeps the socket open, is no
//!   text. A session that is refused before any audio is billed nothing.
//! - Azure's WebSocket carries one text after another, and each turn is a record of its own beside the socket's, which
//!   is billed nothing. A turn is taken when its `turn.start` is sent, as a request is with its head.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::script::Fault;

/// One request, and all that it got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// The request's number, from 1, in the order of arrival.
    pub at: u64,
    /// The HTTP method.
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query without its question mark, as it came; of a key only the last four characters.
    pub query: String,
    /// Every header, named in lower case; of a key only the last four characters.
    pub headers: BTreeMap<String, String>,
    /// The body exactly as it came. On a WebSocket: the client's messages, one a line; of a turn: its SSML.
    pub body: String,
    /// The record of the socket that this is a turn on, whose method, path, query and headers it has; a request has none.
    pub turn_of: Option<u64>,
    /// Azure's name of the format that was asked for; empty where the request's path, query or body has it.
    pub format: String,
    /// The HTTP status; 0 while there is none. Of a turn: 200, or the code that the socket was closed with instead.
    pub status: u16,
    /// Bytes of the body that were handed to the socket. On a WebSocket: bytes of the messages' text; of a turn: bytes
    /// of its audio.
    pub bytes_served: u64,
    /// The vendor's own id of the request, as the answer's head says it, or the turn's; empty while there is none.
    pub request_id: String,
    /// Characters of the text that the vendor has taken and bills for. Azure counts the code points of the whole document
    /// but for the tags `<speak>` and `<voice>`, and a Han character twice.
    pub billed_characters: u64,
    /// What ElevenLabs bills for them; over HTTP, what `character-cost` says. OpenAI has no such thing: 0.
    pub credits: u64,
    /// Tokens of text that OpenAI bills; 0 of a model that is billed by characters.
    pub input_tokens: u64,
    /// Tokens of audio that OpenAI bills; 0 of a model that is billed by characters.
    pub output_tokens: u64,
    /// Characters of the text whose audio was handed to the socket.
    pub characters_served: u64,
    /// Milliseconds of audio that were handed to the socket.
    pub audio_ms_served: u64,
    /// Whether everything was served, to the end.
    pub complete: bool,
    /// Whether it is over: nothing in this record changes any more.
    pub ended: bool,
    /// What was scripted for it.
    pub fault: Option<Fault>,
}

/// What a request costs once it is taken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bill {
    pub(crate) characters: usize,
    /// Credits for a character.
    pub(crate) credits: f64,
    pub(crate) input_tokens: usize,
    /// Tokens for a second of audio.
    pub(crate) output_tokens: f64,
}

impl Bill {
    /// Whole ones.
    pub(crate) fn credits(&self) -> usize {
        (self.characters as f64 * self.credits).ceil() as usize
    }

    /// Whole ones of so many seconds. A millionth absorbs what the sum of many pieces lost in rounding.
    pub(crate) fn output_tokens(&self, seconds: f64) -> usize {
        (seconds * self.output_tokens - 1e-6).ceil().max(0.0) as usize
    }
}

/// All requests since the start, or since the last `DELETE /__sim/truth`.
#[derive(Default)]
pub(crate) struct Truth {
    records: Mutex<(u64, Vec<Arc<Mutex<Record>>>)>,
}

struct Record {
    served: Served,
    /// What is billed; of a refused session nothing is any more.
    bill: Bill,
    refused: bool,
    /// Characters of the whole text and seconds of its whole audio, so far as they are known.
    characters: u64,
    seconds: f64,
    seconds_served: f64,
}

impl Truth {
    /// A new record for a request that has come whole.
    pub(crate) fn open(&self, request: &Parts, body: &[u8]) -> Entry {
        self.add(Served {
            method: request.method.to_string(),
            path: request.uri.path().to_owned(),
            query: without_keys(request.uri.query().unwrap_or_default()),
            headers: request
                .headers
                .iter()
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    (name.to_string(), if is_key(name.as_str()) { tail(&value) } else { value.into_owned() })
                })
                .collect(),
            body: String::from_utf8_lossy(body).into_owned(),
            ..Served::default()
        })
    }

    /// A new record for a text that has come on a socket.
    pub(crate) fn turn(&self, socket: &Entry, text: &str) -> Entry {
        let Served { method, path, query, headers, .. } = locked(&socket.pen.0).served.clone();
        let (turn_of, body) = (Some(socket.at), text.to_owned());
        self.add(Served { method, path, query, headers, turn_of, body, ..Served::default() })
    }

    fn add(&self, served: Served) -> Entry {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.0 += 1;
        let at = records.0;
        let served = Served { at, ..served };
        let record = Record {
            served,
            bill: Bill::default(),
            refused: false,
            characters: 0,
            seconds: 0.0,
            seconds_served: 0.0,
        };
        let record = Arc::new(Mutex::new(record));
        records.1.push(Arc::clone(&record));
        Entry { at, pen: Arc::new(Pen(record)) }
    }

    pub(crate) fn all(&self) -> Vec<Served> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.1.iter().map(|record| locked(record).served.clone()).collect()
    }

    pub(crate) fn clear(&self) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).1.clear();
    }
}

/// Headers and query parameters that carry a key.
fn is_key(name: &str) -> bool {
    const KEYS: [&str; 5] =
        ["authorization", "ocp-apim-subscription-key", "single_use_token", "xi-api-key", "xi_api_key"];
    KEYS.iter().any(|key| name.eq_ignore_ascii_case(key))
}

fn tail(key: &str) -> String {
    let characters: Vec<char> = key.chars().collect();
    characters[characters.len().saturating_sub(4)..].iter().collect()
}

fn without_keys(query: &str) -> String {
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_key(name) => format!("{name}={}", tail(value)),
        _ => pair.to_owned(),
    });
    masked.collect::<Vec<_>>().join("&")
}

fn locked(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The pen for one record. The record has ended when every copy of its pen is gone, which is also what happens
/// when the client hangs up.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) at: u64,
    pen: Arc<Pen>,
}

struct Pen(Arc<Mutex<Record>>);

impl Drop for Pen {
    fn drop(&mut self) {
        locked(&self.0).served.ended = true;
    }
}

impl Record {
    /// Adds up what is billed so far.
    fn total(&mut self) {
        self.served.billed_characters = self.bill.characters as u64;
        self.served.credits = self.bill.credits() as u64;
        self.served.input_tokens = self.bill.input_tokens as u64;
        self.served.output_tokens = self.bill.output_tokens(self.seconds_served) as u64;
    }
}

impl Entry {
    fn write(&self, change: impl FnOnce(&mut Record)) {
        change(&mut locked(&self.pen.0));
    }

    pub(crate) fn status(&self, status: u16) {
        self.write(|record| record.served.status = status);
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.write(|record| record.served.fault = Some(fault));
    }

    /// What sound was asked for.
    pub(crate) fn format(&self, name: &str) {
        self.write(|record| record.served.format = name.to_owned());
    }

    /// What the head of the answer calls the request.
    pub(crate) fn name(&self, request_id: &str) {
        self.write(|record| record.served.request_id = request_id.to_owned());
    }

    /// The request is taken, or more of its text is: from here on it is billed.
    pub(crate) fn bill(&self, more: Bill) {
        self.write(|record| {
            if !record.refused {
                let characters = record.bill.characters + more.characters;
                record.bill = Bill { characters, ..more };
                record.total();
            }
        });
    }

    /// It is refused after all; nothing is billed unless some audio was served.
    pub(crate) fn refuse(&self) {
        self.write(|record| {
            if record.seconds_served == 0.0 {
                record.refused = true;
                record.bill = Bill::default();
                record.total();
            }
        });
    }

    /// Another message from the client.
    pub(crate) fn message(&self, text: &str) {
        self.write(|record| {
            if !record.served.body.is_empty() {
                record.served.body.push('\n');
            }
            record.served.body.push_str(text);
        });
    }

    /// So much more is going to be served.
    pub(crate) fn promise(&self, characters: usize, seconds: f64) {
        self.write(|record| {
            record.characters += characters as u64;
            record.seconds += seconds;
        });
    }

    /// So many bytes were handed to the socket, with so many seconds of audio in them.
    pub(crate) fn serve(&self, bytes: usize, seconds: f64) {
        self.write(|record| {
            record.seconds_served += seconds;
            record.served.bytes_served += bytes as u64;
            record.served.audio_ms_served = (record.seconds_served * 1000.0).round() as u64;
            if record.seconds > 0.0 {
                // Half a millisecond absorbs what the sum of many pieces lost in rounding.
                let share = ((record.seconds_served + 0.0005) / record.seconds).min(1.0);
                record.served.characters_served = (share * record.characters as f64) as u64;
            }
            record.total();
        });
    }

    /// Everything was served.
    pub(crate) fn complete(&self) {
        self.write(|record| record.served.complete = true);
    }
}
