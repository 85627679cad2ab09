//! Who has a key, and for which request.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use billing::{Begun, LedgerError, Replays};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use speech::{BoxFuture, Clock, SpeechError};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use super::{Replay, unavailable};
use crate::doors::{azure, headers};
use crate::stack::{Client, RequestId};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a claim holds of which nothing is heard any more, since its gateway died.
const CLAIM: Duration = Duration::from_secs(2 * 60);

/// How often it is heard of.
const RENEWAL: Duration = Duration::from_secs(30);

/// Between two tries to write what became of a request: at first, and at most.
const SOON: Duration = Duration::from_millis(50);
const LATE: Duration = Duration::from_secs(2);

/// How long it is tried to keep an answer, and to give a key free: that ends by itself, too.
const KEEPING: Duration = Duration::from_secs(10 * 60);
const FREEING: Duration = Duration::from_secs(10);

/// How long a client waits for what is written for its next request.
pub(super) const COURTESY: Duration = Duration::from_secs(2);

/// What became of a request.
pub(super) enum Put {
    /// It is the first, and has the key.
    First(Claim),
    /// The first is still running.
    Running,
    /// The first was another request.
    Another,
    /// The first is done, with that answer.
    Done(billing::Replay),
}

/// A request, told from every other.
pub(super) struct Question {
    client: Arc<str>,
    key: String,
    digest: [u8; 32],
    request: Arc<str>,
}

impl Question {
    /// Of a request with that body.
    pub(super) fn of(key: String, parts: &Parts, body: &Bytes) -> Result<Self, SpeechError> {
        let known = &parts.extensions;
        // Both were put there by the stack; a request without them came round it.
        let (Some(RequestId(id)), Some(Client { payer, .. })) = (known.get(), known.get()) else {
            return Err(SpeechError::internal("a request without id or client"));
        };
        Ok(Self { client: payer.client.clone(), key, digest: digest(parts, body), request: id.clone() })
    }

    /// What became of it before; if nothing, the key is claimed for it.
    pub(super) async fn put(self, replay: &Replay) -> Result<Put, SpeechError> {
        let now = replay.clock.unix_ms();
        let Self { client, key, digest, request } = self;
        let begun = replay.replays.begin(&client, &key, &request, digest, now, later(now, CLAIM));
        // Who hangs up meanwhile, or is not told whether the key is claimed, leaves no claim behind.
        let mut claim = Claim {
            owner: Some(Arc::new(Owner {
                client,
                key,
                request,
                replays: replay.replays.clone(),
                clock: replay.clock.clone(),
            })),
            most_bytes: replay.config.replay_max_bytes,
            runtime: Handle::current(),
        };
        let before = match begun.await.map_err(unavailable)? {
            Begun::First => return Ok(Put::First(claim)),
            Begun::Running => Put::Running,
            Begun::Another => Put::Another,
            Begun::Done(answer) => Put::Done(answer),
        };
        claim.owner = None;
        Ok(before)
    }
}

/// Everything that decides what is answered. Each part comes with its length, so that none can be taken for another.
fn digest(Parts { method, uri, headers, .. }: &Parts, body: &Bytes) -> [u8; 32] {
    let line = [method.as_str(), uri.path(), uri.query().unwrap_or_default()].map(str::as_bytes);
    let asked = ANSWERED_BY.map(|name| headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default());
    let mut digest = Sha256::new();
    for part in line.into_iter().chain(asked).chain([&**body]) {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// The headers that change what is answered.
const ANSWERED_BY: [HeaderName; 5] = [
    headers::CONTENT_LENGTH,
    azure::OUTPUT_FORMAT,
    HeaderName::from_static(headers::POLICY),
    HeaderName::from_static(headers::FALLBACK),
    headers::CACHE,
];

fn later(now_unix_ms: i64, wait: Duration) -> i64 {
    now_unix_ms.saturating_add(wait.as_millis() as i64)
}

/// A key that is claimed for a request which runs. Dropped, it is free again: there is no answer.
pub(super) struct Claim {
    /// None once it is answered.
    owner: Option<Arc<Owner>>,
    /// Of an answer that is kept.
    pub(super) most_bytes: usize,
    runtime: Handle,
}

/// Whose claim it is.
struct Owner {
    client: Arc<str>,
    key: String,
    request: Arc<str>,
    replays: Arc<dyn Replays>,
    clock: Arc<dyn Clock>,
}

impl Claim {
    /// Renews it, from time to time. For ever.
    pub(super) fn renewing(&self) -> impl Future<Output = Infallible> + Send + use<> {
        let owner = self.owner.clone();
        async move {
            let Some(owner) = owner else { return pending().await };
            let mut rounds = interval_at(Instant::now() + RENEWAL, RENEWAL);
            rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                rounds.tick().await;
                log(owner.renew().await, "the claim of a key could not be renewed");
            }
        }
    }

    /// Keeps the answer; resolves when it is kept, or cannot be.
    pub(super) async fn keep(mut self, head: String, audio: Vec<u8>) {
        let Some(owner) = self.owner.take() else { return };
        let replay = billing::Replay { request: owner.request.to_string(), head, audio };
        let kept = insist(KEEPING, || owner.finish(replay.clone())).await;
        log(kept, "an answer could not be kept; its key is free when its claim has ended");
    }

    /// Gives the key free; resolves when it is, or may be soon.
    pub(super) async fn free(mut self) {
        if let Some(freeing) = self.freeing() {
            let _ = timeout(COURTESY, freeing).await;
        }
    }

    /// It goes on, whoever waits for it.
    fn freeing(&mut self) -> Option<JoinHandle<()>> {
        let owner = self.owner.take()?;
        Some(self.runtime.spawn(async move {
            log(insist(FREEING, || owner.abandon()).await, "a key is free only when its claim has ended");
        }))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.freeing();
    }
}

impl Owner {
    fn renew(&self) -> BoxFuture<Result<(), LedgerError>> {
        let until = later(self.clock.unix_ms(), CLAIM);
        self.replays.renew(&self.client, &self.key, &self.request, until)
    }

    fn finish(&self, replay: billing::Replay) -> BoxFuture<Result<(), LedgerError>> {
        let until = later(self.clock.unix_ms(), KEPT);
        self.replays.finish(&self.client, &self.key, replay, until)
    }

    fn abandon(&self) -> BoxFuture<Result<(), LedgerError>> {
        self.replays.abandon(&self.client, &self.key, &self.request)
    }
}

/// Tries to write something again and again, for so long.
async fn insist(
    patience: Duration,
    write: impl Fn() -> BoxFuture<Result<(), LedgerError>>,
) -> Result<(), LedgerError> {
    let end = Instant::now() + patience;
    let mut wait = SOON;
    loop {
        match write().await {
            Err(_) if Instant::now() < end => sleep(wait).await,
            written => return written,
        }
        wait = (wait * 2).min(LATE);
    }
}

fn log(result: Result<(), LedgerError>, what: &'static str) {
    if let Err(error) = result {
        tracing::error!(error = &error as &dyn std::error::Error, "{what}");
    }
}

#[cfg(test)]
mod tests;
