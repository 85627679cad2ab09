//! Who may ask.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::{HeaderMap, Uri, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use crate::credentials;
use crate::fault::Fault;

/// Who asks when no API keys are configured.
const LOCAL: &str = "local";

/// Names that nobody's DNS can lead here but our own. The last is how a container on a desktop calls its host.
const LOCAL_NAMES: [&str; 2] = ["localhost", "host.docker.internal"];

/// The configured clients and their API keys, of which only digests are kept.
#[derive(Clone)]
pub struct Clients {
    names: Vec<Arc<str>>,
    /// SHA-256 of each key, and the index of its owner's name.
    keys: Vec<([u8; 32], u64)>,
    local: Arc<str>,
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

/// Without API keys only this machine may ask: refuses to listen on any address but a loopback one.
///
/// # Errors
/// [`ClientsError::Unprotected`].
pub fn check_binding(listen: SocketAddr, clients: &Clients) -> Result<(), ClientsError> {
    if clients.is_empty() && !listen.ip().to_canonical().is_loopback() {
        return Err(ClientsError::Unprotected(listen));
    }
    Ok(())
}

impl Clients {
    /// The clients by name, each with its keys. None at all makes everybody on this machine the client `local`.
    ///
    /// # Errors
    /// An empty key, a key that two clients share, a client without a key.
    pub fn new(clients: impl IntoIterator<Item = (String, Vec<SecretString>)>) -> Result<Self, ClientsError> {
        let mut this = Self { names: Vec::new(), keys: Vec::new(), local: LOCAL.into() };
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

    /// Whether no client is configured, so that whoever asks is `local`.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Who sent this. Who sends the keys of two clients is neither.
    pub(crate) fn identify(&self, uri: &Uri, headers: &HeaderMap) -> Result<Arc<str>, Fault> {
        if self.is_empty() {
            return if is_no_rebound_name(uri, headers) {
                Ok(self.local.clone())
            } else {
                Err(Fault::ForeignHost)
            };
        }
        let keys = credentials::sent(uri, headers);
        let (key, others) = keys.split_first().ok_or(Fault::NoKey)?;
        let owner = self.owner(key).ok_or(Fault::WrongKey)?;
        let is_anothers = |key| self.owner(key).is_some_and(|other| other != owner);
        if others.iter().any(|key| is_anothers(key)) {
            return Err(Fault::WrongKey);
        }
        Ok(owner)
    }

    /// Compares digests, all of them and each to its end, so that the time taken tells nothing about any key:
    /// not its length, not how much of it was right, not its place in the list.
    pub(crate) fn owner(&self, key: &[u8]) -> Option<Arc<str>> {
        let digest = digest_of(key);
        let mut owner = u64::MAX;
        for (known, candidate) in &self.keys {
            owner.conditional_assign(candidate, known.ct_eq(&digest));
        }
        self.names.get(usize::try_from(owner).ok()?).cloned()
    }
}

fn digest_of(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}

/// Without keys a web page could still reach us, by a name of its own that it resolves to 127.0.0.1 (DNS
/// rebinding). Its requests carry that name; an address cannot be rebound, and only what is no browser sends no
/// name at all.
fn is_no_rebound_name(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.host().or_else(|| {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        Some(
            host.rsplit_once(':')
                .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
                .map_or(host, |(host, _)| host),
        )
    });
    let Some(host) = host else { return true };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    LOCAL_NAMES.iter().any(|name| host.eq_ignore_ascii_case(name)) || host.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn two_clients() -> Clients {
        Clients::new([
            ("ann".to_owned(), vec!["k-ann-1".into(), "k-ann-2".into()]),
            ("bob".to_owned(), vec!["k-bob".into()]),
        ])
        .unwrap()
    }

    fn identify(clients: &Clients, authorization: &str) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        if !authorization.is_empty() {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
        }
        match clients.identify(&Uri::from_static("/"), &headers) {
            Ok(name) => Ok(name.to_string()),
            Err(Fault::NoKey) => Err("no key"),
            Err(Fault::WrongKey) => Err("wrong key"),
            Err(_) => Err("other"),
        }
    }

    #[test]
    fn every_key_leads_to_its_owner() {
        let clients = two_clients();
        assert_eq!(identify(&clients, "Bearer k-ann-1"), Ok("ann".into()));
        assert_eq!(identify(&clients, "bearer k-ann-2"), Ok("ann".into()));
        assert_eq!(identify(&clients, "Bearer k-bob"), Ok("bob".into()));
    }

    #[test]
    fn no_other_key_leads_anywhere() {
        let clients = two_clients();
        for wrong in ["Bearer k-bo", "Bearer k-bobb", "Bearer K-BOB", "Bearer k-ann-1 k-bob"] {
            assert_eq!(identify(&clients, wrong), Err("wrong key"), "{wrong}");
        }
        for missing in ["", "Bearer", "Bearer ", "Basic k-bob", "k-bob"] {
            assert_eq!(identify(&clients, missing), Err("no key"), "{missing:?}");
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
        let nobody = Clients::new([]).unwrap();
        for open in ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:8080"] {
            assert!(check_binding(open.parse().unwrap(), &nobody).is_err(), "{open}");
            assert!(check_binding(open.parse().unwrap(), &two_clients()).is_ok(), "{open}");
        }
        for closed in ["127.0.0.1:8080", "[::1]:8080", "[::ffff:127.0.0.1]:80"] {
            assert!(check_binding(closed.parse().unwrap(), &nobody).is_ok(), "{closed}");
        }
    }

    #[test]
    fn without_keys_the_host_must_be_one_that_nobody_can_rebind() {
        let nobody = Clients::new([]).unwrap();
        let admitted = |host: &'static str| {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            nobody.identify(&Uri::from_static("/v1/models"), &headers).is_ok()
        };
        for ours in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:8080",
            "host.docker.internal:80",
            "0.0.0.0:8080",
        ] {
            assert!(admitted(ours), "{ours}");
        }
        for foreign in ["evil.example", "localhost.evil.example:8080", "", "127.0.0.1.evil.example"] {
            assert!(!admitted(foreign), "{foreign:?}");
        }
    }
}
