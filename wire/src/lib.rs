//! The vendors' types and framings, pure: bytes in, types out, and back. Nothing here opens a socket.

pub mod openai;
