//! Who is let in: with a key, with a token that was given for one, or with another service's token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::time::Instant;

use super::errors::Mistake;
use crate::sim::{Sim, is_bad};
use crate::truth::Entry;

const KEY: &str = "Ocp-Apim-Subscription-Key";

/// How long a token is good, unless a test says otherwise.
const LIFE: Duration = Duration::from_secs(600);

/// The tokens that are out.
pub(crate) struct Tokens {
    life: Mutex<Duration>,
    /// Each with its end.
    out: Mutex<HashMap<String, Instant>>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { life: Mutex::new(LIFE), out: Mutex::default() }
    }
}

impl Tokens {
    pub(crate) fn live(&self, life: Duration) {
        *locked(&self.life) = life;
    }

    pub(crate) fn expire(&self) {
        locked(&self.out).clear();
    }

    fn issue(&self, number: u64) -> String {
        let life = *locked(&self.life);
        let token = web_token(number, life);
        locked(&self.out).insert(token.clone(), Instant::now() + life);
        token
    }

    fn are_good(&self, token: &str) -> bool {
        locked(&self.out).get(token).is_some_and(|end| Instant::now() < *end)
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A JSON Web Token with a signature that only looks like one.
fn web_token(number: u64, life: Duration) -> String {
    #[expect(clippy::disallowed_methods, reason = "a token says by everybody's clock when it ends")]
    let now = SystemTime::now();
    let end = now.duration_since(UNIX_EPOCH).unwrap_or_default() + life;
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let claims = json!({
        "product-id": "SpeechServices.S0",
        "jti": format!("{number:032x}"),
        "iss": "urn:ms.cognitiveservices",
        "aud": "urn:ms.speech",
        "exp": end.as_secs(),
    });
    let parts = [header.to_string().into_bytes(), claims.to_string().into_bytes(), vec![number as u8; 32]];
    parts.map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".")
}

/// `POST /sts/v1.0/issueToken`: a token for a key.
pub(super) async fn issue(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    headers: HeaderMap,
) -> Result<String, Mistake> {
    if headers.contains_key(KEY) { Ok(sim.tokens.issue(entry.at)) } else { Err(Mistake::bad_key()) }
}

/// Looks for a key and then for a token where clients put them: in the headers, or in the query of a WebSocket. Some send
/// an empty `Authorization: Bearer` beside the key.
pub(super) fn is_let_in(tokens: &Tokens, headers: &HeaderMap, uri: &Uri) -> bool {
    let is_socket = uri.path().ends_with("/websocket/v1");
    let query = Query::<HashMap<String, String>>::try_from_uri(uri).ok().filter(|_| is_socket);
    let given = |name: &str| {
        let header = headers.get(name).and_then(|value| value.to_str().ok());
        let in_query = || query.as_ref()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.or_else(|| in_query().map(|(_, value)| value.as_str())).map(str::trim)
    };
    if let Some(key) = given(KEY).filter(|key| !key.is_empty()) {
        return !is_bad(key);
    }
    let bearer = given("Authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    match bearer.and_then(|token| token.strip_prefix("aad#")) {
        // Entra's, behind the resource that it is for.
        Some(entra) => entra.split_once('#').is_some_and(|(_, token)| !is_bad(token)),
        None => bearer.is_some_and(|token| tokens.are_good(token)),
    }
}
