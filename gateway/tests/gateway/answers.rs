//! Stored answers in memory: keeping them is another room's work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use billing::{Begun, LedgerError, Replay, Replays};
use speech::BoxFuture;
use tokio::sync::watch;

/// By client and key. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Answers {
    known: Arc<Mutex<HashMap<(String, String), Known>>>,
    /// How many keys were answered or given free.
    pub(crate) ended: watch::Sender<usize>,
}

struct Known {
    digest: [u8; 32],
    answer: Option<Replay>,
    until: i64,
}

impl Answers {
    /// How many keys are taken.
    pub(crate) fn keys(&self) -> usize {
        self.known.lock().unwrap().len()
    }

    fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut HashMap<(String, String), Known>) -> T,
    ) -> BoxFuture<Result<T, LedgerError>> {
        let changed = change(&mut self.known.lock().unwrap());
        Box::pin(async { Ok(changed) })
    }
}

impl Replays for Answers {
    fn begin(
        &self,
        client: &str,
        key: &str,
        digest: [u8; 32],
        now: i64,
        until: i64,
    ) -> BoxFuture<Result<Begun, LedgerError>> {
        self.change(|known| {
            let at = (client.to_owned(), key.to_owned());
            match known.get(&at).filter(|known| known.until > now) {
                Some(known) if known.digest != digest => Begun::Another,
                Some(known) => known.answer.clone().map_or(Begun::Running, Begun::Done),
                None => {
                    known.insert(at, Known { digest, answer: None, until });
                    Begun::First
                }
            }
        })
    }

    fn finish(
        &self,
        client: &str,
        key: &str,
        digest: [u8; 32],
        replay: Replay,
        until: i64,
    ) -> BoxFuture<Result<(), LedgerError>> {
        let kept = self.change(|known| {
            let known = known.get_mut(&(client.to_owned(), key.to_owned()));
            if let Some(known) = known.filter(|known| known.digest == digest) {
                (known.answer, known.until) = (Some(replay), until);
            }
        });
        self.ended.send_modify(|ended| *ended += 1);
        kept
    }

    fn abandon(&self, client: &str, key: &str, digest: [u8; 32]) -> BoxFuture<Result<(), LedgerError>> {
        let freed = self.change(|known| {
            let at = (client.to_owned(), key.to_owned());
            if known.get(&at).is_some_and(|known| known.digest == digest && known.answer.is_none()) {
                known.remove(&at);
            }
        });
        self.ended.send_modify(|ended| *ended += 1);
        freed
    }

    fn sweep(&self, now: i64) -> BoxFuture<Result<(), LedgerError>> {
        self.change(|known| known.retain(|_, known| known.until > now))
    }
}
