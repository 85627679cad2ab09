//! What went wrong, whose fault it is, and the way out.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The request cannot succeed as it stands.
    Client,
    /// The thing that speaks failed.
    Backend,
    /// We failed, or are too busy.
    Gateway,
}

/// The closed list of things that go wrong. A door maps each to a status in one place, the command line to an
/// exit code in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The text is empty, too long, or holds what cannot be spoken.
    InvalidText,
    /// A parameter is out of range or malformed.
    InvalidParameter,
    /// No backend has a voice of that name, or several have.
    UnknownVoice,
    /// The voice exists but cannot speak here, and says why.
    VoiceUnavailable,
    /// No backend has a model of that name.
    UnknownModel,
    /// Somebody could speak, but nobody whom the request's policy allows.
    NoCandidate,
    /// No or a wrong API key.
    Unauthenticated,
    /// Every worker is taken and the queue is full, or the wait was too long.
    Overloaded,
    /// Too many requests in too short a time.
    RateLimited,
    /// What was paid for is used up.
    QuotaExceeded,
    /// A budget of the client's leaves no room for the request.
    BudgetExceeded,
    /// A budget of the client's has room, but not before requests that are running now have ended.
    BudgetOnHold,
    /// Nobody has said what it would cost.
    UnknownPrice,
    /// What it costs cannot be written down.
    LedgerUnavailable,
    /// The deadline passed.
    DeadlineExceeded,
    /// The backend broke or sent what is not speech.
    BackendFailed,
    /// A model file is missing or damaged.
    ModelMissing,
    /// A defect of ours.
    Internal,
}

impl ErrorKind {
    /// A stable name in snake case, used as the native error code and in the journal.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidText => "invalid_text",
            Self::InvalidParameter => "invalid_parameter",
            Self::UnknownVoice => "unknown_voice",
            Self::VoiceUnavailable => "voice_unavailable",
            Self::UnknownModel => "unknown_model",
            Self::NoCandidate => "no_candidate",
            Self::Unauthenticated => "unauthenticated",
            Self::Overloaded => "overloaded",
            Self::RateLimited => "rate_limited",
            Self::QuotaExceeded => "quota_exceeded",
            Self::BudgetExceeded => "budget_exceeded",
            Self::BudgetOnHold => "budget_on_hold",
            Self::UnknownPrice => "unknown_price",
            Self::LedgerUnavailable => "ledger_unavailable",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::BackendFailed => "backend_failed",
            Self::ModelMissing => "model_missing",
            Self::Internal => "internal",
        }
    }

    /// Whose fault it is.
    pub fn origin(self) -> Origin {
        match self {
            Self::InvalidText
            | Self::InvalidParameter
            | Self::UnknownVoice
            | Self::VoiceUnavailable
            | Self::UnknownModel
            | Self::NoCandidate
            | Self::Unauthenticated
            | Self::BudgetExceeded
            | Self::BudgetOnHold => Origin::Client,
            Self::BackendFailed | Self::DeadlineExceeded | Self::RateLimited | Self::QuotaExceeded => {
                Origin::Backend
            }
            Self::Overloaded
            | Self::ModelMissing
            | Self::UnknownPrice
            | Self::LedgerUnavailable
            | Self::Internal => Origin::Gateway,
        }
    }
}

/// An error with two messages: `message` is for whoever sent the request, the `source` chain for whoever runs
/// the gateway. Neither ever holds the client's text.
#[derive(Debug)]
pub struct SpeechError {
    kind: ErrorKind,
    message: String,
    origin: Option<Origin>,
    param: Option<&'static str>,
    allowed: Arc<[String]>,
    retry_after: Option<Duration>,
    retry: Option<bool>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl SpeechError {
    /// An error of that kind; `message` is one or two whole sentences that a client may read.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            origin: None,
            param: None,
            allowed: Arc::default(),
            retry_after: None,
            retry: None,
            source: None,
        }
    }

    /// A parameter that cannot be taken as it is.
    pub fn invalid_parameter(param: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidParameter, message).about(param)
    }

    /// A defect of ours, with its cause for the log.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Internal, "The gateway failed; the request may be tried again.")
            .caused_by(source)
    }

    /// Says whose fault it is, where that is not what its kind says: a vendor that does not know a voice of its own list.
    pub fn blaming(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Names the parameter that is at fault.
    pub fn about(mut self, param: &'static str) -> Self {
        self.param = Some(param);
        self
    }

    /// Lists what would have been accepted.
    pub fn allowing(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// The same with names that are known already: who looks for somebody among many makes many such errors.
    pub fn allowing_these(mut self, allowed: &Arc<[String]>) -> Self {
        self.allowed = Arc::clone(allowed);
        self
    }

    /// Says when a new try may succeed.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Says whether the same request may succeed later, where that is not what its kind says.
    pub fn retry(mut self, retry: bool) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Keeps the cause for the log.
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whose fault it is: by its kind, unless somebody knows better. What is not the client's, somebody else may be able
    /// to do.
    pub fn origin(&self) -> Origin {
        self.origin.unwrap_or(self.kind.origin())
    }

    /// What the client may read.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The parameter at fault, if one is.
    pub fn param(&self) -> Option<&'static str> {
        self.param
    }

    /// What would have been accepted; empty where that is no list.
    pub fn allowed(&self) -> &[String] {
        &self.allowed
    }

    /// Whether the same request may succeed later: by its kind, unless somebody knows better.
    pub fn may_succeed_later(&self) -> bool {
        self.retry.unwrap_or(match self.kind {
            ErrorKind::QuotaExceeded | ErrorKind::UnknownPrice => false,
            ErrorKind::BudgetOnHold => true,
            kind => kind.origin() != Origin::Client,
        })
    }

    /// When a new try may succeed, where that is known.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after
    }
}

/// The client's message and what is allowed.
impl fmt::Display for SpeechError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.allowed.is_empty() {
            write!(f, " Allowed: {}.", self.allowed.join(", "))?;
        }
        Ok(())
    }
}

impl Error for SpeechError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
