//! OpenAI's API as its official clients speak it: `openai` 3.54 for Python, 6.49 and 7.57 for JavaScript, and
//! the OpenAPI description of 2026-08-21.

mod caption;
mod error;
mod event;
mod listing;
mod request;
pub mod upstream;

pub(crate) use caption::in_base64;
pub use caption::{Caption, CaptionedAudio};
pub use error::{ErrorBody, ErrorEnvelope};
pub use event::{SpeechEvent, SpeechUsage};
pub use listing::{List, Model, Voice, Voices};
pub use request::{
    CODECS, CaptionedSpeech, CreateSpeech, MOST_CHARACTERS, MOST_NAME_CHARACTERS, StreamFormat,
};
