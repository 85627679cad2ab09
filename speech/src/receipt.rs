//! What a backend says that it counted.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// A backend's own figures. What it did not say is absent: an estimate is somebody else's business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The request by the vendor's own id.
    pub request_id: Option<String>,
    /// What a vendor that counts characters charges for: ElevenLabs' `character-cost`, in credits.
    pub characters: Option<u64>,
    /// Tokens of text, of a vendor that counts tokens.
    pub input_tokens: Option<u64>,
    /// Tokens of audio, of a vendor that counts tokens.
    pub output_tokens: Option<u64>,
}

/// The receipt of one call, written on by the backend and read by whoever accounts for it. Clones are the same receipt.
#[derive(Clone, Default)]
pub struct Receipt(Arc<Mutex<Written>>);

#[derive(Default)]
struct Written {
    taken: bool,
    is_queued: bool,
    usage: Usage,
}

impl Receipt {
    /// The backend has taken the request: from here on it charges for it, whatever becomes of the sound.
    pub fn take(&self) {
        self.written().taken = true;
    }

    /// The backend has refused after all, before any sound: it charges nothing.
    pub fn refuse(&self) {
        self.written().taken = false;
    }

    /// Whether the backend has taken the request.
    pub fn is_taken(&self) -> bool {
        self.written().taken
    }

    /// The call waits for its turn, or does no longer: as long as it does, nothing of it was sent.
    pub fn queue(&self, is_queued: bool) {
        self.written().is_queued = is_queued;
    }

    /// Whether nothing was sent yet.
    pub fn is_queued(&self) -> bool {
        self.written().is_queued
    }

    /// Writes down what was counted.
    pub fn note(&self, write: impl FnOnce(&mut Usage)) {
        write(&mut self.written().usage);
    }

    /// What was counted so far.
    pub fn read(&self) -> Usage {
        self.written().usage.clone()
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}
