//! What is asked.

use std::fmt;
use std::sync::Arc;

use crate::{AudioFormat, Reading, SpeechError, SpeechText};

/// Where a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// OpenAI's API.
    OpenAi,
    /// The command line.
    Cli,
}

impl Door {
    /// The stable name that the journal stores.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Cli => "cli",
        }
    }
}

/// How fast to speak: 0.25 to 4 times the voice's own pace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(f32);

impl Speed {
    /// The voice's own pace.
    pub const NORMAL: Speed = Speed(1.0);

    /// A speed between 0.25 and 4.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) outside that range, and for NaN.
    pub fn new(times: f64) -> Result<Self, SpeechError> {
        if (0.25..=4.0).contains(&times) {
            Ok(Self(times as f32))
        } else {
            Err(SpeechError::invalid_parameter(
                "speed",
                format!("speed is {times}; it must be a number from 0.25 to 4.0."),
            ))
        }
    }

    /// Times the voice's own pace.
    pub fn times(self) -> f32 {
        self.0
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self::NORMAL
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One request, whichever door it came through. To build one is to have validated it.
#[derive(Clone)]
pub struct SpeechRequest {
    /// Unique; goes into the response, the journal and the access log.
    pub id: String,
    /// Who asks: the configured name of the client.
    pub client: Arc<str>,
    /// Where it came in.
    pub door: Door,
    /// What to say.
    pub text: SpeechText,
    /// How to read it.
    pub reading: Reading,
    /// The voice as the client named it: `backend:voice`, a bare name, or an alias.
    pub voice: String,
    /// The model as the client named it; none leaves it to us.
    pub model: Option<String>,
    /// How fast.
    pub speed: Speed,
    /// How to encode it.
    pub format: AudioFormat,
    /// How to say it, in prose, for backends that can follow it.
    pub instructions: Option<String>,
}

/// Nobody's text belongs in a log, nor how to say it.
impl fmt::Debug for SpeechRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpeechRequest({} of {} by {})", self.id, self.client, self.door.name())
    }
}
