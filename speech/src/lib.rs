//! The vocabulary of voice-soundboard.
//!
//! Every door turns its own request into one [`SpeechRequest`]; the text becomes one [`SpeechGraph`]; a
//! [`Backend`] renders it as [`Sound`]; the engine hands back encoded audio as an [`AudioStream`].
//! What goes wrong on the way is a [`SpeechError`].
//!
//! This crate has no I/O, no runtime and no opinion on HTTP or databases.

mod audio;
mod backend;
mod capabilities;
mod environment;
mod error;
mod graph;
mod letters;
mod lexicon;
mod mouth;
mod plain;
mod reading;
mod receipt;
mod request;
mod routing;
mod shared;
mod ssml;
mod text;
mod timing;
mod voice;

pub use audio::{
    AudioChunk, AudioFormat, AudioStream, Codec, EncodedChunk, EncodedStream, PcmChunk, PcmStream,
    SampleRate, Sound,
};
pub use backend::{Backend, Delivery, Follow, Model, Piece, Utterance};
pub use capabilities::Capabilities;
pub use environment::{Clock, Ids};
pub use error::{ErrorKind, Origin, SpeechError};
pub use graph::{Boundary, Clause, Span, SpeechGraph};
/// A calendar day, UTC.
pub use jiff::civil::Date;
pub use letters::{Joining, Letter, Spelling};
pub use lexicon::{Entry, Lexicon, Lexicons, Saying};
pub use mouth::{Mouth, Shape, Still, visemes};
pub use plain::{Plain, PlainBuilder};
pub use reading::{Manner, Markup, Notation, Reading};
pub use receipt::{Receipt, Usage};
pub use request::{Aliases, Door, Extras, SpeechRequest, Speed, Terms, Turn, Volume};
pub use routing::{Fallback, Policy, Routing};
pub use shared::{Lease, Place, SharedLines, SharedShelf};
pub use ssml::{Attribute, Element, Mark, Node, Passage, Score, Tag, Tone};
pub use text::{SpeechText, TextError, has_sound, is_combining_mark, may_be_spoken};
pub use timing::{TimingKind, Viseme, WordTiming};
pub use voice::{Gender, Voice, VoiceId, VoiceStatus};

/// A boxed future, as trait objects need it.
pub type BoxFuture<T> = futures::future::BoxFuture<'static, T>;
