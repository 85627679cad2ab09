use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use speech::{ErrorKind, SpeechError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::line::{Line, Turn};
use crate::refusal;

/// When to ask again who found every slot taken.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How many may speak at a time: at this gateway, and, where gateways share a line, at all of them.
pub(crate) struct Slots {
    free: Arc<Semaphore>,
    line: Option<Line>,
    longest_wait: Duration,
}

/// The right to speak; dropping it gives it back.
#[derive(Debug)]
pub struct Slot(#[expect(dead_code, reason = "it is held, not read")] Held);

#[derive(Debug)]
#[expect(dead_code, reason = "it is held, not read")]
enum Held {
    Here(OwnedSemaphorePermit),
    InLine(Turn),
}

impl Slots {
    pub(crate) fn new(concurrency: NonZeroUsize, line: Option<Line>, longest_wait: Duration) -> Self {
        let free = Arc::new(Semaphore::new(concurrency.get().min(Semaphore::MAX_PERMITS)));
        Self { free, line, longest_wait }
    }

    pub(crate) async fn take(&self, backend: &str) -> Result<Slot, SpeechError> {
        match timeout(self.longest_wait, self.wait()).await {
            Ok(held) => held.map(Slot),
            Err(_) => Err(refusal::of_kind(backend, ErrorKind::Overloaded).retry_after(RETRY_AFTER)),
        }
    }

    async fn wait(&self) -> Result<Held, SpeechError> {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(SpeechError::internal)?;
        match &self.line {
            None => Ok(Held::Here(permit)),
            Some(line) => line.turn(permit).await.map(Held::InLine),
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
