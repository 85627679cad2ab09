use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use outbound::{Key, Remote};
use secrecy::SecretString;
use speech::{ErrorKind, SpeechError};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// A token is good for ten minutes.
const GOOD_FOR: Duration = Duration::from_secs(9 * 60);

/// The tokens of an account, one at a time. Who needs a new one while it is being asked for waits for that one.
pub(super) struct Tokens {
    remote: Remote,
    known: Mutex<Known>,
    /// How often none was given.
    failures: AtomicU64,
}

#[derive(Default)]
struct Known {
    token: Option<Arc<Token>>,
    /// Why none was given the last time, and whether one may be later.
    failure: Option<(ErrorKind, bool)>,
}

/// What is shown in place of the key.
pub(super) struct Token {
    secret: SecretString,
    due: Instant,
}

impl Token {
    /// As a header shows it.
    pub(super) fn key(&self) -> Key<'_> {
        Key { header: "authorization", scheme: "Bearer ", secret: &self.secret }
    }
}

impl Tokens {
    /// Those that are issued there, at the base URL itself.
    pub(super) fn of(remote: Remote) -> Self {
        Self { remote, known: Mutex::default(), failures: AtomicU64::new(0) }
    }

    /// One that is good for a while.
    pub(super) async fn now(&self) -> Result<Arc<Token>, SpeechError> {
        self.one_that(|token| Instant::now() < token.due).await
    }

    /// Another than that one, which was refused.
    pub(super) async fn instead_of(&self, refused: &Arc<Token>) -> Result<Arc<Token>, SpeechError> {
        self.one_that(|token| !Arc::ptr_eq(token, refused)).await
    }

    async fn one_that(&self, is_good: impl Fn(&Arc<Token>) -> bool) -> Result<Arc<Token>, SpeechError> {
        let failures = self.failures.load(Ordering::Acquire);
        let mut known = self.known.lock().await;
        if let Some(token) = known.token.as_ref().filter(|token| is_good(token)) {
            return Ok(Arc::clone(token));
        }
        let has_failed_meanwhile = self.failures.load(Ordering::Acquire) > failures;
        if let Some((kind, retry)) = known.failure.filter(|_| has_failed_meanwhile) {
            return Err(self.remote.error(kind).retry(retry));
        }
        match self.ask().await {
            Ok(token) => Ok(Arc::clone(known.token.insert(token))),
            Err(error) => {
                known.failure = Some((error.kind(), error.may_succeed_later()));
                self.failures.fetch_add(1, Ordering::AcqRel);
                Err(error)
            }
        }
    }

    async fn ask(&self) -> Result<Arc<Token>, SpeechError> {
        let due = Instant::now() + GOOD_FOR;
        let token = self.remote.post(std::iter::empty()).send().await?.text().await?;
        match token.trim() {
            "" => Err(self.remote.failed("issued no token")),
            token => Ok(Arc::new(Token { secret: token.into(), due })),
        }
    }
}
