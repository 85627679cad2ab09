//! Everybody who may ask.

use std::net::SocketAddr;

use billing::Payer;
use http::{HeaderMap, Uri};
use secrecy::SecretString;
use security::Claims;

use super::pages::is_no_rebound_name;
use super::{Client, Clients, Own, StoredKeys, Tokens, digest_of, is_loopback};
use crate::credentials;
use crate::doors::azure;
use crate::fault::Fault;

/// Who asks where there are no API keys at all.
const LOCAL: &str = "local";

/// The clients of the configuration and, beside them, those of the database.
///
/// As long as there is no key of either kind, everybody on this machine is the client `local`, whatever they send:
/// programs that insist on a key send something. The first key that is made ends that, for good: as long as this process
/// runs, nothing that happens to keys opens it again. Nor is anybody `local` who may come from another machine.
pub(crate) struct Callers {
    configured: Clients,
    stored: Option<StoredKeys>,
    tokens: Option<Tokens>,
    is_loopback: bool,
    local: Payer,
}

impl Callers {
    /// Those who come in by that address.
    pub(crate) fn new(configured: Clients, stored: Option<StoredKeys>, listen: SocketAddr) -> Self {
        let local = Payer { client: LOCAL.into(), key: None };
        Self { configured, stored, tokens: None, is_loopback: is_loopback(listen), local }
    }

    /// The same, some of whom may send such a token in the place of their key.
    pub(crate) fn with_tokens(self, tokens: Tokens) -> Self {
        Self { tokens: Some(tokens), ..self }
    }

    /// Who sent this. Who sends the keys of two clients is neither.
    ///
    /// # Errors
    /// There is no key or it is nobody's; the store cannot be read; without keys, a page may have sent it.
    pub(crate) async fn identify(&self, uri: &Uri, headers: &HeaderMap) -> Result<Client, Fault> {
        let keys = credentials::sent(uri, headers);
        // A key that looks like ours was made by somebody: it is right or wrong, even where there are no keys yet.
        let is_meant = keys.first().is_some_and(|key| security::prefix_of(key).is_some());
        if !is_meant && self.are_all_local().await? {
            return if is_no_rebound_name(uri, headers) {
                Ok(self.routed(self.local.clone(), Own::default()))
            } else {
                Err(Fault::ForeignHost)
            };
        }
        let (key, others) = keys.split_first().ok_or(Fault::NoKey)?;
        let may_be_token = azure::takes_tokens(uri.path());
        let owner = self.holder(key, may_be_token).await?.ok_or(Fault::WrongKey)?;
        for other in others {
            let other = self.holder(other, may_be_token).await?;
            if other.is_some_and(|other| other.payer.client != owner.payer.client) {
                return Err(Fault::WrongKey);
            }
        }
        Ok(owner)
    }

    /// Whose key that is, or whose token.
    async fn holder(&self, sent: &[u8], may_be_token: bool) -> Result<Option<Client>, Fault> {
        match self.owner(sent).await? {
            None if may_be_token => self.bearer(sent).await,
            owner => Ok(owner),
        }
    }

    /// Whose token that is. It holds no longer than the key that it stands for.
    async fn bearer(&self, token: &[u8]) -> Result<Option<Client>, Fault> {
        let Some(tokens) = &self.tokens else { return Ok(None) };
        let Some(Claims { client, key: Some(key), .. }) = tokens.read(token) else { return Ok(None) };
        let configured = self.configured.owner_by_name(&key, |digest| tokens.name_of(digest));
        let owner = match (configured, &self.stored) {
            (Some(client), _) => Some((Payer { client, key: None }, Own::default())),
            (None, Some(stored)) => stored.by_prefix(&key).await?,
            (None, None) => None,
        };
        let owner = owner.filter(|(payer, _)| *payer.client == *client);
        Ok(owner.map(|(payer, own)| self.routed(payer, own)))
    }

    /// A token for a client, in the place of the key that came with this request; none where no tokens are taken.
    pub(crate) fn token(&self, client: &Client, uri: &Uri, headers: &HeaderMap) -> Option<SecretString> {
        let tokens = self.tokens.as_ref()?;
        let Payer { client, key } = &client.payer;
        let configured = || {
            let keys = credentials::sent(uri, headers);
            let key = keys.first().filter(|key| self.configured.owner(key).is_some())?;
            Some(tokens.name_of(&digest_of(key)))
        };
        Some(tokens.sign(client, key.as_deref().map(str::to_owned).or_else(configured)))
    }

