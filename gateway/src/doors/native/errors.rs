//! Faults in our own words.

use http::StatusCode;
use speech::ErrorKind;
use wire::soundboard::{ErrorBody, ErrorEnvelope};

use crate::fault::Fault;

/// The body of an answer that is no 2xx.
pub(in crate::doors) fn envelope(fault: &Fault, request_id: &str) -> Vec<u8> {
    let error = match fault {
        Fault::Speech(error) | Fault::NoVoice(error) => ErrorBody {
            code: error.kind().code(),
            message: error.message().to_owned(),
            param: error.param(),
            allowed: error.allowed(),
            request_id,
        },
        fault => ErrorBody {
            code: code(fault),
            message: fault.to_string(),
            param: param(fault),
            allowed: &[],
            request_id,
        },
    };
    // Serialising to memory has no way to fail.
    serde_json::to_vec(&ErrorEnvelope { error }).unwrap_or_default()
}

/// The status that we answer a fault with, where it is not everybody's: who may not have more has to pay.
pub(in crate::doors) fn status(fault: &Fault) -> Option<StatusCode> {
    match fault.kind() {
        ErrorKind::BudgetExceeded | ErrorKind::BudgetOnHold => Some(StatusCode::PAYMENT_REQUIRED),
        _ => None,
    }
}

fn param(fault: &Fault) -> Option<&'static str> {
    matches!(fault, Fault::NameTaken).then_some("name")
}

fn code(fault: &Fault) -> &'static str {
    match fault {
        Fault::Speech(_) | Fault::NoVoice(_) | Fault::NoKey | Fault::WrongKey | Fault::TooMany { .. } => {
            fault.kind().code()
        }
        Fault::AnswerRunning => "idempotency_key_in_use",
        Fault::AnotherRequest => "idempotency_key_reused",
        Fault::AnswerNotKept => "idempotency_answer_not_kept",
        Fault::ForeignPage => "origin_not_allowed",
        Fault::NoUpgrade => "upgrade_required",
        Fault::ForeignHost => "host_not_allowed",
        Fault::UnknownRoute => "unknown_route",
        Fault::NotThere { code, .. } => code,
        Fault::NameTaken => "name_taken",
        Fault::WrongMethod { .. } => "method_not_allowed",
        Fault::WrongMediaType => "unsupported_media_type",
        Fault::BodyTooLarge { .. } => "body_too_large",
        Fault::BodyTooSlow => "body_timeout",
        Fault::BodyBroken => "body_broken",
    }
}
