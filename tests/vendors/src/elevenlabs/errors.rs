//! What ElevenLabs says when it refuses: today's envelope, which contains the old one's keys, and FastAPI's
//! list for a request that is not even well-formed.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::script::Fault;

/// One refusal. It becomes an answer once the request's id is known.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    status: StatusCode,
    detail: Detail,
}

#[derive(Clone, Debug)]
enum Detail {
    Coded {
        kind: &'static str,
        code: &'static str,
        message: String,
        param: Option<&'static str>,
    },
    /// FastAPI's list of one.
    Invalid {
        place: Vec<&'static str>,
        message: String,
        kind: &'static str,
    },
}

impl Mistake {
    fn coded(status: StatusCode, kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, detail: Detail::Coded { kind, code, message: message.into(), param: None } }
    }

    pub(crate) fn bad_key() -> Self {
        Self::coded(StatusCode::UNAUTHORIZED, "authentication_error", "invalid_api_key", "Invalid API key")
    }

    pub(crate) fn no_key() -> Self {
        let message = "Neither authorization header nor xi-api-key received, please provide one.";
        Self::coded(StatusCode::UNAUTHORIZED, "authentication_error", "needs_authorization", message)
    }

    pub(crate) fn not_found(code: &'static str, message: String) -> Self {
        Self::coded(StatusCode::NOT_FOUND, "not_found", code, message)
    }

    pub(crate) fn no_voice(voice_id: &str) -> Self {
        Self::not_found("voice_not_found", format!("A voice with the voice_id {voice_id} was not found."))
    }

    /// The client's mistake about one parameter.
    pub(crate) fn bad(code: &'static str, param: &'static str, message: String) -> Self {
        let detail = Detail::Coded { kind: "validation_error", code, message, param: Some(param) };
        Self { status: StatusCode::BAD_REQUEST, detail }
    }

    /// 422: a field that is missing, of the wrong type or out of its range.
    pub(crate) fn invalid(place: &[&'static str], kind: &'static str, message: impl Into<String>) -> Self {
        let detail = Detail::Invalid { place: place.to_vec(), message: message.into(), kind };
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, detail }
    }

    /// How the vendor says what is scripted, for a text of so many characters.
    pub(crate) fn scripted(fault: Fault, characters: usize) -> Self {
        match fault {
            Fault::BadKey => Self::bad_key(),
            Fault::RateLimited => Self::coded(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit_error",
                "rate_limit_exceeded",
                "Too many requests. Please try again in a moment.",
            ),
            Fault::Quota => Self::coded(
                StatusCode::UNAUTHORIZED,
                "quota_error",
                "quota_exceeded",
                format!(
                    "This request exceeds your quota of 10000. You have 0 credits remaining, while {characters} \
                     credits are required for this request."
                ),
            ),
            Fault::Unavailable => Self::coded(
                StatusCode::SERVICE_UNAVAILABLE,
                "service_unavailable",
                "service_unavailable",
                "The service is temporarily unavailable. Please try again later.",
            ),
            _ => Self::coded(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal_error",
                "internal_server_error",
                "An internal error occurred.",
            ),
        }
    }

    /// The code and the message, as a WebSocket tells them.
    pub(crate) fn words(&self) -> (&'static str, &str) {
        match &self.detail {
            Detail::Coded { code, message, .. } => (code, message),
            Detail::Invalid { kind, message, .. } => (kind, message),
        }
    }

    pub(crate) fn json(&self, id: &str) -> Value {
        let detail = match &self.detail {
            Detail::Coded { kind, code, message, param } => json!({
                "type": kind,
                "code": code,
                "message": message,
                "status": code,
                "request_id": id,
                "param": param,
            }),
            Detail::Invalid { place, message, kind } => {
                json!([{"type": kind, "loc": place, "msg": message, "input": null}])
            }
        };
        json!({"detail": detail})
    }

    /// The answer to the request with that id.
    pub(crate) fn with_id(self, id: &str) -> Response {
        let retry = (self.status == StatusCode::TOO_MANY_REQUESTS).then_some((RETRY_AFTER, 1.into()));
        let mut response = (self.status, Json(self.json(id))).into_response();
        response.headers_mut().extend(retry);
        response
    }
}

/// The answer is written where the id is known: this one only carries the mistake there.
impl IntoResponse for Mistake {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
