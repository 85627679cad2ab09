use std::convert::Infallible;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use speech::Ids;
use tower::{Layer, ServiceExt as _};
use tracing::Instrument as _;

use super::{Next, Request, around::around};

/// Our name for it, in every answer.
pub(crate) const OURS: HeaderName = HeaderName::from_static("x-soundboard-request-id");
/// The name that OpenAI's clients put into their exceptions.
pub(crate) const OPENAI: HeaderName = HeaderName::from_static("x-request-id");

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
        async move {
            let mut response = next.oneshot(request).await?;
            if let Ok(value) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(OURS, value.clone());
                response.headers_mut().insert(OPENAI, value);
            }
            Ok(response)
        }
        .instrument(span)
    })
}
