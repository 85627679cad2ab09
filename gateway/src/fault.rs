//! Everything that can go wrong on the way through the HTTP stack.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use speech::{ErrorKind, SpeechError};

/// Why a request gets no 2xx. Cheap to clone, so that it can travel through axum in an extension.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The speech stack, or the reading of a request into its terms, refused.
    Speech(Arc<SpeechError>),
    /// No API key was sent.
    NoKey,
    /// The API key is nobody's.
    WrongKey,
    /// Without API keys only this machine may ask, and the `Host` header names another.
    ForeignHost,
    /// Without API keys a page may only call if its origin is known.
    ForeignPage,
    /// Only WebSockets are served under that path.
    NoUpgrade,
    /// The client has too many of something at a time.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many it may have.
        most: u32,
    },
    /// The first request with that `Idempotency-Key` is still being answered.
    AnswerRunning,
    /// That `Idempotency-Key` was another request's.
    AnotherRequest,
    /// The first request with that `Idempotency-Key` was answered, and the answer was too long to be kept.
    AnswerNotKept,
    /// Nothing is served under that path.
    UnknownRoute,
    /// What the path names is not there.
    NotThere {
        /// For programs.
        code: &'static str,
        /// For people.
        words: &'static str,
    },
    /// The path names no voice, or several; in the engine's words.
    NoVoice(Arc<SpeechError>),
    /// The name is another's.
    NameTaken,
    /// The path is served, but not with that method.
    WrongMethod {
        /// The methods it is served with, as the `Allow` header lists them.
        allow: HeaderValue,
    },
    /// The body is not declared to be plain JSON.
    WrongMediaType,
    /// The body is larger than is read.
    BodyTooLarge {
        /// Bytes that are read.
        limit: usize,
    },
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body broke off.
    BodyBroken,
}

impl Fault {
    /// What the journal says of it.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Speech(error) | Self::NoVoice(error) => error.kind(),
            Self::NoKey | Self::WrongKey | Self::ForeignHost | Self::ForeignPage => {
                ErrorKind::Unauthenticated
            }
            Self::BodyTooSlow => ErrorKind::DeadlineExceeded,
            Self::TooMany { .. } => ErrorKind::RateLimited,
            Self::UnknownRoute
            | Self::NotThere { .. }
            | Self::NameTaken
            | Self::AnswerRunning
            | Self::AnotherRequest
            | Self::AnswerNotKept
            | Self::NoUpgrade
            | Self::WrongMethod { .. }
            | Self::WrongMediaType
            | Self::BodyTooLarge { .. }
            | Self::BodyBroken => ErrorKind::InvalidParameter,
        }
    }
}

/// For whoever sent the request.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Speech(error) | Self::NoVoice(error) => return error.fmt(f),
            Self::WrongMethod { allow } => {
                let allow = allow.to_str().unwrap_or_default();
                return write!(f, "This path does not take that method. Allowed: {allow}.");
            }
            Self::BodyTooLarge { limit } => {
                return write!(f, "The body is too large; at most {limit} bytes are read.");
            }
            Self::TooMany { what, most } => {
                return write!(f, "There are too many {what}; at most {most} are allowed at a time.");
            }
            Self::NoKey => {
                "You didn't provide an API key. Send it in the Authorization header, as \"Bearer YOUR_KEY\"."
            }
            Self::WrongKey => {
                "Incorrect API key provided. Use one that this gateway's operator has configured."
            }
            Self::ForeignHost => {
                "This gateway has no API keys, so it answers only to this machine's own names, such as localhost \
                 or 127.0.0.1. To reach it by another name, configure an API key."
            }
            Self::ForeignPage => {
                "This gateway has no API keys, so it answers only to pages whose origin is listed under cors_origins."
            }
            Self::NoUpgrade => "Only WebSockets are served under this path.",
            Self::AnswerRunning => {
                "The first request with this Idempotency-Key is still being answered; try again in a moment."
            }
            Self::AnotherRequest => {
                "This Idempotency-Key was sent with another request; send every request that differs under a key of \
                 its own."
            }
            Self::AnswerNotKept => {
                "The request with this Idempotency-Key was answered before, and its answer was too long to be kept \
                 (http.replay_max_bytes). To have it spoken and charged again, send another key."
            }
            Self::UnknownRoute => {
                "There is nothing under this path. Speech is asked for with POST /v1/audio/speech."
            }
            Self::NotThere { words, .. } => words,
            Self::NameTaken => "Another client has that name.",
            Self::WrongMediaType => {
                "The body must be plain JSON: send the header Content-Type: application/json, and no \
                 Content-Encoding."
            }
            Self::BodyTooSlow => "The body did not arrive in time.",
            Self::BodyBroken => "The body broke off before its end.",
        };
        f.write_str(words)
    }
}

/// The store cannot be read or written just now.
pub(crate) fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
    let message = "The gateway cannot use its database just now; the request may be tried again.";
    SpeechError::new(ErrorKind::LedgerUnavailable, message).caused_by(error).into()
}

impl From<SpeechError> for Fault {
    fn from(error: SpeechError) -> Self {
        Self::Speech(Arc::new(error))
    }
}
