//! Who may ask: the clients of the configuration, and those of the database.

mod callers;
mod client;
mod pages;
mod stored;
mod tokens;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use billing::Preferences;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use speech::Routing;
use subtle::{ConditionallySelectable, ConstantTimeEq};

pub(crate) use callers::Callers;
pub(crate) use client::{Client, Own};
pub(crate) use pages::refuse_foreign_page;
pub(crate) use stored::StoredKeys;
pub use stored::are_keys_stored;
pub(crate) use tokens::Tokens;

/// The configured clients and their API keys, of which only digests are kept.
#[derive(Clone, Default)]
pub struct Clients {
    names: Vec<Arc<str>>,
    /// SHA-256 of each key, and the index of its owner's name.
    keys: Vec<([u8; 32], u64)>,
    /// What holds for all requests that leave it open, and before that for those of single clients.
    routing: Routing,
    own: HashMap<Arc<str>, Own>,
}

/// Clients that cannot be told apart, or not kept out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientsError {
    /// An empty key would let everybody in.
    #[error("client {0:?} has an empty API key; give it a long random one, or remove the entry")]
    EmptyKey(String),
    /// One key, two owners.
    #[error("clients {0:?} and {1:?} have the same API key; every client needs its own")]
    SharedKey(String, String),
    /// A client without a key can never ask.
    #[error("client {0:?} has no API key; add one under `keys`, or remove the client")]
    NoKey(String),
    /// Whoever reaches the port could use it.
    #[error(
        "listening on {0} without API keys would let everybody on the network in; configure one under [clients.NAME] keys, or listen on 127.0.0.1"
    )]
    Unprotected(SocketAddr),
}

/// Without API keys, be they configured or stored ([`are_keys_stored`]), only this machine may ask: refuses to listen on
/// any address but a loopback one.
///
/// # Errors
/// [`ClientsError::Unprotected`].
pub fn check_binding(listen: SocketAddr, has_keys: bool) -> Result<(), ClientsError> {
    if has_keys || is_loopback(listen) { Ok(()) } else { Err(ClientsError::Unprotected(listen)) }
}

/// Whether only this machine can reach an address.
pub(crate) fn is_loopback(listen: SocketAddr) -> bool {
    listen.ip().to_canonical().is_loopback()
}

impl Clients {
    /// The clients by name, each with its keys.
    ///
    /// # Errors
    /// An empty key, a key that two clients share, a client without a key.
    pub fn new(clients: impl IntoIterator<Item = (String, Vec<SecretString>)>) -> Result<Self, ClientsError> {
        let mut this = Self::default();
        for (name, keys) in clients {
            if keys.is_empty() {
                return Err(ClientsError::NoKey(name));
            }
            let owner = this.names.len() as u64;
            for key in keys {
                if key.expose_secret().is_empty() {
                    return Err(ClientsError::EmptyKey(name));
                }
                let digest = digest_of(key.expose_secret().as_bytes());
                if let Some((_, other)) =
                    this.keys.iter().find(|(known, other)| *known == digest && *other != owner)
                {
                    return Err(ClientsError::SharedKey(this.names[*other as usize].to_string(), name));
                }
                this.keys.push((digest, owner));
            }
            this.names.push(name.into());
        }
        Ok(this)
    }

    /// The same, with what holds where a request leaves it open: for all, and before that for single clients by name.
    pub fn routed(self, routing: Routing, own: impl IntoIterator<Item = (String, Preferences)>) -> Self {
        let own = own.into_iter().map(|(name, preferences)| (name.into(), preferences.into())).collect();
        Self { routing, own, ..self }
    }

    /// Whether no client is configured.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Compares digests, all of them and each to its end, so that the time taken tells nothing about any key:
    /// not its length, not how much of it was right, not its place in the list.
    fn owner(&self, key: &[u8]) -> Option<Arc<str>> {
        let digest = digest_of(key);
        let mut owner = u64::MAX;
        for (known, candidate) in &self.keys {
            owner.conditional_assign(candidate, known.ct_eq(&digest));
        }
        self.name(owner)
    }

    /// Whose key has that digest by name: a public one, so that how long it takes may tell.
    fn owner_by_name(&self, wanted: &str, name_of: impl Fn(&[u8; 32]) -> String) -> Option<Arc<str>> {
        let (_, owner) = self.keys.iter().find(|(digest, _)| name_of(digest) == wanted)?;
        self.name(*owner)
    }

    fn name(&self, owner: u64) -> Option<Arc<str>> {
        self.names.get(usize::try_from(owner).ok()?).cloned()
    }
}

fn digest_of(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_clients() -> Clients {
        Clients::new([
            ("ann".to_owned(), vec!["k-ann-1".into(), "k-ann-2".into()]),
            ("bob".to_owned(), vec!["k-bob".into()]),
        ])
        .unwrap()
    }

    #[test]
    fn every_key_leads_to_its_owner_and_no_other_leads_anywhere() {
        let clients = two_clients();
        let owner = |key: &str| clients.owner(key.as_bytes()).map(|name| name.to_string());
        for (key, name) in [("k-ann-1", "ann"), ("k-ann-2", "ann"), ("k-bob", "bob")] {
            assert_eq!(owner(key).as_deref(), Some(name));
        }
        for wrong in ["", "k-bo", "k-bobb", "K-BOB", "k-ann-1 k-bob"] {
            assert_eq!(owner(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ambiguous_or_empty_keys_are_refused() {
        let clients = |list: &[(&str, &[&str])]| {
            Clients::new(list.iter().map(|(name, keys)| {
                ((*name).to_owned(), keys.iter().map(|key| SecretString::from(*key)).collect())
            }))
            .err()
        };
        assert_eq!(
            clients(&[("a", &["x"]), ("b", &["x"])]),
            Some(ClientsError::SharedKey("a".into(), "b".into()))
        );
        assert_eq!(clients(&[("a", &[""])]), Some(ClientsError::EmptyKey("a".into())));
        assert_eq!(clients(&[("a", &[])]), Some(ClientsError::NoKey("a".into())));
        assert_eq!(clients(&[("a", &["x", "x"])]), None, "a repeated key of one client does no harm");
    }

    #[test]
    fn without_keys_only_loopback_addresses_may_be_bound() {
        for open in ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:8080"] {
            assert!(check_binding(open.parse().unwrap(), false).is_err(), "{open}");
            assert!(check_binding(open.parse().unwrap(), true).is_ok(), "{open}");
        }
        for closed in ["127.0.0.1:8080", "[::1]:8080", "[::ffff:127.0.0.1]:80"] {
            assert!(check_binding(closed.parse().unwrap(), false).is_ok(), "{closed}");
        }
    }
}
