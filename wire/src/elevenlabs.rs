//! ElevenLabs' API as its official clients speak it: `elevenlabs` 2.78 for Python, `@elevenlabs/elevenlabs-js` 2.73.

mod alignment;
mod error;
mod format;
mod model;
mod query;
mod request;
mod script;
mod search;
mod settings;
mod shape;
pub mod socket;
pub mod upstream;
mod user;
mod voice;

pub use alignment::{Alignment, TimedAudio};
pub use error::{ErrorBody, ErrorEnvelope};
pub use format::{OUTPUT_FORMATS, OutputFormat};
pub use model::{Language, MODELS, Model, USUAL_CHARACTERS};
pub use query::{DEFAULT_FORMAT, SpeechQuery, output_format};
pub use request::{
    CreateDialogue, CreateSpeech, DIALOGUE_MODEL, DialogueInput, MOST_NAME_CHARACTERS, MOST_VOICES, Options,
    SPEECH_MODEL,
};
pub use script::{Script, VoiceSegment};
pub use search::VoiceSearch;
pub use settings::{DefaultSettings, VoiceSettings};
pub use user::{Subscription, User};
pub use voice::{VerifiedLanguage, Voice, VoicePage, Voices};
