//! The vendors' types and framings, and our own, pure: bytes in, types out, and back. Nothing here opens a socket.

pub mod azure;
pub mod elevenlabs;
mod fields;
pub mod openai;
mod query;
pub mod soundboard;

pub use fields::RequestError;
pub use query::Query;
