//! Clients, keys and figures in memory: keeping them is another room's work.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use billing::{
    Accounts, Amendment, Budget, Client, Dimension, Key, LedgerError, Preferences, Report, Reports, Scope,
    Standing,
};
use secrecy::ExposeSecret;
use security::{Minted, Pepper};
use speech::BoxFuture;

/// What the digests of the keys in tests are made with.
pub(crate) fn pepper() -> Arc<Pepper> {
    Arc::new(Pepper::new([7; 32]))
}

/// All that is kept, and how often it was asked for.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) clients: Vec<Client>,
    pub(crate) budgets: Vec<(String, Budget)>,
    pub(crate) keys: Vec<Key>,
    /// What every report says.
    pub(crate) report: Report,
    /// Every report that was asked for.
    pub(crate) asked: Vec<(Scope, Vec<Dimension>)>,
    pub(crate) standings: Vec<Standing>,
    /// Nothing can be read or written.
    pub(crate) is_broken: bool,
    /// How often a key was looked up.
    pub(crate) looked_up: usize,
}

impl Kept {
    fn expire(&mut self, prefix: &str, at_unix_ms: i64) -> bool {
        let Some(key) = self.keys.iter_mut().find(|key| key.prefix == prefix) else { return false };
        let end = key.expires_unix_ms.map_or(at_unix_ms, |end| end.min(at_unix_ms));
        key.expires_unix_ms = Some(end);
        true
    }
}

/// Cheap to clone: clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Kept>>);

impl Memory {
    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap()
    }

    /// A client of that id and name.
    pub(crate) fn client(&self, id: &str) -> Client {
        let (name, preferences) = (Some(id.to_owned()), Preferences::default());
        let client = Client { id: id.to_owned(), name, created_unix_ms: 0, preferences };
        self.kept().clients.push(client.clone());
        client
    }

    /// The client of that id prefers that from now on.
    pub(crate) fn prefers(&self, id: &str, preferences: Preferences) {
        let mut kept = self.kept();
        let client = kept.clients.iter_mut().find(|client| client.id == id);
        client.unwrap_or_else(|| panic!("{id} is there")).preferences = preferences;
    }

    /// A new key of a client's, and its prefix.
    pub(crate) fn mint(&self, client: &str, expires_unix_ms: Option<i64>) -> (String, String) {
        let Minted { prefix, key, digest, pepper } = security::mint(&pepper());
        let stored = Key {
            prefix: prefix.clone(),
            client: client.to_owned(),
            digest,
            pepper: Some(pepper),
            created_unix_ms: 0,
            expires_unix_ms,
        };
        self.kept().keys.push(stored);
        (key.expose_secret().to_owned(), prefix)
    }

    fn ask<T: Send + 'static>(&self, ask: impl FnOnce(&mut Kept) -> T) -> BoxFuture<Result<T, LedgerError>> {
        let mut kept = self.kept();
        let answer = match kept.is_broken {
            true => Err(LedgerError(Box::new(io::Error::other("a secret cause")))),
            false => Ok(ask(&mut kept)),
        };
        Box::pin(async { answer })
    }
}

impl Accounts for Memory {
    fn create(&self, client: Client, budgets: Vec<Budget>) -> BoxFuture<Result<bool, LedgerError>> {
        self.ask(|kept| {
            if kept.clients.iter().any(|known| known.id == client.id || known.name == client.name) {
                return false;
            }
            kept.budgets.extend(budgets.into_iter().map(|budget| (client.id.clone(), budget)));
            kept.clients.push(client);
            true
        })
    }

    fn ensure(&self, client: Client) -> BoxFuture<Result<bool, LedgerError>> {
        self.create(client, Vec::new())
    }

    fn clients(&self) -> BoxFuture<Result<Vec<Client>, LedgerError>> {
        self.ask(|kept| kept.clients.clone())
    }

