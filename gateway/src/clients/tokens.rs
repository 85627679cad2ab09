//! Tokens that stand for a key for a while, as Azure's clients ask for them.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use security::{Claims, Pepper};
use speech::Clock;

/// How long a token holds: as long as Azure's, whose clients renew theirs after nine minutes.
const LIFETIME: Duration = Duration::from_secs(600);

/// Makes tokens and reads them. All gateways that share a pepper take each other's.
pub(crate) struct Tokens {
    pepper: Arc<Pepper>,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    pub(crate) fn new(pepper: Arc<Pepper>, clock: Arc<dyn Clock>) -> Self {
        Self { pepper, clock }
    }

    /// A token of that client, for the key of that name.
    pub(super) fn sign(&self, client: &str, key: Option<String>) -> SecretString {
        let issued_unix = self.now();
        let expires_unix = issued_unix.saturating_add(LIFETIME.as_secs() as i64);
        let claims = Claims { client: client.to_owned(), key, issued_unix, expires_unix };
        security::sign(&self.pepper, &claims)
    }

    /// What a token says; none of what is none, or is over.
    pub(super) fn read(&self, token: &[u8]) -> Option<Claims> {
        security::claims(&self.pepper, token, self.now())
    }

    /// What a key of the configuration is called in tokens. Who reads it cannot so much as try a key by it.
    pub(super) fn name_of(&self, digest: &[u8; 32]) -> String {
        security::digest(&self.pepper, digest).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn now(&self) -> i64 {
        self.clock.unix_ms().div_euclid(1000)
    }
}
