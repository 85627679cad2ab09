//! Faults in Azure's way: a status, or the code of a close, and a sentence.

use ::speech::ErrorKind;
use http::StatusCode;

use crate::fault::Fault;

/// The most bytes of the reason of a close (RFC 6455, 5.5).
const MOST_REASON: usize = 123;

/// What a socket is closed with, as the SDKs take it: a bad request, no right to ask, too long a message, our failure, too many
/// requests.
const BAD_REQUEST: u16 = 1007;
const REFUSED: u16 = 1008;
const TOO_LONG: u16 = 1009;
const FAILED: u16 = 1011;
const TOO_MANY: u16 = 4429;

/// The body of an answer that is no 2xx.
pub(in crate::doors) fn envelope(fault: &Fault) -> Vec<u8> {
    describe(fault).into_bytes()
}

/// The status that Azure answers a fault with, where it is not everybody's.
pub(in crate::doors) fn status(fault: &Fault) -> Option<StatusCode> {
    let Fault::Speech(error) = fault else { return None };
    matches!(error.kind(), ErrorKind::UnknownModel | ErrorKind::NoCandidate)
        .then_some(StatusCode::BAD_REQUEST)
}

/// How a socket ends with a fault. The reason is cut where it is too long.
pub(super) fn close(fault: &Fault) -> (u16, String) {
    let code = match fault.kind() {
        _ if matches!(fault, Fault::BodyTooLarge { .. }) => TOO_LONG,
        ErrorKind::Unauthenticated => REFUSED,
        ErrorKind::RateLimited
        | ErrorKind::QuotaExceeded
        | ErrorKind::BudgetExceeded
        | ErrorKind::BudgetOnHold => TOO_MANY,
        ErrorKind::InvalidText
        | ErrorKind::InvalidParameter
        | ErrorKind::UnknownVoice
        | ErrorKind::VoiceUnavailable
        | ErrorKind::UnknownModel
        | ErrorKind::NoCandidate => BAD_REQUEST,
        ErrorKind::Overloaded
        | ErrorKind::UnknownPrice
        | ErrorKind::LedgerUnavailable
        | ErrorKind::DeadlineExceeded
        | ErrorKind::BackendFailed
        | ErrorKind::ModelMissing
        | ErrorKind::Internal => FAILED,
    };
    let mut reason = match fault {
        // Not what would be allowed: there is no room for it.
        Fault::Speech(error) => error.message().to_owned(),
        Fault::BodyTooLarge { limit } => {
            format!("The message is too long; at most {limit} bytes are read.")
        }
        fault => describe(fault),
    };
    reason.truncate(reason.floor_char_boundary(MOST_REASON));
    (code, reason)
}

fn describe(fault: &Fault) -> String {
    match fault {
        Fault::NoKey => {
            "There is no key. Send one in the header Ocp-Apim-Subscription-Key, or a token as Authorization: Bearer."
                .to_owned()
        }
        Fault::WrongKey => "The key, or the token, is nobody's, or no longer anybody's.".to_owned(),
        Fault::UnknownRoute => "There is nothing under this path.".to_owned(),
        Fault::WrongMediaType => {
            "The body must be SSML: send the header Content-Type: application/ssml+xml, and no Content-Encoding."
                .to_owned()
        }
        fault => fault.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use ::speech::SpeechError;

    use super::*;

    #[test]
    fn a_reason_is_as_long_as_a_close_may_have() {
        let fault = |message: String| Fault::from(SpeechError::new(ErrorKind::InvalidText, message));
        assert_eq!(close(&fault("é".repeat(61))), (1007, "é".repeat(61)));
        assert_eq!(close(&fault("é".repeat(200))), (1007, "é".repeat(61)));
    }
}
