//! Clients, what they prefer, their keys and their budgets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use speech::{Aliases, BoxFuture, Fallback, Policy, Routing};

use crate::{Budget, LedgerError};

/// Somebody who may ask for speech, and is told what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// What the ledger knows it by: never changes, says nothing of a person. Of a client that the configuration
    /// names, that name.
    pub id: String,
    /// For people; unique. None once it was forgotten.
    pub name: Option<String>,
    /// Since when, Unix milliseconds.
    pub created_unix_ms: i64,
    /// What holds for its requests.
    pub preferences: Preferences,
}

/// What holds for a client's requests where they do not say it themselves. `{}` as JSON where there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// How its voices are chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// What happens when a backend fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// Its own names for voices, which come before everyone's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: Aliases,
}

impl Preferences {
    /// Policy and fallback.
    pub fn routing(&self) -> Routing {
        Routing { policy: self.policy, fallback: self.fallback, ..Routing::default() }
    }

    /// The same, amended.
    pub fn amended(mut self, by: Amendment) -> Self {
        self.policy = by.policy.unwrap_or(self.policy);
        self.fallback = by.fallback.unwrap_or(self.fallback);
        for (alias, voice) in by.aliases {
            match voice {
                Some(voice) => self.aliases.insert(alias, voice),
                None => self.aliases.remove(&alias),
            };
        }
        self
    }
}

/// What a client prefers from now on. What is not named here stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendment {
    /// Another policy, or none.
    pub policy: Option<Option<Policy>>,
    /// Another fallback, or none.
    pub fallback: Option<Option<Fallback>>,
    /// Names for voices, each with the voice that is meant from now on; with none it is removed.
    pub aliases: BTreeMap<String, Option<String>>,
}

/// What clients are called, by their ids; those that were forgotten are not among them.
pub type ClientNames = BTreeMap<String, String>;

impl Client {
    /// What these are called.
    pub fn names(clients: Vec<Client>) -> ClientNames {
        clients.into_iter().filter_map(|client| Some((client.id, client.name?))).collect()
    }

    /// Whether it is one that the configuration names, or has named: what it prefers is said there, and nowhere else.
    pub fn is_configured(&self) -> bool {
        self.name.as_ref() == Some(&self.id)
    }
}

/// An API key, as far as it is known: not the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its public beginning, by which it is found and named.
    pub prefix: String,
    /// Whose it is, by id.
    pub client: String,
    /// HMAC-SHA-256 of the whole key with the pepper.
    pub digest: [u8; 32],
    /// That pepper's fingerprint; none of a key that was made before fingerprints were kept.
    pub pepper: Option<String>,
    /// Since when, Unix milliseconds.
    pub created_unix_ms: i64,
    /// From when on it opens nothing, Unix milliseconds; none is never. A revoked key has one that is past.
    pub expires_unix_ms: Option<i64>,
}

/// Where clients, their preferences, keys and budgets are kept. Every change is on disk once its call resolves, and holds everywhere
/// within a second.
pub trait Accounts: Send + Sync + 'static {
    /// Adds a client with its budgets. False, and nothing is changed, where its name or id is taken.
    fn create(&self, client: Client, budgets: Vec<Budget>) -> BoxFuture<Result<bool, LedgerError>>;

    /// Sees to it that there is a client of that id and name, and that it prefers that, as the configuration has it; one
    /// that was forgotten stays so. False, and nothing is changed, where the name is another's.
    fn ensure(&self, client: Client) -> BoxFuture<Result<bool, LedgerError>>;

    /// Every client, by name; those that were forgotten last.
    fn clients(&self) -> BoxFuture<Result<Vec<Client>, LedgerError>>;

    /// The client of that id, or else of that name.
    fn client(&self, id_or_name: &str) -> BoxFuture<Result<Option<Client>, LedgerError>>;

    /// Amends what it prefers, all at once; nothing that somebody else amends meanwhile is lost. False where there is no such
    /// client, or it was forgotten.
    fn amend(&self, client: &str, by: Amendment) -> BoxFuture<Result<bool, LedgerError>>;

    /// Its budgets, those of its keys among them.
    fn budgets(&self, client: &str) -> BoxFuture<Result<Vec<Budget>, LedgerError>>;

    /// Gives it these budgets in place of all that it had.
    fn set_budgets(&self, client: &str, budgets: Vec<Budget>) -> BoxFuture<Result<(), LedgerError>>;

    /// Adds a key. False where its prefix is taken.
    fn add_key(&self, key: Key) -> BoxFuture<Result<bool, LedgerError>>;

    /// Adds a key in the place of another, whose budgets are its own, too, with nothing spent; the old one opens nothing
    /// any more from `old_ends` on, as of [`expire_key`](Self::expire_key). False, and nothing is changed, where the
    /// new prefix is taken.
    fn rotate_key(&self, old: &str, new: Key, old_ends_unix_ms: i64) -> BoxFuture<Result<bool, LedgerError>>;

    /// The key of that prefix, expired ones too.
    fn key(&self, prefix: &str) -> BoxFuture<Result<Option<Key>, LedgerError>>;

    /// Every key of a client, by age.
    fn keys(&self, client: &str) -> BoxFuture<Result<Vec<Key>, LedgerError>>;

    /// From `at` on the key opens nothing; from before then, if it was to expire before. False where there is no such
    /// key.
    fn expire_key(&self, prefix: &str, at_unix_ms: i64) -> BoxFuture<Result<bool, LedgerError>>;

    /// Deletes what is personal: its name, its preferences, its keys, its lexicon, its stored answers and the tags of its requests, but
    /// of those that are still running. Its sums stay, under its id. Interrupted, it is to be done again. False where
    /// there is no such client.
    fn forget(&self, client: &str) -> BoxFuture<Result<bool, LedgerError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amendment_leaves_what_it_does_not_name() {
        let aliases = |pairs: &[(&str, &str)]| -> Aliases {
            pairs.iter().map(|(alias, voice)| ((*alias).to_owned(), (*voice).to_owned())).collect()
        };
        let before = Preferences {
            policy: Some(Policy::LocalOnly),
            fallback: Some(Fallback::None),
            aliases: aliases(&[("narrator", "one"), ("host", "two")]),
        };
        assert_eq!(before.clone().amended(Amendment::default()), before);
        let by = Amendment {
            policy: Some(None),
            fallback: None,
            aliases: BTreeMap::from([
                ("narrator".into(), Some("three".into())),
                ("host".into(), None),
                ("nobody".into(), None),
            ]),
        };
        let after = before.amended(by);
        assert_eq!((after.policy, after.fallback), (None, Some(Fallback::None)));
        assert_eq!(after.aliases, aliases(&[("narrator", "three")]));
    }
}
