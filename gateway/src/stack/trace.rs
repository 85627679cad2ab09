use std::convert::Infallible;

use opentelemetry::Context;
use opentelemetry::global;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_http::HeaderExtractor;
use tower::{Layer, ServiceExt as _};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::{Next, Request, around::around, request_id::within};

/// One span for each request, in the trace that its client names by `traceparent`, until the last byte of the answer
/// has left. It is made only where somebody listens to its target; what else is known is told by the access log's layer.
pub(crate) fn trace() -> impl Layer<Next<Infallible>, Service = Next<Infallible>> + Clone {
    around(|request: Request, next: Next<Infallible>| {
        let span = span(&request);
        let inside = span.clone();
        async move { Ok(within(inside, next.oneshot(request).await?)) }.instrument(span)
    })
}

fn span(request: &Request) -> Span {
    let span = tracing::info_span!(
        target: "trace",
        "request",
        otel.name = request.method().as_str(),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.route = Empty,
        http.response.status_code = Empty,
        client = Empty,
        complete = Empty,
    );
    if !span.is_disabled() {
        // Nobody but the client says whose trace it is, not even whoever left a context on this thread.
        let headers = HeaderExtractor(request.headers());
        let theirs =
            global::get_text_map_propagator(|known| known.extract_with_context(&Context::new(), &headers));
        if theirs.span().span_context().is_valid() {
            // It was not begun yet, and somebody listens.
            let _ = span.set_parent(theirs);
        }
    }
    span
}
