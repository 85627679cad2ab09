//! What a backend says that it counted.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A backend's own figures. What it did not say is absent: an estimate is somebody else's business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// The usage of one speech, told by the backend and read by whoever accounts for it. Clones are the same receipt.
#[derive(Clone, Default)]
pub struct Receipt(Arc<Mutex<Usage>>);

impl Receipt {
    /// Writes on it.
    pub fn note(&self, write: impl FnOnce(&mut Usage)) {
        write(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What stands on it now.
    pub fn read(&self) -> Usage {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}
