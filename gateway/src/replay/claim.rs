//! Who has a key, and for which request.

use std::sync::Arc;
use std::time::Duration;

use billing::{Begun, LedgerError, Replays};
use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use sha2::{Digest, Sha256};
use speech::{Clock, SpeechError};
use tokio::runtime::Handle;

use super::{Replay, unavailable};
use crate::doors::headers;
use crate::stack::{Client, RequestId};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a claim holds of which nothing is heard any more, since its gateway died: longer than a speech takes to be
/// made.
const CLAIM: Duration = Duration::from_secs(15 * 60);

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
        let (Some(RequestId(id)), Some(Client(payer))) = (known.get(), known.get()) else {
            return Err(SpeechError::internal("a request without id or client"));
        };
        Ok(Self { client: payer.client.clone(), key, digest: digest(parts, body), request: id.clone() })
    }

    /// What became of it before; if nothing, the key is claimed for it.
    pub(super) async fn put(&self, replay: &Replay) -> Result<Begun, SpeechError> {
        let now = replay.clock.unix_ms();
        let until = later(now, CLAIM);
        let begun = replay.replays.begin(&self.client, &self.key, self.digest, now, until).await;
        begun.map_err(unavailable)
    }

    /// Of the first who asks.
    pub(super) fn claimed(self, replay: &Replay) -> Claim {
        Claim {
            question: Some(self),
            most_bytes: replay.config.replay_max_bytes,
            replays: replay.replays.clone(),
            clock: replay.clock.clone(),
            runtime: Handle::current(),
        }
    }
}

/// Everything that decides what is answered. Each part comes with its length, so that none can be taken for another.
fn digest(Parts { method, uri, headers, .. }: &Parts, body: &Bytes) -> [u8; 32] {
    let exact = of_header(headers);
    let parts = [
        method.as_str().as_bytes(),
        uri.path().as_bytes(),
        uri.query().unwrap_or_default().as_bytes(),
        &exact,
        body,
    ];
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// The headers that change what is answered: so far there is one.
fn of_header(headers: &HeaderMap) -> Vec<u8> {
    headers.get(headers::CONTENT_LENGTH).map(|value| value.as_bytes().to_vec()).unwrap_or_default()
}

fn later(now_unix_ms: i64, wait: Duration) -> i64 {
    now_unix_ms.saturating_add(wait.as_millis() as i64)
}

/// A key that is claimed for a request which runs. Dropped, it is free again: there is no answer.
pub(super) struct Claim {
    /// None once it is answered.
    question: Option<Question>,
    /// Of an answer that is kept.
    pub(super) most_bytes: usize,
    replays: Arc<dyn Replays>,
    clock: Arc<dyn Clock>,
    runtime: Handle,
}

impl Claim {
    /// Keeps the answer.
    pub(super) async fn keep(mut self, head: String, audio: Vec<u8>) {
        let Some(Question { client, key, digest, request }) = self.question.take() else { return };
        let replay = billing::Replay { request: request.to_string(), head, audio };
        let until = later(self.clock.unix_ms(), KEPT);
        let kept = self.replays.finish(&client, &key, digest, replay, until).await;
        log(kept, "an answer could not be kept; its key is free when its claim has ended");
    }

    /// Gives the key free; resolves when it is.
    pub(super) async fn free(mut self) {
        if let Some(freeing) = self.freeing() {
            freeing.await;
        }
    }

    fn freeing(&mut self) -> Option<impl Future<Output = ()> + Send + use<>> {
        let Question { client, key, digest, .. } = self.question.take()?;
        let freed = self.replays.abandon(&client, &key, digest);
        Some(async move { log(freed.await, "a key is free only when its claim has ended") })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let runtime = self.runtime.clone();
        if let Some(freeing) = self.freeing() {
            runtime.spawn(freeing);
        }
    }
}

fn log(result: Result<(), LedgerError>, what: &'static str) {
    if let Err(error) = result {
        tracing::error!(error = &error as &dyn std::error::Error, "{what}");
    }
}
