use std::time::Duration;

use outbound::{Refusal, Remote};
use speech::{ErrorKind, SpeechError};

/// When to come back who was one too many on the socket, which says nothing of it.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Reads the body of a refusal, if it has one: a line of text mostly. What it says nothing of, the status does.
pub(super) fn read(status: u16, body: &[u8]) -> Refusal {
    let said = String::from_utf8_lossy(body).to_ascii_lowercase();
    let kind = match status {
        // The one thing in a request that is not made here is the document.
        400 => Some(fault(&said).unwrap_or(ErrorKind::InvalidText)),
        // Of the gateway in front of Azure's services, as for an account without further calls this month.
        403 | 429 if said.contains("call volume quota") => Some(ErrorKind::QuotaExceeded),
        // It was not asked for anything but audio.
        406 | 415 => Some(ErrorKind::BackendFailed),
        _ => None,
    };
    let param = match kind {
        Some(ErrorKind::InvalidParameter) => Some("response_format"),
        _ => None,
    };
    Refusal { kind, code: None, param }
}

/// The same where a token is shown: whether it is taken no longer is for [`Account`](super::account::Account) to see.
pub(super) fn read_of_token(status: u16, body: &[u8]) -> Refusal {
    match status {
        401 => Refusal { kind: Some(ErrorKind::Unauthenticated), ..Refusal::default() },
        _ => read(status, body),
    }
}

/// Whether a socket that is closed with that code has refused what was asked, and not failed in it.
pub(super) fn is_refusal(code: u16) -> bool {
    matches!(code, 1003 | 1007..=1009 | 4401 | 4403 | 4429)
}

/// What it means that the socket was closed.
pub(super) fn of_socket(remote: &Remote, code: u16, reason: &str) -> SpeechError {
    let unaccepted = || remote.failed("did not accept the request").retry(false);
    let error = match code {
        1007 => match fault(&reason.to_ascii_lowercase()) {
            Some(ErrorKind::InvalidParameter) => {
                remote.error(ErrorKind::InvalidParameter).about("response_format")
            }
            kind => remote.error(kind.unwrap_or(ErrorKind::InvalidText)),
        },
        1003 | 1008 | 1009 => unaccepted(),
        4401 | 4403 => remote.refused_key(),
        4429 => remote.error(ErrorKind::RateLimited).retry_after(RETRY_AFTER),
        1011 | 1013 => remote.error(ErrorKind::BackendFailed),
        _ => remote.failed("broke off"),
    };
    error.caused_by(format!("close code {code}"))
}

/// What is wrong with a request, by Azure's own words: `Unsupported voice en-US-NobodyNeural.`, `SSML is invalid`, `Ssml
/// should contain at least one [voice] tag`, `Unsupported output format`.
fn fault(said: &str) -> Option<ErrorKind> {
    let has = |word: &str| said.contains(word);
    if has("ssml") || has("xml") {
        Some(ErrorKind::InvalidText)
    } else if has("format") {
        Some(ErrorKind::InvalidParameter)
    } else if has("voice") {
        Some(ErrorKind::UnknownVoice)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_more_than_a_status_where_there_are_any() {
        use ErrorKind::{BackendFailed, InvalidParameter, InvalidText, QuotaExceeded, UnknownVoice};
        let cases = [
            (400, "Unsupported voice en-US-NobodyNeural.", Some(UnknownVoice)),
            (400, "Ssml should contain at least one [voice] tag", Some(InvalidText)),
            (400, "SSML is invalid", Some(InvalidText)),
            (400, "Unsupported output format.", Some(InvalidParameter)),
            (400, "", Some(InvalidText)),
            (401, "Access denied due to invalid voice key", None),
            (403, "Out of call volume quota. Quota will be replenished in 5 days.", Some(QuotaExceeded)),
            (429, "", None),
            (415, "", Some(BackendFailed)),
            (503, "voice", None),
        ];
        for (status, body, kind) in cases {
            assert_eq!(read(status, body.as_bytes()).kind, kind, "{status} {body}");
        }
        assert_eq!(read(400, b"Unsupported format").param, Some("response_format"));
        assert_eq!(read_of_token(401, b"").kind, Some(ErrorKind::Unauthenticated));
        assert_eq!(read_of_token(400, b"SSML is invalid"), read(400, b"SSML is invalid"));
    }
}
