//! How long those who may speak are waited for.

use std::time::Duration;

use speech::{ErrorKind, SpeechError};
use tokio::time::{Instant, timeout_at};

use crate::break_off;

/// How long all who are asked may take together: a backend's own queue and one long sentence.
const IN_ALL: Duration = Duration::from_secs(60);

/// Who looks at the clock so much too late has not asked meanwhile.
const UNASKED: Duration = Duration::from_secs(1);

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
    /// Time counts only while somebody asks: where a listener pauses, nobody does.
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
        let mut answer = Box::pin(answer);
        let mut until = Instant::now() + time;
        loop {
            if let Ok(answer) = timeout_at(until, &mut answer).await {
                return answer;
            }
            if until.elapsed() < UNASKED {
                break_off(answer, ErrorKind::DeadlineExceeded);
                return Err(too_late(time));
            }
            until = Instant::now() + time;
        }
    }
}

fn too_late(time: Duration) -> SpeechError {
    let seconds = time.as_secs();
    let message =
        format!("The backend could not be heard within {seconds} seconds; the request may be tried again.");
    SpeechError::new(ErrorKind::DeadlineExceeded, message)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use tokio::sync::oneshot;
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_of_the_listener_is_no_delay_of_the_backend() {
        let (backend, answer) = oneshot::channel();
        let mut waiting = Box::pin(Patience::new().wait(true, async { Ok(answer.await.unwrap()) }));
        assert!(waiting.as_mut().now_or_never().is_none());
        // Nobody asks for five minutes, and then it takes another half.
        advance(IN_ALL * 5).await;
        assert!(waiting.as_mut().now_or_never().is_none());
        advance(IN_ALL / 2).await;
        backend.send(7).unwrap();
        assert_eq!(waiting.await.unwrap(), 7);
    }
}
