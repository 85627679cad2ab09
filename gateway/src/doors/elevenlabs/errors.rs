//! Faults in ElevenLabs' words.

use std::error::Error as _;

use ::speech::{ErrorKind, SpeechError};
use http::StatusCode;
use wire::RequestError;
use wire::elevenlabs::{ErrorBody, ErrorEnvelope};

use crate::fault::Fault;

/// The body of an answer that is no 2xx.
pub(in crate::doors) fn envelope(fault: &Fault, request_id: &str) -> Vec<u8> {
    // Serialising strings to memory has no way to fail.
    serde_json::to_vec(&ErrorEnvelope { detail: describe(fault, request_id) }).unwrap_or_default()
}

/// The status that ElevenLabs answers a fault with, where it is not everybody's.
pub(in crate::doors) fn status(fault: &Fault) -> Option<StatusCode> {
    table(fault).0
}

/// What a fault is called here.
pub(super) fn describe<'r>(fault: &Fault, request_id: &'r str) -> ErrorBody<'r> {
    let (_, kind, code) = table(fault);
    let param = match fault {
        Fault::Speech(error) | Fault::NoVoice(error) => error.param().map(as_called_here),
        _ => None,
    };
    let message = match fault {
        Fault::NoKey => "You didn't provide an API key. Send it in the header xi-api-key.".to_owned(),
        Fault::UnknownRoute => "There is nothing under this path.".to_owned(),
        fault => fault.to_string(),
    };
    ErrorBody { kind, code, message, status: code, request_id, param }
}

/// The one table from what went wrong to ElevenLabs' type and code, and to its status where that is its own.
fn table(fault: &Fault) -> (Option<StatusCode>, &'static str, &'static str) {
    match fault {
        Fault::Speech(error) | Fault::NoVoice(error) => of_speech(error),
        Fault::NoKey => (None, "authentication_error", "missing_api_key"),
        Fault::WrongKey => (None, "authentication_error", "invalid_api_key"),
        Fault::ForeignHost => (None, "authorization_error", "host_not_allowed"),
        Fault::ForeignPage => (None, "authorization_error", "origin_not_allowed"),
        Fault::AnswerRunning => (None, "conflict", "idempotency_key_in_use"),
        Fault::AnotherRequest => (None, "validation_error", "idempotency_key_reused"),
        Fault::AnswerNotKept => (None, "conflict", "idempotency_answer_not_kept"),
        Fault::NoUpgrade => (None, "validation_error", "upgrade_required"),
        Fault::TooMany { .. } => (None, "rate_limit_error", "too_many_concurrent_requests"),
        Fault::UnknownRoute | Fault::NotThere { .. } => (None, "not_found", "not_found"),
        Fault::NameTaken => (None, "validation_error", "name_taken"),
        Fault::WrongMethod { .. } => (None, "validation_error", "method_not_allowed"),
        Fault::WrongMediaType => (None, "validation_error", "unsupported_media_type"),
        Fault::BodyTooLarge { .. } => (None, "validation_error", "request_too_large"),
        Fault::BodyTooSlow => (None, "validation_error", "request_timeout"),
        Fault::BodyBroken => (None, "validation_error", "invalid_request"),
    }
}

fn of_speech(error: &SpeechError) -> (Option<StatusCode>, &'static str, &'static str) {
    let unreadable = error.source().and_then(|source| source.downcast_ref::<RequestError>());
    match (error.kind(), unreadable) {
        (ErrorKind::InvalidText, Some(RequestError::TooLong { .. })) => {
            (None, "validation_error", "max_character_limit_exceeded")
        }
        (_, Some(_)) | (ErrorKind::InvalidParameter, None) => {
            (Some(StatusCode::UNPROCESSABLE_ENTITY), "validation_error", "invalid_parameters")
        }
        (ErrorKind::InvalidText, None) => (None, "validation_error", "invalid_text"),
        (ErrorKind::UnknownVoice, None) => (Some(StatusCode::NOT_FOUND), "not_found", "voice_not_found"),
        (ErrorKind::VoiceUnavailable, None) => (None, "validation_error", "voice_unavailable"),
        (ErrorKind::UnknownModel, None) => {
            (Some(StatusCode::BAD_REQUEST), "validation_error", "model_not_found")
        }
        (ErrorKind::NoCandidate, None) => (None, "validation_error", "no_candidate"),
        (ErrorKind::Unauthenticated, None) => (None, "authentication_error", "invalid_api_key"),
        (ErrorKind::QuotaExceeded | ErrorKind::BudgetExceeded | ErrorKind::BudgetOnHold, None) => {
            (Some(StatusCode::UNAUTHORIZED), "quota_error", "quota_exceeded")
        }
        (ErrorKind::RateLimited, None) => (None, "rate_limit_error", "rate_limit_exceeded"),
        (ErrorKind::Overloaded, None) => (None, "rate_limit_error", "system_busy"),
        (ErrorKind::DeadlineExceeded, None) => (None, "internal_error", "deadline_exceeded"),
        (ErrorKind::BackendFailed, None) => (None, "internal_error", "backend_failed"),
        (ErrorKind::UnknownPrice, None) => (None, "internal_error", "unknown_price"),
        (ErrorKind::LedgerUnavailable, None) => (None, "internal_error", "ledger_unavailable"),
        (ErrorKind::ModelMissing, None) => (None, "internal_error", "model_missing"),
        (ErrorKind::Internal, None) => (None, "internal_error", "internal_server_error"),
    }
}

/// The rest of the program has other names for what a client sent.
fn as_called_here(param: &'static str) -> &'static str {
    match param {
        "input" => "text",
        "voice" => "voice_id",
        "model" => "model_id",
        "language" => "language_code",
        "lexicon" => "soundboard.lexicon",
        param => param,
    }
}
