//! What Azure says when it refuses: a status, and at most a line of text.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::script::Fault;

/// One refusal.
pub(super) struct Mistake {
    status: StatusCode,
    /// Empty where the status says it all.
    reason: String,
    is_soon_over: bool,
}

impl Mistake {
    fn plain(status: StatusCode) -> Self {
        Self { status, reason: String::new(), is_soon_over: false }
    }

    /// The client's mistake.
    pub(super) fn bad(reason: String) -> Self {
        Self { reason, ..Self::plain(StatusCode::BAD_REQUEST) }
    }

    pub(super) fn bad_key() -> Self {
        Self::plain(StatusCode::UNAUTHORIZED)
    }

    pub(super) fn wrong_type() -> Self {
        Self::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }

    /// How the vendor says what is scripted.
    pub(super) fn scripted(fault: Fault) -> Self {
        match fault {
            Fault::BadKey => Self::bad_key(),
            Fault::RateLimited => Self { is_soon_over: true, ..Self::plain(StatusCode::TOO_MANY_REQUESTS) },
            Fault::Quota => Self {
                reason: "You have exceeded the quota or rate of requests allowed for your resource."
                    .to_owned(),
                ..Self::plain(StatusCode::TOO_MANY_REQUESTS)
            },
            Fault::Unavailable => Self::plain(StatusCode::SERVICE_UNAVAILABLE),
            _ => Self::plain(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl IntoResponse for Mistake {
    fn into_response(self) -> Response {
        let mut response = match self.reason.is_empty() {
            true => self.status.into_response(),
            false => (self.status, self.reason).into_response(),
        };
        response.headers_mut().extend(self.is_soon_over.then_some((RETRY_AFTER, 1.into())));
        response
    }
}

/// The same as the code that closes a WebSocket, and why.
pub(super) fn closing(fault: Fault) -> (u16, &'static str) {
    match fault {
        Fault::BadKey => (1008, "Authentication failed."),
        Fault::RateLimited => (4429, "Too many requests."),
        Fault::Quota => (4429, "Quota exceeded."),
        Fault::Unavailable => (1013, "Service unavailable, try again later."),
        _ => (1011, "Internal service error."),
    }
}

/// An error in JSON, as the services around this one write it.
pub(super) fn envelope() -> Value {
    json!({"error": {"code": "InternalServerError", "message": "An internal error occurred."}})
}
