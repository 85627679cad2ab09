//! The HTTP stack and its doors.
//!
//! [`serve`] takes connections, runs each request through one stack of layers (`stack`, which lists them with a
//! reason for each) and leaves the speaking to the [`engine`]. A door reads one vendor's requests and writes
//! that vendor's answers: OpenAI's, ElevenLabs', Azure's, and our own.

mod admin;
mod body;
mod clients;
mod config;
mod credentials;
mod doors;
mod fault;
mod openapi;
mod replay;
mod server;
mod stack;
mod tls;

pub use admin::{AdminParts, MetricsPage};
pub use clients::{Clients, ClientsError, are_keys_stored, check_binding};
pub use config::{Config, DEFAULT_LISTEN, Origin, OriginError, TagName, TagNameError};
pub use doors::{explained, listed, normalized, text_of};
pub use server::{Ended, Parts, serve, serve_admin};
pub use tls::{Tls, TlsError};
