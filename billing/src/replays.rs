//! Answers that are given again for nothing.

use speech::BoxFuture;

use crate::LedgerError;

/// What is kept of an answer for who asks again with the same `Idempotency-Key`.
#[derive(Clone, PartialEq, Eq)]
pub struct Replay {
    /// The request that made it.
    pub request: String,
    /// Its headers, as JSON.
    pub head: String,
    /// Its audio; at most as much as the configuration allows.
    pub audio: Vec<u8>,
}

/// Nobody's speech belongs in a log.
impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replay({} bytes of {})", self.audio.len(), self.request)
    }
}

/// What became of a first request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// This is the first: it is to be finished or abandoned.
    First,
    /// The first is still running, here or elsewhere.
    Running,
    /// The first was another request.
    Another,
    /// The first is done: this was its answer.
    Done(Replay),
}

/// Where answers are kept, for a day.
pub trait Replays: Send + Sync + 'static {
    /// Claims `key` for `request`, which has that digest, until then: a claim that is not renewed, finished or abandoned
    /// ends by itself. Asked again by the request that has the claim, it is the first again: who could not tell whether
    /// it has the claim may ask once more.
    fn begin(
        &self,
        client: &str,
        key: &str,
        request: &str,
        digest: [u8; 32],
        now_unix_ms: i64,
        claim_until_unix_ms: i64,
    ) -> BoxFuture<Result<Begun, LedgerError>>;

    /// Has the claim of a request that still runs end only then; that of another request, and what is answered, stays as
    /// it is.
    fn renew(
        &self,
        client: &str,
        key: &str,
        request: &str,
        claim_until_unix_ms: i64,
    ) -> BoxFuture<Result<(), LedgerError>>;

    /// Keeps the answer until then; not where the claim of the request that made it has ended and the key is now another
    /// request's. Once more does no harm.
    fn finish(
        &self,
        client: &str,
        key: &str,
        replay: Replay,
        keep_until_unix_ms: i64,
    ) -> BoxFuture<Result<(), LedgerError>>;

    /// Gives the key free that the request has claimed: there is no answer that could be given again.
    fn abandon(&self, client: &str, key: &str, request: &str) -> BoxFuture<Result<(), LedgerError>>;

    /// Deletes what is past its time.
    fn sweep(&self, now_unix_ms: i64) -> BoxFuture<Result<(), LedgerError>>;
}
