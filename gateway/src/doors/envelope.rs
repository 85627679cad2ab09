//! In whose words a request is answered when it fails.

use std::sync::Arc;

use super::{native, openai};
use crate::fault::Fault;
use crate::stack::{Request, RequestId};

/// The door that a request came to, by its path: it need not have a route.
#[derive(Clone, Debug)]
pub(crate) enum Envelope {
    /// OpenAI's, and whoever came to no door at all.
    OpenAi,
    /// Ours.
    Native {
        /// The request's id, which this envelope repeats.
        request_id: Arc<str>,
    },
}

impl Envelope {
    /// The one that belongs to a request.
    pub(crate) fn of(request: &Request) -> Self {
        match request.extensions().get::<RequestId>() {
            Some(RequestId(id)) if request.uri().path().starts_with(native::PREFIX) => {
                Self::Native { request_id: id.clone() }
            }
            _ => Self::OpenAi,
        }
    }

    /// The JSON that says what went wrong.
    pub(crate) fn body(&self, fault: &Fault) -> Vec<u8> {
        match self {
            Self::OpenAi => openai::envelope(fault),
            Self::Native { request_id } => native::envelope(fault, request_id),
        }
    }
}
