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

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use futures::stream::iter;
    use tokio::time::{advance, sleep_until};

    use super::*;
    use crate::{Access, Deadlines, Outbound, Refusal};

    fn remote() -> Remote {
        let access = Access {
            name: "acme",
            base_url: "http://localhost",
            key: None,
            account: None,
            concurrency: NonZeroUsize::MIN,
            read_refusal: |_, _| Refusal::default(),
        };
        Outbound::new(Deadlines::default()).unwrap().remote(access).unwrap()
    }

    /// A body of which a byte comes every so often, whether anybody waits for it or not.
    fn byte_every(interval: Duration) -> Body {
        let start = Instant::now();
        let bytes = iter(1..).then(move |n| async move {
            sleep_until(start + interval * n).await;
            Ok::<_, std::io::Error>(Bytes::from_static(b"x"))
        });
        let response = http::Response::new(reqwest::Body::wrap_stream(bytes));
        Body::new(remote(), response.into(), start)
    }

    /// How long it was waited for until it was given up, and what came by then.
    async fn patience_with(mut body: Body) -> (Duration, usize) {
        let (start, mut bytes) = (Instant::now(), 0);
        loop {
            match body.next().await.unwrap() {
                Ok(next) => bytes += next.len(),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
                    return (start.elapsed(), bytes);
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_given_up_when_it_does_not_begin_when_it_stalls_and_when_it_never_ends() {
        let seconds = Duration::from_secs;
        let close_to = |waited: Duration, due| waited >= due && waited < due + seconds(1);
        let (waited, bytes) = patience_with(byte_every(seconds(31))).await;
        assert!(close_to(waited, seconds(30)) && bytes == 0, "{waited:?}");
        let (waited, bytes) = patience_with(byte_every(seconds(25))).await;
        assert!(close_to(waited, seconds(25 + 20)) && bytes == 1, "{waited:?}");
        let (waited, bytes) = patience_with(byte_every(seconds(1))).await;
        assert!(close_to(waited, seconds(600)) && bytes >= 599, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_listener_trips_no_deadline() {
        let mut body = byte_every(Duration::from_secs(1));
        for _ in 0..100 {
            assert_eq!(body.next().await.unwrap().unwrap(), "x");
            advance(Duration::from_secs(60)).await;
        }
    }
}
