//! Everything that can go wrong on the way through the HTTP stack.

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
    /// Nothing is served under that path.
    UnknownRoute,
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
            Self::Speech(error) => error.kind(),
            Self::NoKey | Self::WrongKey | Self::ForeignHost => ErrorKind::Unauthenticated,
            Self::BodyTooSlow => ErrorKind::DeadlineExceeded,
            Self::UnknownRoute
            | Self::WrongMethod { .. }
            | Self::WrongMediaType
            | Self::BodyTooLarge { .. }
            | Self::BodyBroken => ErrorKind::InvalidParameter,
        }
    }
}

impl From<SpeechError> for Fault {
    fn from(error: SpeechError) -> Self {
        Self::Speech(Arc::new(error))
    }
}
