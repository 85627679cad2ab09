//! The `[http]` section of the configuration.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where the gateway listens unless told otherwise: this machine only.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Limits of the HTTP stack. Every field has a default, so an empty section is a whole one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Browser origins that may call, such as `https://app.example.com`; `*` for all. Default: none.
    pub cors_origins: Vec<String>,
    /// Connections at a time; more wait in the kernel's queue. Default: 1024.
    pub max_connections: usize,
    /// Requests at a time, each until its last byte is sent; more are answered 503. Default: 256.
    pub max_in_flight: usize,
    /// Bytes of a request body; larger ones are answered 413. Default: 1048576.
    pub max_body_bytes: usize,
    /// Seconds in which a connection must deliver the head of its next request, or be closed. Default: 30.
    pub header_timeout_seconds: u64,
    /// Seconds in which a request's body must arrive. Default: 30.
    pub body_timeout_seconds: u64,
    /// Seconds from a request's head to the head of its answer, that is to the first audio. Default: 120.
    pub deadline_seconds: u64,
    /// Seconds that a client may leave an answer unread before its connection is cut. Generous, since a player
    /// with large buffers reads in large steps. Default: 300.
    pub stall_timeout_seconds: u64,
    /// Seconds that running answers are given to end when the server stops. Default: 30.
    pub drain_timeout_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            max_connections: 1024,
            max_in_flight: 256,
            max_body_bytes: 1024 * 1024,
            header_timeout_seconds: 30,
            body_timeout_seconds: 30,
            deadline_seconds: 120,
            stall_timeout_seconds: 300,
            drain_timeout_seconds: 30,
        }
    }
}

impl Config {
    pub(crate) fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_seconds)
    }

    pub(crate) fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_seconds)
    }

    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds)
    }

    pub(crate) fn stall_timeout(&self) -> Duration {
        Duration::from_secs(self.stall_timeout_seconds)
    }

    pub(crate) fn drain_timeout(&self) -> Duration {
        Duration::from_secs(self.drain_timeout_seconds)
    }
}
