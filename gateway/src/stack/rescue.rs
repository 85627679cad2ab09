use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use http::{HeaderName, HeaderValue, StatusCode, header};
use speech::{ErrorKind, SpeechError};
use tower::{Layer, ServiceExt as _};

use super::{Next, Request, Response, around::around};
use crate::doors::Envelope;
use crate::fault::Fault;

/// By which OpenAI's clients are told not to try again.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// When to come back if nobody knows better.
const SOON: Duration = Duration::from_secs(1);

/// Answers every fault, in the words that the request is to be answered in.
pub(crate) fn rescue(
    envelope: fn(&Request) -> Envelope,
) -> impl Layer<Next<Fault>, Service = Next<Infallible>> + Clone {
    around(move |request: Request, next: Next<Fault>| {
        let envelope = envelope(&request);
        async move { Ok(next.oneshot(request).await.unwrap_or_else(|fault| answer(&fault, &envelope))) }
    })
}

/// The answer to a fault, in the words of the door that was asked.
pub(crate) fn answer(fault: &Fault, envelope: &Envelope) -> Response {
    let status = envelope.status(fault).unwrap_or_else(|| status(fault));
    if let Fault::Speech(error) = fault
        && status.is_server_error()
    {
        report(error);
    }
    let mut response = Response::new(Body::from(envelope.body(fault)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(envelope.media_type()));
    match fault {
        Fault::NoKey | Fault::WrongKey => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Fault::WrongMethod { allow } => {
            headers.insert(header::ALLOW, allow.clone());
        }
        Fault::NoUpgrade => {
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        }
        Fault::TooMany { .. } | Fault::AnswerRunning => {
            headers.insert(header::RETRY_AFTER, whole_seconds(SOON));
        }
        Fault::AnswerNotKept => {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        Fault::Speech(error) => {
            if !error.may_succeed_later() && is_retried(status) {
                headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
            }
            if let Some(wait) = wait(error) {
                headers.insert(header::RETRY_AFTER, whole_seconds(wait));
            }
        }
        _ => {}
    }
    response
}

/// The one table from what went wrong to a status; a vendor's own exceptions are its door's.
fn status(fault: &Fault) -> StatusCode {
    match fault {
        Fault::Speech(error) => match error.kind() {
            ErrorKind::InvalidText
            | ErrorKind::InvalidParameter
            | ErrorKind::UnknownVoice
            | ErrorKind::VoiceUnavailable => StatusCode::BAD_REQUEST,
            ErrorKind::UnknownModel => StatusCode::NOT_FOUND,
            ErrorKind::NoCandidate => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorKind::RateLimited
            | ErrorKind::QuotaExceeded
            | ErrorKind::BudgetExceeded
            | ErrorKind::BudgetOnHold => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::Overloaded
            | ErrorKind::ModelMissing
            | ErrorKind::UnknownPrice
            | ErrorKind::LedgerUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::BackendFailed => StatusCode::BAD_GATEWAY,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        },
        Fault::NoKey | Fault::WrongKey => StatusCode::UNAUTHORIZED,
        Fault::ForeignHost | Fault::ForeignPage => StatusCode::FORBIDDEN,
        Fault::NoUpgrade => StatusCode::UPGRADE_REQUIRED,
        Fault::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Fault::AnswerRunning | Fault::AnswerNotKept | Fault::NameTaken => StatusCode::CONFLICT,
        Fault::AnotherRequest => StatusCode::UNPROCESSABLE_ENTITY,
        Fault::UnknownRoute | Fault::NotThere { .. } | Fault::NoVoice(_) => StatusCode::NOT_FOUND,
        Fault::WrongMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
        Fault::WrongMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Fault::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Fault::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        Fault::BodyBroken => StatusCode::BAD_REQUEST,
    }
}

/// Whether the official clients try again by themselves.
fn is_retried(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS
        )
}

fn wait(error: &SpeechError) -> Option<Duration> {
    let is_short = matches!(error.kind(), ErrorKind::Overloaded | ErrorKind::LedgerUnavailable);
    error.wait().or(is_short.then_some(SOON))
}

/// `Retry-After` knows whole seconds only, and 0 would mean "at once".
fn whole_seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_millis().div_ceil(1000).clamp(1, u128::from(u32::MAX)) as u32)
}

/// Tells whoever runs the gateway what the client is not told.
pub(crate) fn report(error: &SpeechError) {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let causes = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    tracing::warn!(kind = error.kind().code(), causes, "{}", error.message());
}
