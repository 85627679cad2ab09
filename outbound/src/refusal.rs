use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use speech::{ErrorKind, Origin, SpeechError};

/// A vendor may say what it likes; who adds to a clock must not overflow.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// What a vendor's own error body says of its refusal, as far as its adapter can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// What went wrong, where the body knows better than the status.
    pub kind: Option<ErrorKind>,
    /// The vendor's word for it, for the log: `rate_limit_exceeded`. Anything but a short word is left out.
    pub code: Option<String>,
    /// The parameter at fault, as our own errors name it.
    pub param: Option<&'static str>,
}

/// Reads the body of an answer with that status.
pub type ReadRefusal = fn(status: u16, body: &[u8]) -> Refusal;

/// What is wrong where the vendor does not let the gateway in.
pub(crate) const REFUSED_KEY: &str = "refused the gateway's own key";

/// Whose refusal it is and what it means: the one place where a vendor's status becomes an error of ours.
pub(crate) fn refused(
    backend: &str,
    status: StatusCode,
    headers: &HeaderMap,
    read: ReadRefusal,
    body: &[u8],
) -> SpeechError {
    let Refusal { kind, code, param } = read(status.as_u16(), body);
    let error = match (kind, status.as_u16()) {
        (Some(kind), _) => of_kind(backend, kind),
        (None, 401 | 403) => failed(backend, REFUSED_KEY).retry(false),
        (None, 402) => of_kind(backend, ErrorKind::QuotaExceeded),
        (None, 429) => of_kind(backend, ErrorKind::RateLimited),
        (None, 408 | 504) => of_kind(backend, ErrorKind::DeadlineExceeded),
        (None, 300..=399) => failed(backend, "answered with a redirect, which is not followed").retry(false),
        (None, 404 | 405 | 410) => {
            failed(backend, "does not know this call; its base_url may be wrong").retry(false)
        }
        (None, 409 | 425 | 500..) => of_kind(backend, ErrorKind::BackendFailed),
        (None, _) => failed(backend, "did not accept the request").retry(false),
    };
    let error = match param {
        Some(param) => error.about(param),
        None => error,
    };
    let error = match retry_after(headers) {
        Some(wait) => error.retry_after(wait.min(LONGEST_WAIT)),
        None => error,
    };
    let word = code.filter(|code| is_word(code)).map_or_else(String::new, |code| format!(", code {code}"));
    let is_operators =
        matches!((kind, status.as_u16()), (Some(ErrorKind::QuotaExceeded), _) | (None, 401..=403));
    let error = error.caused_by(format!("HTTP status {}{word}", status.as_u16()));
    if is_operators { alarm(backend, error) } else { error }
}

/// The operator is told in the log of what nobody else can mend.
pub(crate) fn alarm(backend: &str, error: SpeechError) -> SpeechError {
    let cause = std::error::Error::source(&error);
    tracing::error!(backend, cause, "{}", error.message());
    error
}

/// An error of that kind, in our own words. An adapter asks for voices and models that its backend lists: if the vendor
/// does not know one after all, that is no fault of the client's.
pub(crate) fn of_kind(backend: &str, kind: ErrorKind) -> SpeechError {
    let what = match kind {
        ErrorKind::RateLimited => "takes no more requests for now",
        ErrorKind::QuotaExceeded => "has no quota left",
        ErrorKind::DeadlineExceeded => "took too long",
        ErrorKind::UnknownVoice => "does not have this voice",
        ErrorKind::VoiceUnavailable => "cannot use this voice now",
        ErrorKind::UnknownModel => "does not have this model",
        ErrorKind::InvalidText => "cannot speak this text: it is too long, or holds what cannot be spoken",
        ErrorKind::InvalidParameter => "does not take these settings",
        ErrorKind::Overloaded => "has as many requests at a time as it may have",
        _ => "failed",
    };
    let error = SpeechError::new(kind, format!("The backend {backend} {what}."));
    match kind {
        ErrorKind::UnknownVoice | ErrorKind::VoiceUnavailable => {
            error.about("voice").blaming(Origin::Backend)
        }
        ErrorKind::UnknownModel => error.about("model").blaming(Origin::Backend),
        ErrorKind::InvalidText => error.about("input"),
        _ => error,
    }
}

/// The backend failed in a way that can be named: the rest of a sentence that begins with its name.
pub(crate) fn failed(backend: &str, what: &str) -> SpeechError {
    SpeechError::new(ErrorKind::BackendFailed, format!("The backend {backend} {what}."))
}

/// When a new try may succeed. A date is measured against the answer's own `Date`, so that no clock of ours matters.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name: &str| text(name)?.parse::<f64>().ok();
    if let Some(ms) = number("retry-after-ms") {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    if let Some(seconds) = number(RETRY_AFTER.as_str()) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(text(RETRY_AFTER.as_str())?).ok()?;
    let now = httpdate::parse_http_date(text(DATE.as_str())?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

/// Whether a vendor's code is a plain word, which cannot hold anybody's text.
fn is_word(code: &str) -> bool {
    (1..=64).contains(&code.len())
        && code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'-'))
}
