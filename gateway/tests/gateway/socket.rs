//! ElevenLabs' WebSockets, with a client of their own kind.

pub(crate) mod client;
mod dialogue;
mod ends;
mod keys;
mod limits;
mod multi;
mod single;
mod swapped;
