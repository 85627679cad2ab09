//! Faults in OpenAI's words.

use std::error::Error as _;

use ::speech::{ErrorKind, Origin, SpeechError};
use wire::openai::{ErrorBody, ErrorEnvelope, RequestError};

use crate::fault::Fault;

const INVALID_REQUEST: &str = "invalid_request_error";
const SERVER: &str = "server_error";

/// The body of an answer that is no 2xx.
pub(crate) fn envelope(fault: &Fault) -> Vec<u8> {
    // Serialising four strings to memory has no way to fail.
    serde_json::to_vec(&ErrorEnvelope { error: describe(fault) }).unwrap_or_default()
}

/// What a fault is called here.
pub(super) fn describe(fault: &Fault) -> ErrorBody {
    let (message, code) = match fault {
        Fault::Speech(error) => return describe_speech_error(error),
        Fault::NoKey => (
            "You didn't provide an API key. Send it in the Authorization header, as \"Bearer YOUR_KEY\"."
                .to_owned(),
            None,
        ),
        Fault::WrongKey => (
            "Incorrect API key provided. Use one that this gateway's operator has configured.".to_owned(),
            Some("invalid_api_key"),
        ),
        Fault::ForeignHost => (
            "This gateway has no API keys, so it answers only to this machine's own names, such as localhost or \
             127.0.0.1. To reach it by another name, configure an API key."
                .to_owned(),
            Some("host_not_allowed"),
        ),
        Fault::UnknownRoute => (
            "There is nothing under this path. Speech is asked for with POST /v1/audio/speech.".to_owned(),
            Some("unknown_url"),
        ),
        Fault::WrongMethod { allow } => (
            format!("This path does not take that method. Allowed: {}.", allow.to_str().unwrap_or_default()),
            Some("method_not_allowed"),
        ),
        Fault::WrongMediaType => (
            "The body must be plain JSON: send the header Content-Type: application/json, and no \
             Content-Encoding."
                .to_owned(),
            Some("unsupported_media_type"),
        ),
        Fault::BodyTooLarge { limit } => {
            (format!("The body is too large; at most {limit} bytes are read."), Some("request_too_large"))
        }
        Fault::BodyTooSlow => ("The body did not arrive in time.".to_owned(), Some("request_timeout")),
        Fault::BodyBroken => ("The body broke off before its end.".to_owned(), None),
    };
    ErrorBody { message, kind: INVALID_REQUEST, param: None, code }
}

fn describe_speech_error(error: &SpeechError) -> ErrorBody {
    let kind = match error.kind().origin() {
        Origin::Client => INVALID_REQUEST,
        Origin::Backend | Origin::Gateway => SERVER,
    };
    ErrorBody { message: error.to_string(), kind, param: error.param(), code: code(error) }
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
        kind => kind.code(),
    })
}
