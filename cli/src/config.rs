//! The configuration: what it holds, and what holds without one.
//!
//! A section lives with the code that it configures; this file only puts the sections together.

mod backend;
mod database;
mod file;
mod layers;
mod redis;
mod routing;
mod secret;
mod stand_ins;
mod url;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use billing::Preferences;
use clap::ValueEnum;
use serde::{Deserialize, Deserializer, Serialize, de};
use speech::{Aliases, Fallback, Policy};

pub(crate) use backend::{Backend, Vendor};
pub(crate) use database::Database;
pub(crate) use layers::Flags;
pub(crate) use redis::Redis;
pub(crate) use routing::Routing;
pub(crate) use secret::{SecretKeys, SecretSource};
pub(crate) use stand_ins::stand_ins;

use crate::failure::Failure;

/// Everything that can be configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Where to listen.
    #[serde(deserialize_with = "an_address")]
    pub(crate) listen: SocketAddr,
    /// Where the admin API and the metrics are served; none is nowhere.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "perhaps_an_address")]
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Who may use the admin API; with no key here it serves this machine only.
    #[serde(skip_serializing_if = "SecretKeys::is_empty")]
    pub(crate) admin_keys: SecretKeys,
    /// Where the journal and the lexicons lie; none means the user's data directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<PathBuf>,
    /// Where everything is kept: SQLite in the data directory, or a Postgres server.
    pub(crate) database: Database,
    /// What several gateways share, as long as it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redis: Option<Redis>,
    /// What digests of API keys are made with; none means a file in the data directory. Nodes on one database share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pepper: Option<SecretSource>,
    /// Rate cards of your own, beside the vendors' that are built in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rates: Vec<PathBuf>,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// Who can speak, by name.
    pub(crate) backends: BTreeMap<String, Backend>,
    /// Other names for voices; they come before those that stand in for the vendors'.
    pub(crate) voices: Aliases,
    /// Who may use the server, by name; with nobody here it serves this machine only.
    pub(crate) clients: BTreeMap<String, Client>,
    /// Whom requests are spoken by.
    pub(crate) routing: Routing,
    /// The limits of the server.
    pub(crate) http: gateway::Config,
    /// What was spoken before and is kept to be given again.
    pub(crate) cache: Cache,
    /// The certificate that the server shows; with none it speaks plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<Tls>,
    /// A manifest of models from outside.
    pub(crate) models: Models,
}

/// Someone who may use the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    /// Any of these keys is this client; several let a key be changed without a gap.
    pub(crate) keys: SecretKeys,
    /// How its voices are chosen, where a request does not say; `local-only` no request takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<Policy>,
    /// What happens when a backend fails, where a request does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fallback: Option<Fallback>,
    /// Its own names for voices; they come before everyone's.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub(crate) voices: Aliases,
}

impl Client {
    /// What holds for its requests where they do not say it themselves.
    pub(crate) fn preferences(&self) -> Preferences {
        Preferences { policy: self.policy, fallback: self.fallback, aliases: self.voices.clone() }
    }
}

/// What was spoken before and is kept to be given again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Cache {
    /// Bytes in memory; 0 keeps nothing there.
    pub(crate) memory_bytes: u64,
    /// Bytes in the data directory; 0 keeps nothing there.
    pub(crate) disk_bytes: u64,
    /// Seconds in Redis; 0 keeps nothing there.
    pub(crate) redis_seconds: u32,
    /// Whether clients are given what was spoken for others.
    pub(crate) shared: bool,
}

/// The server's certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// The whole chain in PEM, the server's own first.
    pub(crate) cert: PathBuf,
    /// Its private key in PEM, unencrypted.
    pub(crate) key: PathBuf,
}

/// A manifest of models from outside: trusted only when the pinned key has signed it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Models {
    /// The manifest; none means the one in this program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<PathBuf>,
    /// Its signature; none means the manifest's name and `.minisig`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<PathBuf>,
    /// The minisign public key that must have signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: gateway::DEFAULT_LISTEN,
            admin_listen: None,
            admin_keys: SecretKeys::default(),
            data: None,
            database: Database::default(),
            redis: None,
            pepper: None,
            rates: Vec::new(),
            log_format: LogFormat::default(),
            backends: [("kokoro".to_owned(), Backend::Kokoro(kokoro::Config::default()))].into(),
            voices: Aliases::new(),
            clients: BTreeMap::new(),
            routing: Routing::default(),
            http: gateway::Config::default(),
            cache: Cache::default(),
            tls: None,
            models: Models::default(),
        }
    }
}

impl Config {
    /// Puts flags over the environment over the file.
    pub(crate) fn load(file: Option<&Path>, flags: Flags) -> Result<Self, Failure> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        layers::load(file, environment, flags)
    }
}

/// `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
pub(crate) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let loopback = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    loopback.or_else(|| text.parse().ok()).ok_or("not an address with a port, like 127.0.0.1:8080")
}

fn an_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    address(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

fn perhaps_an_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    an_address(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT_FILE: &str = include_str!("../../config/voice-soundboard.toml");

    /// `#key = value` is a setting at its default; `# text` is prose; `#: key = value` is an example.
    fn uncommented(marks: &[&str]) -> String {
        let bare = |line: &'static str| {
            let setting =
                line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', ':']) && !rest.is_empty());
            let example = line.strip_prefix("#: ").filter(|_| marks.contains(&"#: "));
            setting.or(example).unwrap_or(line)
        };
        DEFAULT_FILE.lines().map(bare).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_commented_default_file_is_what_holds_without_a_file() {
        let text = uncommented(&[]);
        let written: Config = toml::from_str(&text).expect("the default file parses");
        assert_eq!(written, Config::default());

        // Every setting of the default is written down, not only parsed back from being absent.
        let table: toml::Table = text.parse().expect("the default file parses");
        let default = toml::Table::try_from(Config::default()).expect("the default serialises");
        for (key, value) in default {
            let empty = value.as_table().is_some_and(toml::Table::is_empty);
            assert!(
                empty || table.get(&key) == Some(&value),
                "{key} in the default file: {:?}",
                table.get(&key)
            );
        }
    }

    #[test]
    fn as_it_stands_the_default_file_changes_nothing() {
        assert_eq!(toml::from_str::<Config>(DEFAULT_FILE).expect("it parses"), Config::default());
    }

    #[test]
    fn the_examples_in_the_default_file_are_valid() {
        let config: Config = toml::from_str(&uncommented(&["#: "])).expect("the examples parse");
        assert_eq!(config.clients["laptop"].keys.0.len(), 2);
        assert_eq!(config.clients["laptop"].policy, Some(Policy::LocalOnly));
        assert_eq!(config.clients["laptop"].voices["narrator"], "kokoro:bf_emma");
        assert_eq!((config.routing.weights["kokoro"].get(), config.routing.hedge), (3, Some(0.95)));
        assert!(config.redis.is_some());
        assert!(config.data.is_some() && config.models.public_key.is_some());
    }

    #[test]
    fn an_address_may_be_localhost() {
        let listen = |text| toml::from_str::<Config>(text).map(|config| config.listen.to_string());
        assert_eq!(listen("listen = 'localhost:8081'").expect("it is one"), "127.0.0.1:8081");
        assert_eq!(listen("listen = '[::1]:8081'").expect("it is one"), "[::1]:8081");
        let error = listen("listen = '8081'").expect_err("there is no host");
        assert_eq!(error.message(), "not an address with a port, like 127.0.0.1:8080");
    }
}
