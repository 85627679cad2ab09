//! ElevenLabs' API as its official clients speak it: `elevenlabs` 2.78 for Python, `@elevenlabs/elevenlabs-js` 2.73.

mod error;
pub mod socket;
pub mod upstream;

pub use error::{ErrorBody, ErrorEnvelope};