    /// Whose key that is.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn owner(&self, key: &[u8]) -> Result<Option<Client>, Fault> {
        let owner = match (self.configured.owner(key), &self.stored) {
            (Some(client), _) => Some((Payer { client, key: None }, Own::default())),
            (None, Some(stored)) => stored.owner(key).await?,
            (None, None) => None,
        };
        Ok(owner.map(|(payer, own)| self.routed(payer, own)))
    }

    /// Who was let in before, as they are known now: a key of the database may have ended since, and its client may have
    /// come to prefer something else.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn again(&self, client: &Client) -> Result<Option<Client>, Fault> {
        let (Some(prefix), Some(stored)) = (&client.payer.key, &self.stored) else {
            return Ok(Some(client.clone()));
        };
        Ok(stored.by_prefix(prefix).await?.map(|(payer, own)| self.routed(payer, own)))
    }

    /// Whether who is let in now needs no key, as far as is known since somebody was last [identified](Self::identify).
    pub(crate) fn are_let_in_without_keys(&self) -> bool {
        let has_stored = self.stored.as_ref().is_some_and(StoredKeys::were_there);
        self.is_loopback && self.configured.is_empty() && !has_stored
    }

    /// Somebody for whom that holds by the database. What the configuration says of a client comes before it, and what it
    /// says for all comes after.
    fn routed(&self, payer: Payer, stored: Own) -> Client {
        let Clients { routing, own, .. } = &self.configured;
        let mut own = own.get(&payer.client).cloned().unwrap_or(stored);
        own.routing = own.routing.or(*routing);
        Client { payer, own }
    }

    async fn are_all_local(&self) -> Result<bool, Fault> {
        Ok(match &self.stored {
            _ if !self.are_let_in_without_keys() => false,
            Some(stored) => !stored.are_there().await?,
            None => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    fn callers(clients: &[(&str, &[&str])], listen: &str) -> Callers {
        let clients = clients.iter().map(|(name, keys)| {
            ((*name).to_owned(), keys.iter().map(|key| secrecy::SecretString::from(*key)).collect())
        });
        Callers::new(Clients::new(clients).unwrap(), None, listen.parse().unwrap())
    }

    async fn identify(callers: &Callers, authorization: &str) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        if !authorization.is_empty() {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
        }
        match callers.identify(&Uri::from_static("/"), &headers).await {
            Ok(client) => Ok(client.payer.client.to_string()),
            Err(Fault::NoKey) => Err("no key"),
            Err(Fault::WrongKey) => Err("wrong key"),
            Err(_) => Err("other"),
        }
    }

    #[tokio::test]
    async fn a_configured_key_makes_its_owner_the_client() {
        let callers = callers(&[("ann", &["k-ann-1", "k-ann-2"]), ("bob", &["k-bob"])], "127.0.0.1:80");
        assert_eq!(identify(&callers, "Bearer k-ann-1").await, Ok("ann".into()));
        assert_eq!(identify(&callers, "bearer k-ann-2").await, Ok("ann".into()));
        assert_eq!(identify(&callers, "Bearer k-bob").await, Ok("bob".into()));
        for wrong in ["Bearer k-bo", "Bearer k-ann-1 k-bob"] {
            assert_eq!(identify(&callers, wrong).await, Err("wrong key"), "{wrong}");
        }
        for missing in ["", "Bearer", "Bearer ", "Basic k-bob", "k-bob"] {
            assert_eq!(identify(&callers, missing).await, Err("no key"), "{missing:?}");
        }
    }

    #[tokio::test]
    async fn without_keys_this_machine_is_let_in_and_no_other() {
        let here = callers(&[], "127.0.0.1:80");
        assert_eq!(identify(&here, "").await, Ok("local".into()));
        assert_eq!(identify(&here, "Bearer sk-anything").await, Ok("local".into()));
        let made_by_somebody = format!("Bearer vs_abcdefghij_{}", "A".repeat(43));
        assert_eq!(identify(&here, &made_by_somebody).await, Err("wrong key"));
        let everywhere = callers(&[], "0.0.0.0:80");
        assert_eq!(identify(&everywhere, "").await, Err("no key"));
        assert_eq!(identify(&everywhere, "Bearer sk-anything").await, Err("wrong key"));
    }
}
