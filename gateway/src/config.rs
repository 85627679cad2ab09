//! The `[http]` section of the configuration.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use http::HeaderValue;
use serde::{Deserialize, Serialize};
use speech::{Notation, Reading};

/// Where the gateway listens unless told otherwise: this machine only.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Limits of the HTTP stack. Every field has a default, so an empty section is a whole one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Browser origins that may call, such as `https://app.example.com`; `*` for all. Default: none.
    pub cors_origins: Vec<Origin>,
    /// Connections at a time; more wait in the kernel's queue. Default: 1024.
    pub max_connections: NonZeroU32,
    /// Requests at a time, each until its last byte is sent; more are answered 503. Default: 256.
    pub max_in_flight: NonZeroU32,
    /// WebSockets of one client at a time; more are answered 429. Default: 20.
    pub max_sockets_per_key: NonZeroU32,
    /// Bytes of a request body; larger ones are answered 413. Also of a WebSocket's message. Default: 1048576.
    pub max_body_bytes: usize,
    /// Seconds in which a connection must deliver the head of its next request, or be closed. Default: 30.
    pub header_timeout_seconds: NonZeroU32,
    /// Seconds in which a request's body must arrive. Default: 30.
    pub body_timeout_seconds: NonZeroU32,
    /// Seconds from a request's head to the head of its answer: to its first audio, or to all of it where an
    /// exact length is asked for. Default: 600, as long as the official clients wait.
    pub deadline_seconds: NonZeroU32,
    /// Seconds that a client may leave an answer unread before its connection is cut. Generous, since a player
    /// with large buffers reads in large steps. Default: 300.
    pub stall_timeout_seconds: NonZeroU32,
    /// What clients may tell their costs apart by, with the header `x-soundboard-tag: team=search`: the names of the
    /// tags, such as `["team", "project"]`. Default: none.
    pub tags: Vec<TagName>,
    /// Whether a text in SSML may have a vendor fetch sound or words from elsewhere: `<audio src="...">`. Default: false.
    pub ssml_fetch: bool,
    /// Bytes of an answer that are kept for a day for who asks again with the same `Idempotency-Key`. A longer answer
    /// is not kept; who asks for it again is answered 409. Default: 16777216.
    pub replay_max_bytes: usize,
    /// Seconds that running answers are given to end when the server stops. Default: 30.
    pub drain_timeout_seconds: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            max_connections: count(1024),
            max_in_flight: count(256),
            max_sockets_per_key: count(20),
            max_body_bytes: 1024 * 1024,
            header_timeout_seconds: count(30),
            body_timeout_seconds: count(30),
            deadline_seconds: count(600),
            stall_timeout_seconds: count(300),
            tags: Vec::new(),
            ssml_fetch: false,
            replay_max_bytes: 16 * 1024 * 1024,
            drain_timeout_seconds: 30,
        }
    }
}

impl Config {
    /// How a text is read that a client wants to be read so.
    pub(crate) fn allowed(&self, reading: Reading) -> Reading {
        let notation = match reading.notation {
            Notation::Plain => Notation::Plain,
            Notation::Ssml { .. } => Notation::Ssml { may_fetch: self.ssml_fetch },
        };
        Reading { notation, ..reading }
    }

    pub(crate) fn header_timeout(&self) -> Duration {
        seconds(self.header_timeout_seconds)
    }

    pub(crate) fn body_timeout(&self) -> Duration {
        seconds(self.body_timeout_seconds)
    }

    pub(crate) fn deadline(&self) -> Duration {
        seconds(self.deadline_seconds)
    }

    pub(crate) fn stall_timeout(&self) -> Duration {
        seconds(self.stall_timeout_seconds)
    }

    pub(crate) fn drain_timeout(&self) -> Duration {
        Duration::from_secs(self.drain_timeout_seconds.into())
    }
}

fn seconds(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}

const fn count(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// The name of a tag: 1 to 32 lower-case letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct TagName(String);

/// What no tag can be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of a tag; write 1 to 32 lower-case letters, digits, _ and -")]
pub struct TagNameError(String);

impl TagName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TagName {
    type Error = TagNameError;

    fn try_from(name: String) -> Result<Self, TagNameError> {
        let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
        if (1..=32).contains(&name.len()) && name.bytes().all(is_letter) {
            Ok(Self(name))
        } else {
            Err(TagNameError(name))
        }
    }
}

impl From<TagName> for String {
    fn from(name: TagName) -> Self {
        name.0
    }
}

/// A browser origin as the `Origin` header spells it, `https://app.example.com` or `http://localhost:3000`, or
/// `*` for all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(HeaderValue);

/// What a browser would never send as its origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no browser origin; write scheme and host without a path, such as https://app.example.com, or *"
)]
pub struct OriginError(String);

impl Origin {
    pub(crate) fn is_any(&self) -> bool {
        self.0 == "*"
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(origin: String) -> Result<Self, OriginError> {
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        let is_origin = !host.is_empty() && !host.contains(['/', '?', '#', '@', '*', ' ']);
        match HeaderValue::from_str(&origin) {
            Ok(value) if is_origin || origin == "*" => Ok(Self(value)),
            _ => Err(OriginError(origin)),
        }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0.to_str().unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_section_is_the_default() {
        assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
    }

    #[test]
    fn what_is_written_reads_as_it_was() {
        let config =
            Config { cors_origins: vec![Origin::try_from("*".to_owned()).unwrap()], ..Config::default() };
        assert_eq!(toml::from_str::<Config>(&toml::to_string(&config).unwrap()).unwrap(), config);
    }

    #[test]
    fn unknown_keys_zeros_and_odd_origins_are_refused() {
        for wrong in [
            "max_conections = 5",
            "max_connections = 0",
            "header_timeout_seconds = 0",
            r#"cors_origins = ["https://app.example/"]"#,
            r#"cors_origins = ["app.example"]"#,
            r#"cors_origins = ["https://*.example"]"#,
            r#"tags = [""]"#,
            r#"tags = ["Team"]"#,
            r#"tags = ["a=b"]"#,
        ] {
            assert!(toml::from_str::<Config>(wrong).is_err(), "{wrong}");
        }
        assert!(toml::from_str::<Config>(r#"cors_origins = ["http://localhost:3000"]"#).is_ok());
        assert!(toml::from_str::<Config>(r#"tags = ["team", "cost-center_2"]"#).is_ok());
    }
}
