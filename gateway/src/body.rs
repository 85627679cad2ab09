//! Response bodies that somebody watches.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http::Response;
use http_body::{Body as _, Frame, SizeHint};

/// What is kept beside a response body until its end, and dropped then: a permit, a counter, a log line.
pub(crate) trait Tend: Send + Unpin + 'static {
    /// There is room for more: the reader has taken what was sent, but for the buffers on the way.
    fn asked(&mut self) {}

    /// So many bytes were handed over.
    fn sent(&mut self, _bytes: usize) {}

    /// The body came to its proper end; not called when it failed or was dropped before.
    fn completed(&mut self) {}
}

/// Puts `tender` beside the body of `response`.
pub(crate) fn tend(response: Response<Body>, tender: impl Tend) -> Response<Body> {
    response.map(|body| {
        let mut tended = Tended { body, tender: Some(tender) };
        tended.settle(false);
        Body::new(tended)
    })
}

struct Tended<T> {
    body: Body,
    tender: Option<T>,
}

impl<T: Tend> Tended<T> {
    /// Neither a body of known length is polled past its end, nor any past its trailers, so the end is looked for after
    /// every frame.
    fn settle(&mut self, is_over: bool) {
        if (is_over || self.body.is_end_stream())
            && let Some(mut tender) = self.tender.take()
        {
            tender.completed();
        }
    }
}

impl<T: Tend> http_body::Body for Tended<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(tender) = &mut self.tender {
            tender.asked();
        }
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(tender), Some(data)) = (&mut self.tender, frame.data_ref()) {
                    tender.sent(data.len());
                }
                self.settle(frame.is_trailers());
            }
            Poll::Ready(Some(Err(_))) => self.tender = None,
            Poll::Ready(None) => {
                if let Some(mut tender) = self.tender.take() {
                    tender.completed();
                }
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
