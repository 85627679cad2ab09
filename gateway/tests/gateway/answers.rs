//! Stored answers in memory: keeping them is another room's work.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
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
    /// How often it will still be told that a claim could not be written, though it was.
    pub(crate) unheard: Arc<AtomicUsize>,
    /// How often it will still fail to keep an answer, or to give a key free.
    pub(crate) failing: Arc<AtomicUsize>,
}

struct Known {
    request: String,
    digest: [u8; 32],
    answer: Option<Replay>,
    until: i64,
}

impl Answers {
    /// How many keys are taken.
    pub(crate) fn keys(&self) -> usize {
        self.known.lock().unwrap().len()
    }

    /// Whose answer is kept under a key.
    pub(crate) fn of(&self, key: &str) -> Option<String> {
        let known = self.known.lock().unwrap();
        let (_, known) = known.iter().find(|((_, known), _)| known == key)?;
        known.answer.as_ref().map(|answer| answer.request.clone())
    }

    fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut HashMap<(String, String), Known>) -> T,
    ) -> BoxFuture<Result<T, LedgerError>> {
        let changed = change(&mut self.known.lock().unwrap());
        Box::pin(async { Ok(changed) })
    }

    /// What becomes of the key that a request has claimed, if it has it still.
    fn end(
        &self,
        (client, key, request): (&str, &str, &str),
        end: impl FnOnce(Known) -> Option<Known>,
    ) -> BoxFuture<Result<(), LedgerError>> {
        if is_one_of(&self.failing) {
            return Box::pin(async { broken() });
        }
        let ended = self.change(|known| {
            let at = (client.to_owned(), key.to_owned());
            let is_its_own = |known: &Known| known.request == request && known.answer.is_none();
            if known.get(&at).is_some_and(is_its_own)
                && let Some(ended) = known.remove(&at).and_then(end)
            {
                known.insert(at, ended);
            }
        });
        self.ended.send_modify(|ended| *ended += 1);
        ended
    }
}

/// Takes one of these, if there is one.
fn is_one_of(number: &AtomicUsize) -> bool {
    number.try_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok()
}

fn broken<T>() -> Result<T, LedgerError> {
    Err(LedgerError(Box::new(io::Error::other("a secret cause"))))
}

impl Replays for Answers {
    fn begin(
        &self,
        client: &str,
        key: &str,
        request: &str,
        digest: [u8; 32],
        now: i64,
        until: i64,
    ) -> BoxFuture<Result<Begun, LedgerError>> {
        let begun = self.change(|known| {
            let at = (client.to_owned(), key.to_owned());
            let is_taken =
                |known: &&Known| known.until > now && (known.request != request || known.answer.is_some());
            match known.get(&at).filter(is_taken) {
                Some(known) if known.digest != digest => Begun::Another,
                Some(known) => known.answer.clone().map_or(Begun::Running, Begun::Done),
                None => {
                    known.insert(at, Known { request: request.to_owned(), digest, answer: None, until });
                    Begun::First
                }
            }
        });
        if is_one_of(&self.unheard) { Box::pin(async { broken() }) } else { begun }
    }

    fn renew(
        &self,
        client: &str,
        key: &str,
        request: &str,
        until: i64,
    ) -> BoxFuture<Result<(), LedgerError>> {
        self.change(|known| {
            let known = known.get_mut(&(client.to_owned(), key.to_owned()));
            if let Some(known) = known.filter(|known| known.request == request && known.answer.is_none()) {
                known.until = until;
            }
        })
    }

    fn finish(
        &self,
        client: &str,
        key: &str,
        replay: Replay,
        until: i64,
    ) -> BoxFuture<Result<(), LedgerError>> {
        let request = replay.request.clone();
        self.end((client, key, &request), |known| Some(Known { answer: Some(replay), until, ..known }))
    }

    fn abandon(&self, client: &str, key: &str, request: &str) -> BoxFuture<Result<(), LedgerError>> {
        self.end((client, key, request), |_| None)
    }

    fn sweep(&self, now: i64) -> BoxFuture<Result<(), LedgerError>> {
        self.change(|known| known.retain(|_, known| known.until > now))
    }
}
