//! Clients, their keys and their budgets.

use std::collections::BTreeMap;

use speech::BoxFuture;

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
}

/// What clients are called, by their ids; those that were forgotten are not among them.
pub type ClientNames = BTreeMap<String, String>;

impl Client {
    /// What these are called.
    pub fn names(clients: Vec<Client>) -> ClientNames {
        clients.into_iter().filter_map(|client| Some((client.id, client.name?))).collect()
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

/// Where clients, keys and budgets are kept. Every change is on disk once its call resolves, and holds everywhere
/// within a second.
pub trait Accounts: Send + Sync + 'static {
    /// Adds a client with its budgets. False, and nothing is changed, where its name or id is taken.
    fn create(&self, client: Client, budgets: Vec<Budget>) -> BoxFuture<Result<bool, LedgerError>>;

    /// Sees to it that there is a client of that id and name, as the configuration has it; one that was forgotten
    /// stays so. False, and nothing is changed, where the name is another's.
    fn ensure(&self, client: Client) -> BoxFuture<Result<bool, LedgerError>>;

    /// Every client, by name; those that were forgotten last.
    fn clients(&self) -> BoxFuture<Result<Vec<Client>, LedgerError>>;

    /// The client of that id, or else of that name.
    fn client(&self, id_or_name: &str) -> BoxFuture<Result<Option<Client>, LedgerError>>;

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

    /// Deletes what is personal: its name, its keys, its lexicon, its stored answers and the tags of its requests, but
    /// of those that are still running. Its sums stay, under its id. Interrupted, it is to be done again. False where
    /// there is no such client.
    fn forget(&self, client: &str) -> BoxFuture<Result<bool, LedgerError>>;
}
