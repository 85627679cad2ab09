use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use http_body::{Frame, SizeHint};
use speech::Ids;
use tower::{Layer, ServiceExt as _};
use tracing::{Instrument as _, Span};

use super::{Next, Request, Response, around::around};

/// Our name for it, in every answer.
pub(crate) const OURS: HeaderName = HeaderName::from_static("x-soundboard-request-id");
/// The name that OpenAI's clients put into their exceptions.
pub(crate) const OPENAI: HeaderName = HeaderName::from_static("x-request-id");

/// Both names.
pub(crate) const BOTH: [HeaderName; 2] = [OURS, OPENAI];

/// The id of a request, among its extensions.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

/// Gives each request an id of ours, whatever the client calls it, and puts it on the answer and on every log
/// line in between.
pub(crate) fn request_id(
    ids: Arc<dyn Ids>,
) -> impl Layer<Next<Infallible>, Service = Next<Infallible>> + Clone {
    around(move |mut request: Request, next: Next<Infallible>| {
        let id: Arc<str> = ids.request_id().into();
        request.extensions_mut().insert(RequestId(id.clone()));
        let span = tracing::info_span!("request", id = &*id);
        let inside = span.clone();
        async move {
            let mut response = next.oneshot(request).await?;
            if let Ok(value) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(OURS, value.clone());
                response.headers_mut().insert(OPENAI, value);
            }
            Ok(within(inside, response))
        }
        .instrument(span)
    })
}

/// The same answer; the span lasts until its body has ended.
pub(crate) fn within(span: Span, response: Response) -> Response {
    match span.is_disabled() {
        true => response,
        false => response.map(|body| Body::new(Inside { body, span })),
    }
}

/// A body whose making is part of its request, though another task asks for it.
struct Inside {
    body: Body,
    span: Span,
}

impl http_body::Body for Inside {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, span } = &mut *self;
        span.in_scope(|| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
