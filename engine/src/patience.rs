//! How long those who may speak are waited for.

use std::time::Duration;

use speech::{ErrorKind, SpeechError};
use tokio::time::{Instant, timeout};

/// How long all who are asked may take together: a backend's own queue and one long sentence.
const IN_ALL: Duration = Duration::from_secs(60);

/// The time that is left for all who are asked to say the same, until there is something to hear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    until: Instant,
}

impl Patience {
    /// From now on.
    pub(crate) fn new() -> Self {
        Self { until: Instant::now() + IN_ALL }
    }

    /// What one of them answers, if it does in time. Whoever stalls leaves half of the time to the next, if there is one.
    ///
    /// # Errors
    /// Its own; and [`ErrorKind::DeadlineExceeded`].
    pub(crate) async fn wait<T>(
        self,
        is_last: bool,
        answer: impl Future<Output = Result<T, SpeechError>>,
    ) -> Result<T, SpeechError> {
        let left = self.until.saturating_duration_since(Instant::now());
        let time = if is_last { left } else { left / 2 };
        timeout(time, answer).await.unwrap_or_else(|_| Err(too_late(time)))
    }
}

fn too_late(time: Duration) -> SpeechError {
    let seconds = time.as_secs();
    let message =
        format!("The backend could not be heard within {seconds} seconds; the request may be tried again.");
    SpeechError::new(ErrorKind::DeadlineExceeded, message)
}
