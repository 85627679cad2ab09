//! The WebSockets of ElevenLabs from the side of its server: what a client may send, and what it is answered.
//!
//! Three dialects: `stream-input` speaks one text; `multi-stream-input` several, each a context with an id;
//! `text-to-dialogue/multi-stream-input` several as well, each with several voices, in snake case.

mod asked;
mod told;

pub use asked::{Asked, Input, Misread};
pub use told::{Characters, Dialect};
