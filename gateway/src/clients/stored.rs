//! The keys of the database, and what holds for whoever has them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use billing::{Accounts, LedgerError, Payer};
use moka::future::Cache;
use security::Pepper;
use speech::Clock;

use super::Own;
use crate::fault::{Fault, unavailable};

/// How long what was read is taken for true: a key that is made, changed or revoked is that everywhere within a second, and
/// so is what its client prefers.
const FRESH: Duration = Duration::from_millis(500);

/// Prefixes that are remembered, those among them that are nobody's: what strangers can have us hold.
const MOST_REMEMBERED: u64 = 10_000;

/// Keys that are looked up by their public prefix. What was found is remembered for a moment, and so is that nothing was;
/// many who ask for one at the same time ask the store once.
pub(crate) struct StoredKeys {
    accounts: Arc<dyn Accounts>,
    pepper: Arc<Pepper>,
    clock: Arc<dyn Clock>,
    keys: Cache<String, Option<Known>>,
    are_there: Cache<(), bool>,
    were_there: AtomicBool,
}

#[derive(Clone)]
struct Known {
    payer: Payer,
    own: Own,
    digest: [u8; 32],
    expires_unix_ms: Option<i64>,
}

impl StoredKeys {
    /// Those of these accounts, made with that pepper.
    pub(crate) fn new(accounts: Arc<dyn Accounts>, pepper: Arc<Pepper>, clock: Arc<dyn Clock>) -> Self {
        Self {
            accounts,
            pepper,
            clock,
            keys: Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(FRESH).build(),
            are_there: Cache::builder().max_capacity(1).time_to_live(FRESH).build(),
            were_there: AtomicBool::new(false),
        }
    }

    /// Whose key that is, and what holds for them; nobody's if it has expired.
    pub(super) async fn owner(&self, key: &[u8]) -> Result<Option<(Payer, Own)>, Fault> {
        let Some(prefix) = security::prefix_of(key) else { return Ok(None) };
        let known = self.known(prefix).await?;
        let known = known.filter(|known| security::verify(&self.pepper, key, &known.digest));
        Ok(known.map(|known| (known.payer, known.own)))
    }

    /// The same of a key that was seen before, by its prefix.
    pub(super) async fn by_prefix(&self, prefix: &str) -> Result<Option<(Payer, Own)>, Fault> {
        Ok(self.known(prefix).await?.map(|known| (known.payer, known.own)))
    }

    /// The key with that prefix, unless it has expired.
    async fn known(&self, prefix: &str) -> Result<Option<Known>, Fault> {
        let found = self.keys.try_get_with_by_ref(prefix, self.look_up(prefix)).await;
        let Some(known) = found.map_err(unavailable)? else { return Ok(None) };
        self.were_there.store(true, Ordering::Relaxed);
        let is_over = known.expires_unix_ms.is_some_and(|end| end <= self.clock.unix_ms());
        Ok((!is_over).then_some(known))
    }

    async fn look_up(&self, prefix: &str) -> Result<Option<Known>, LedgerError> {
        let Some(key) = self.accounts.key(prefix).await? else { return Ok(None) };
        let Some(client) = self.accounts.client(&key.client).await? else { return Ok(None) };
        Ok(Some(Known {
            payer: Payer { client: key.client.into(), key: Some(key.prefix.into()) },
            own: client.preferences.into(),
            digest: key.digest,
            expires_unix_ms: key.expires_unix_ms,
        }))
    }

    /// Whether there are keys, or were since this process began.
    pub(super) async fn are_there(&self) -> Result<bool, Fault> {
        if self.were_there() {
            return Ok(true);
        }
        let are_there = self.are_there.try_get_with((), are_keys_stored(&*self.accounts)).await;
        let are_there = are_there.map_err(unavailable)?;
        self.were_there.fetch_or(are_there, Ordering::Relaxed);
        Ok(are_there)
    }

    /// Whether keys were seen.
    pub(super) fn were_there(&self) -> bool {
        self.were_there.load(Ordering::Relaxed)
    }
}

/// Whether anybody has a key; one that has expired counts, too.
///
/// # Errors
/// The store cannot be read.
pub async fn are_keys_stored(accounts: &dyn Accounts) -> Result<bool, LedgerError> {
    for client in accounts.clients().await? {
        if !accounts.keys(&client.id).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
