//! What is asked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{AudioFormat, Reading, Routing, SpeechError, SpeechText};

/// Where a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// OpenAI's API.
    OpenAi,
    /// ElevenLabs' API.
    ElevenLabs,
    /// Azure's API.
    Azure,
    /// Our own API.
    Native,
    /// The command line.
    Cli,
}

impl Door {
    /// The stable name that the journal stores.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::ElevenLabs => "elevenlabs",
            Self::Azure => "azure",
            Self::Native => "native",
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

/// How loud: 0 to 4 times the backend's own level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Volume(f32);

impl Volume {
    /// The backend's own level.
    pub const NORMAL: Volume = Volume(1.0);

    /// A volume between 0 and 4.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](crate::ErrorKind::InvalidParameter) outside that range, and for NaN.
    pub fn new(times: f64) -> Result<Self, SpeechError> {
        if (0.0..=4.0).contains(&times) {
            Ok(Self(times as f32))
        } else {
            Err(SpeechError::invalid_parameter(
                "volume_multiplier",
                format!("volume_multiplier is {times}; it must be a number from 0 to 4."),
            ))
        }
    }

    /// Times the backend's own level.
    pub fn times(self) -> f32 {
        self.0
    }
}

impl Default for Volume {
    fn default() -> Self {
        Self::NORMAL
    }
}

/// Fields of a request that mean something to one vendor only, as they came. Their door has checked their shape.
#[derive(Clone, Default, PartialEq)]
pub struct Extras(Arc<serde_json::Map<String, serde_json::Value>>);

impl Extras {
    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&serde_json::Value> {
        self.0.get(field)
    }

    /// Every field and its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &serde_json::Value)> {
        self.0.iter().map(|(field, value)| (field.as_str(), value))
    }

    /// The names of the fields that are none of those known.
    pub fn beside(&self, known: &[&str]) -> Vec<String> {
        self.0.keys().filter(|field| !known.contains(&field.as_str())).cloned().collect()
    }
}

impl FromIterator<(String, serde_json::Value)> for Extras {
    fn from_iter<I: IntoIterator<Item = (String, serde_json::Value)>>(fields: I) -> Self {
        Self(Arc::new(fields.into_iter().collect()))
    }
}

/// The names only: a value may be somebody's text.
impl fmt::Debug for Extras {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Other names for voices, each with the name of the voice that is meant: `narrator` -> `kokoro:bm_george`.
pub type Aliases = BTreeMap<String, String>;

/// On what terms speech is asked for: by whom, where, and how it is to sound.
#[derive(Clone)]
pub struct Terms {
    /// Unique; goes into the response, the journal and the access log.
    pub id: String,
    /// Who asks: the id of the client.
    pub client: Arc<str>,
    /// The key by which it asks, by its public prefix; none of a key that the configuration holds, and of no key.
    pub key: Option<Arc<str>>,
    /// What the client wants its costs to be told apart by; of the configured names only.
    pub tags: Arc<BTreeMap<String, String>>,
    /// Where it came in.
    pub door: Door,
    /// How to read the text.
    pub reading: Reading,
    /// The model as the client named it; none leaves it to us.
    pub model: Option<String>,
    /// How fast.
    pub speed: Speed,
    /// How loud.
    pub volume: Volume,
    /// How to say it, in prose, for backends that can follow it.
    pub instructions: Option<String>,
    /// A BCP 47 tag of the text's language; none leaves it to the voice.
    pub language: Option<String>,
    /// Fields for one vendor only.
    pub extras: Extras,
    /// How to encode it.
    pub format: AudioFormat,
    /// Whether the times of the words are wanted.
    pub timed: bool,
    /// Whether the shapes of the mouth are wanted, too; they come with the words' times.
    pub visemes: bool,
    /// Whether nothing leaves before all of it is there.
    pub whole: bool,
    /// Whom it may be spoken by.
    pub routing: Routing,
    /// The client's own names for voices, which come before everyone's.
    pub aliases: Arc<Aliases>,
}

impl Terms {
    /// The plainest terms: the backend's own pace, level and model, as MP3, streamed.
    pub fn new(id: impl Into<String>, client: Arc<str>, door: Door) -> Self {
        Self {
            id: id.into(),
            client,
            key: None,
            tags: Arc::default(),
            door,
            reading: Reading::default(),
            model: None,
            speed: Speed::NORMAL,
            volume: Volume::NORMAL,
            instructions: None,
            language: None,
            extras: Extras::default(),
            format: AudioFormat::default(),
            timed: false,
            visemes: false,
            whole: false,
            routing: Routing::default(),
            aliases: Arc::default(),
        }
    }
}

/// One request, whichever door it came through. To build one is to have validated it.
#[derive(Clone)]
pub struct SpeechRequest {
    /// What to say.
    pub text: SpeechText,
    /// The voice as the client named it: `backend:voice`, a bare name, or an alias.
    pub voice: String,
    /// By whom, where and how.
    pub terms: Terms,
}

/// Nobody's text belongs in a log, nor how to say it.
impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Terms({} of {} by {})", self.id, self.client, self.door.name())
    }
}

/// The same of a request.
impl fmt::Debug for SpeechRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpeechRequest({:?})", self.terms)
    }
}

/// The next words of one speaker. Turns of one voice after another continue each other.
#[derive(Clone)]
pub struct Turn {
    /// The voice as the client named it.
    pub voice: Arc<str>,
    /// The next words; may be empty.
    pub text: String,
    /// Everything so far is to be spoken now.
    pub flush: bool,
}

/// Nobody's text belongs in a log.
impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Turn({} bytes by {}, flush: {})", self.text.len(), self.voice, self.flush)
    }
}
