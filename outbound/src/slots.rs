use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use speech::{ErrorKind, SpeechError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::refusal;

/// When to ask again who found every slot taken.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How many may speak at a time.
pub(crate) struct Slots {
    free: Arc<Semaphore>,
    longest_wait: Duration,
}

/// The right to speak; dropping it gives it back.
#[derive(Debug)]
pub struct Slot(#[expect(dead_code, reason = "it is held, not read")] OwnedSemaphorePermit);

impl Slots {
    pub(crate) fn new(concurrency: NonZeroUsize, longest_wait: Duration) -> Self {
        let free = Arc::new(Semaphore::new(concurrency.get().min(Semaphore::MAX_PERMITS)));
        Self { free, longest_wait }
    }

    pub(crate) async fn take(&self, backend: &str) -> Result<Slot, SpeechError> {
        match timeout(self.longest_wait, Arc::clone(&self.free).acquire_owned()).await {
            Ok(permit) => permit.map(Slot).map_err(SpeechError::internal),
            Err(_) => Err(refusal::of_kind(backend, ErrorKind::Overloaded).retry_after(RETRY_AFTER)),
        }
    }
}

impl Slot {
    /// The same stream, which gives the slot back when it ends or is dropped.
    pub fn held_by<T: Send + 'static>(self, stream: BoxStream<'static, T>) -> BoxStream<'static, T> {
        stream::unfold((self, stream), |(slot, mut stream)| async {
            let item = stream.next().await?;
            Some((item, (slot, stream)))
        })
        .boxed()
    }
}
