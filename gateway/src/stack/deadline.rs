use std::time::Duration;

use engine::break_off;
use speech::{ErrorKind, SpeechError};
use tower::{Layer, ServiceExt as _};

use super::{Next, Request, around::around};
use crate::fault::Fault;

/// Bounds the time to the head of the answer, which for speech is the time to its first audio. How long the
/// audio itself takes is between the reader and the backend.
pub(crate) fn deadline(
    limit: Duration,
    of: &'static str,
) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| async move {
        let mut answering = Box::pin(next.oneshot(request));
        if let Ok(answer) = tokio::time::timeout(limit, &mut answering).await {
            return answer;
        }
        break_off(answering, ErrorKind::DeadlineExceeded);
        let message = format!("No {of} was ready within {} s; try again, or send less.", limit.as_secs());
        Err(SpeechError::new(ErrorKind::DeadlineExceeded, message).into())
    })
}
