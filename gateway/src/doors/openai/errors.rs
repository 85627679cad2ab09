//! Faults in OpenAI's words.

use std::error::Error as _;

use ::speech::{ErrorKind, Origin, SpeechError};
use wire::RequestError;
use wire::openai::{ErrorBody, ErrorEnvelope};

use crate::fault::Fault;

const INVALID_REQUEST: &str = "invalid_request_error";
const SERVER: &str = "server_error";
const QUOTA: &str = "insufficient_quota";

/// The body of an answer that is no 2xx.
pub(crate) fn envelope(fault: &Fault) -> Vec<u8> {
    // Serialising four strings to memory has no way to fail.
    serde_json::to_vec(&ErrorEnvelope { error: describe(fault) }).unwrap_or_default()
}

/// What a fault is called here.
pub(super) fn describe(fault: &Fault) -> ErrorBody {
    let code = match fault {
        Fault::Speech(error) | Fault::NoVoice(error) => return describe_speech_error(error),
        Fault::NoKey | Fault::BodyBroken => None,
        Fault::AnswerRunning => Some("idempotency_key_in_use"),
        Fault::AnotherRequest => Some("idempotency_key_reused"),
        Fault::AnswerNotKept => Some("idempotency_answer_not_kept"),
        Fault::WrongKey => Some("invalid_api_key"),
        Fault::ForeignHost => Some("host_not_allowed"),
        Fault::ForeignPage => Some("origin_not_allowed"),
        Fault::NoUpgrade => Some("upgrade_required"),
        Fault::TooMany { .. } => Some("rate_limit_exceeded"),
        Fault::UnknownRoute | Fault::NotThere { .. } => Some("unknown_url"),
        Fault::NameTaken => Some("name_taken"),
        Fault::WrongMethod { .. } => Some("method_not_allowed"),
        Fault::WrongMediaType => Some("unsupported_media_type"),
        Fault::BodyTooLarge { .. } => Some("request_too_large"),
        Fault::BodyTooSlow => Some("request_timeout"),
    };
    ErrorBody { message: fault.to_string(), kind: INVALID_REQUEST, param: None, code }
}

fn describe_speech_error(error: &SpeechError) -> ErrorBody {
    let kind = match error.kind().origin() {
        _ if error.kind() == ErrorKind::RateLimited => "requests",
        _ if is_about_quota(error.kind()) => QUOTA,
        Origin::Client => INVALID_REQUEST,
        Origin::Backend | Origin::Gateway => SERVER,
    };
    ErrorBody { message: error.to_string(), kind, param: error.param(), code: code(error) }
}

/// What OpenAI calls a quota: a vendor's, or a budget of ours.
fn is_about_quota(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::QuotaExceeded | ErrorKind::BudgetExceeded | ErrorKind::BudgetOnHold)
}

fn code(error: &SpeechError) -> Option<&'static str> {
    if let Some(error) = error.source().and_then(|source| source.downcast_ref::<RequestError>()) {
        return error.code();
    }
    Some(match error.kind() {
        ErrorKind::InvalidParameter => "invalid_value",
        ErrorKind::UnknownModel => "model_not_found",
        ErrorKind::Unauthenticated => "invalid_api_key",
        ErrorKind::Internal => "internal_error",
        ErrorKind::RateLimited => "rate_limit_exceeded",
        kind if is_about_quota(kind) => QUOTA,
        kind => kind.code(),
    })
}
