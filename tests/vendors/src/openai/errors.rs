//! What OpenAI says when it refuses.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::script::Fault;

/// One refusal, in the four fields of the vendor's envelope.
pub(crate) struct Mistake {
    status: StatusCode,
    message: String,
    kind: &'static str,
    param: Option<&'static str>,
    code: Option<&'static str>,
}

impl Mistake {
    fn new(
        status: StatusCode,
        kind: &'static str,
        code: Option<&'static str>,
        message: impl Into<String>,
    ) -> Self {
        Self { status, message: message.into(), kind, param: None, code }
    }

    /// The client's mistake.
    pub(crate) fn invalid(
        message: impl Into<String>,
        param: Option<&'static str>,
        code: Option<&'static str>,
    ) -> Self {
        let mistake = Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", code, message);
        Self { param, ..mistake }
    }

    /// A value that the vendor's own validation refuses: the message is the validator's list, as Python prints
    /// it.
    pub(crate) fn unfit(field: &str, kind: &str, message: &str) -> Self {
        let list = format!("[{{'type': '{kind}', 'loc': ('body', '{field}'), 'msg': \"{message}\"}}]");
        Self::invalid(list, None, None)
    }

    /// Nothing of that name: a path or a model.
    pub(crate) fn unknown(message: String, code: Option<&'static str>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", code, message)
    }

    pub(crate) fn no_key() -> Self {
        let message = "You didn't provide an API key. You need to provide your API key in an Authorization \
                       header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", None, message)
    }

    /// How the vendor says what is scripted.
    pub(crate) fn scripted(fault: Fault) -> Self {
        match fault {
            Fault::BadKey => Self::new(
                StatusCode::UNAUTHORIZED,
                "invalid_request_error",
                Some("invalid_api_key"),
                "Incorrect API key provided: bad***. You can find your API key at \
                 https://platform.openai.com/account/api-keys.",
            ),
            Fault::RateLimited => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "requests",
                Some("rate_limit_exceeded"),
                "Rate limit reached for requests. Please try again in 1s.",
            ),
            Fault::Quota => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "insufficient_quota",
                Some("insufficient_quota"),
                "You exceeded your current quota, please check your plan and billing details. For more \
                 information on this error, read the docs: \
                 https://platform.openai.com/docs/guides/error-codes/api-errors.",
            ),
            Fault::Unavailable => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "service_unavailable_error",
                None,
                "The engine is currently overloaded, please try again later.",
            ),
            _ => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                None,
                "The server had an error while processing your request. Sorry about that!",
            ),
        }
    }

    pub(crate) fn json(&self) -> Value {
        let Self { message, kind, param, code, .. } = self;
        json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
    }
}

impl IntoResponse for Mistake {
    fn into_response(self) -> Response {
        // An account that is used up is not better in a second.
        let retry = (self.code == Some("rate_limit_exceeded")).then_some((RETRY_AFTER, 1.into()));
        let mut response = (self.status, Json(self.json())).into_response();
        response.headers_mut().extend(retry);
        response
    }
}
