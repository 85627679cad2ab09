//! One row for every request, whoever hangs up when.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::{BoxFuture, Door, ErrorKind, Usage};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All audio was handed over.
    Completed,
    /// The client went away first.
    HungUp,
    /// It failed, before or after the first audio.
    Failed(ErrorKind),
}

impl Outcome {
    /// The stable name that the journal stores: `completed`, `hung_up` or the error's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::HungUp => "hung_up",
            Self::Failed(kind) => kind.code(),
        }
    }
}

/// What is kept of a request. Never its text.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestRow {
    /// The request id, as the response header names it.
    pub id: String,
    /// When it came, Unix milliseconds.
    pub at_unix_ms: i64,
    /// The client's configured name.
    pub client: Arc<str>,
    /// Where it came in.
    pub door: Door,
    /// Who spoke; none when nobody was asked.
    pub backend: Option<String>,
    /// The voice that spoke, by the backend's own name; none when nobody was asked.
    pub voice: Option<String>,
    /// The model that spoke; none when nobody was asked.
    pub model: Option<String>,
    /// Code points of the text; none when no text could be read.
    pub characters: Option<u64>,
    /// What the backend says that it counted.
    pub usage: Usage,
    /// How much speech left, in milliseconds.
    pub audio_ms: u64,
    /// From the request to its first audio.
    pub first_audio_ms: Option<u64>,
    /// From the request to its end.
    pub total_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
}

/// The journal could not be written; the request itself is not at fault.
#[derive(Debug)]
pub struct JournalError(pub Box<dyn Error + Send + Sync>);

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the journal cannot be written")
    }
}

impl Error for JournalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// Where rows are kept.
pub trait Journal: Send + Sync + 'static {
    /// Keeps one row; resolves when it is on disk.
    fn record(&self, row: RequestRow) -> BoxFuture<Result<(), JournalError>>;

    /// Whether a row could be kept now, for `/readyz`.
    fn ready(&self) -> BoxFuture<Result<(), JournalError>>;
}
