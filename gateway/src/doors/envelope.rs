//! In whose words a request is answered when it fails.

use std::sync::Arc;

use http::StatusCode;

use super::{azure, elevenlabs, native, openai};
use crate::fault::Fault;
use crate::stack::{Request, RequestId};

/// The door that a request came to, by its path: it need not have a route.
#[derive(Clone, Debug)]
pub(crate) enum Envelope {
    /// OpenAI's, and whoever came to no door at all.
    OpenAi,
    /// ElevenLabs'; everybody's who sends a key as its clients do, unless another door is clearly meant.
    ElevenLabs {
        /// The request's id, which this envelope repeats.
        request_id: Arc<str>,
    },
    /// Azure's, which is a sentence.
    Azure,
    /// Ours.
    Native {
        /// The request's id, which this envelope repeats.
        request_id: Arc<str>,
    },
}

impl Envelope {
    /// The one that belongs to a request.
    pub(crate) fn of(request: &Request) -> Self {
        let Some(RequestId(id)) = request.extensions().get::<RequestId>() else { return Self::OpenAi };
        let (path, request_id) = (request.uri().path(), id.clone());
        if path.starts_with(native::PREFIX) {
            Self::Native { request_id }
        } else if azure::is_path(path) {
            Self::Azure
        } else if elevenlabs::is_path(path)
            || (elevenlabs::sent(request.headers()) && !path.starts_with(openai::PREFIX))
        {
            Self::ElevenLabs { request_id }
        } else {
            Self::OpenAi
        }
    }

    /// Ours, whatever was asked for.
    pub(crate) fn ours(request: &Request) -> Self {
        let known = request.extensions().get::<RequestId>();
        Self::Native { request_id: known.map(|RequestId(id)| id.clone()).unwrap_or_default() }
    }

    /// The status that this door's vendor answers a fault with, where it is not everybody's.
    pub(crate) fn status(&self, fault: &Fault) -> Option<StatusCode> {
        match self {
            Self::ElevenLabs { .. } => elevenlabs::status(fault),
            Self::Azure => azure::status(fault),
            Self::Native { .. } => native::status(fault),
            Self::OpenAi => None,
        }
    }

    /// What the body of an answer is.
    pub(crate) fn media_type(&self) -> &'static str {
        match self {
            Self::Azure => "text/plain; charset=utf-8",
            Self::OpenAi | Self::ElevenLabs { .. } | Self::Native { .. } => "application/json",
        }
    }

    /// The body that says what went wrong.
    pub(crate) fn body(&self, fault: &Fault) -> Vec<u8> {
        match self {
            Self::OpenAi => openai::envelope(fault),
            Self::ElevenLabs { request_id } => elevenlabs::envelope(fault, request_id),
            Self::Azure => azure::envelope(fault),
            Self::Native { request_id } => native::envelope(fault, request_id),
        }
    }
}
