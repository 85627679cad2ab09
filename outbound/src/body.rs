use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use reqwest::Response;
use speech::{ErrorKind, SpeechError};
use tokio::time::{Instant, timeout};

use crate::Remote;

/// The body of an answer as it comes, timed.
pub(crate) struct Body {
    remote: Remote,
    chunks: BoxStream<'static, reqwest::Result<Bytes>>,
    /// When its first byte is due; none once it has come.
    first_due: Option<Instant>,
    /// All the waiting for this answer.
    waited: Duration,
}

impl Body {
    /// The body of an answer to what was sent then.
    pub(crate) fn new(remote: Remote, response: Response, sent: Instant) -> Self {
        let first_due = Some(sent + remote.deadlines().first_byte);
        Self { remote, chunks: response.bytes_stream().boxed(), first_due, waited: sent.elapsed() }
    }

    /// The next bytes, never none of them.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, SpeechError>> {
        loop {
            let deadlines = self.remote.deadlines();
            let asked = Instant::now();
            let patience = self.first_due.map_or(deadlines.idle, |due| due.saturating_duration_since(asked));
            let left = deadlines.total.saturating_sub(self.waited);
            let chunk = timeout(patience.min(left), self.chunks.next()).await;
            self.waited += asked.elapsed();
            match chunk {
                Ok(Some(Ok(bytes))) if bytes.is_empty() => {}
                Ok(Some(Ok(bytes))) => {
                    self.first_due = None;
                    return Some(Ok(bytes));
                }
                Ok(Some(Err(error))) => {
                    return Some(Err(self.remote.failed("broke off").caused_by(error.without_url())));
                }
                Ok(None) => return None,
                Err(_) => return Some(Err(self.remote.error(ErrorKind::DeadlineExceeded))),
            }
        }
    }

    /// All of it.
    pub(crate) async fn read(mut self, most_bytes: u64) -> Result<Bytes, SpeechError> {
        let mut all = BytesMut::new();
        while let Some(bytes) = self.next().await {
            let bytes = bytes?;
            if (all.len() + bytes.len()) as u64 > most_bytes {
                return Err(too_long(&self.remote));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }

    /// What was read already and all that follows, to the end or the first error.
    pub(crate) fn stream(
        self,
        first: Bytes,
        most_bytes: u64,
    ) -> BoxStream<'static, Result<Bytes, SpeechError>> {
        let state = Some((self, Some(first), most_bytes));
        stream::unfold(state, |state| async {
            let (mut body, first, left) = state?;
            let bytes = match first {
                Some(first) => first,
                None => match body.next().await? {
                    Ok(bytes) => bytes,
                    Err(error) => return Some((Err(error), None)),
                },
            };
            match left.checked_sub(bytes.len() as u64) {
                Some(left) => Some((Ok(bytes), Some((body, None, left)))),
                None => Some((Err(too_long(&body.remote)), None)),
            }
        })
        .boxed()
    }
}

fn too_long(remote: &Remote) -> SpeechError {
    remote.failed("sent far more than was asked for")
}