    fn client(&self, id_or_name: &str) -> BoxFuture<Result<Option<Client>, LedgerError>> {
        self.ask(|kept| {
            let by_id = kept.clients.iter().find(|client| client.id == id_or_name);
            by_id
                .or_else(|| kept.clients.iter().find(|client| client.name.as_deref() == Some(id_or_name)))
                .cloned()
        })
    }

    fn amend(&self, client: &str, by: Amendment) -> BoxFuture<Result<bool, LedgerError>> {
        self.ask(|kept| {
            let Some(known) = kept.clients.iter_mut().find(|known| known.id == client) else { return false };
            known.preferences = std::mem::take(&mut known.preferences).amended(by);
            true
        })
    }

    fn budgets(&self, client: &str) -> BoxFuture<Result<Vec<Budget>, LedgerError>> {
        self.ask(|kept| {
            let of_client = kept.budgets.iter().filter(|(owner, _)| owner == client);
            of_client.map(|(_, budget)| budget.clone()).collect()
        })
    }

    fn set_budgets(&self, client: &str, budgets: Vec<Budget>) -> BoxFuture<Result<(), LedgerError>> {
        self.ask(|kept| {
            kept.budgets.retain(|(owner, _)| owner != client);
            kept.budgets.extend(budgets.into_iter().map(|budget| (client.to_owned(), budget)));
        })
    }

    fn add_key(&self, key: Key) -> BoxFuture<Result<bool, LedgerError>> {
        self.ask(|kept| {
            kept.keys.push(key);
            true
        })
    }

    fn rotate_key(&self, old: &str, new: Key, old_ends_unix_ms: i64) -> BoxFuture<Result<bool, LedgerError>> {
        self.ask(|kept| {
            let its = kept.budgets.iter().filter(|(_, budget)| budget.key.as_deref() == Some(old)).cloned();
            let its: Vec<_> = its.collect();
            kept.budgets.extend(
                its.into_iter()
                    .map(|(client, budget)| (client, Budget { key: Some(new.prefix.clone()), ..budget })),
            );
            kept.keys.push(new);
            kept.expire(old, old_ends_unix_ms)
        })
    }

    fn key(&self, prefix: &str) -> BoxFuture<Result<Option<Key>, LedgerError>> {
        self.kept().looked_up += 1;
        self.ask(|kept| kept.keys.iter().find(|key| key.prefix == prefix).cloned())
    }

    fn keys(&self, client: &str) -> BoxFuture<Result<Vec<Key>, LedgerError>> {
        self.ask(|kept| kept.keys.iter().filter(|key| key.client == client).cloned().collect())
    }

    fn expire_key(&self, prefix: &str, at_unix_ms: i64) -> BoxFuture<Result<bool, LedgerError>> {
        self.ask(|kept| kept.expire(prefix, at_unix_ms))
    }

    fn forget(&self, client: &str) -> BoxFuture<Result<bool, LedgerError>> {
        self.ask(|kept| {
            kept.keys.retain(|key| key.client != client);
            let Some(known) = kept.clients.iter_mut().find(|known| known.id == client) else { return false };
            known.name = None;
            true
        })
    }
}

impl Reports for Memory {
    fn usage(&self, scope: Scope, group_by: Vec<Dimension>) -> BoxFuture<Result<Report, LedgerError>> {
        self.ask(|kept| {
            kept.asked.push((scope, group_by));
            kept.report.clone()
        })
    }

    /// Of every budget it has; what is spent of it is what `standings` says.
    fn standings(&self, client: &str, _now_unix_ms: i64) -> BoxFuture<Result<Vec<Standing>, LedgerError>> {
        self.ask(|kept| {
            let of_client = kept.budgets.iter().filter(|(owner, _)| owner == client);
            let standing = |(_, budget): &(String, Budget)| {
                let known = kept.standings.iter().find(|standing| standing.budget == *budget).cloned();
                known.unwrap_or_else(|| Standing { budget: budget.clone(), spent: 0, held: 0 })
            };
            of_client.map(standing).collect()
        })
    }
}
