use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use http::{Method, StatusCode};
use opentelemetry::trace::TraceContextExt as _;
use tokio::time::Instant;
use tower::{Layer, ServiceExt as _};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::{Next, Request, around::around};
use crate::body::{Tend, tend};

/// What nginx logs for a client that left before it was answered.
const CLIENT_LEFT: u16 = 499;

/// What layers further in learn about a request. Cheap to clone: all clones are the same notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Facts>);

#[derive(Debug, Default)]
struct Facts {
    client: OnceLock<Arc<str>>,
    route: OnceLock<String>,
    with_engine: OnceLock<()>,
}

impl Notes {
    /// The notes on this request.
    pub(crate) fn on<B>(request: &http::Request<B>) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// Who asks.
    pub(crate) fn client(&self, name: Arc<str>) {
        let _ = self.0.client.set(name);
    }

    /// Which route it took, as it is written in the code: a path as it was sent may hold anything.
    pub(crate) fn route(&self, pattern: &str) {
        let _ = self.0.route.set(pattern.to_owned());
    }

    /// From here on the engine journals it.
    pub(crate) fn handed_to_engine(&self) {
        let _ = self.0.with_engine.set(());
    }

    /// Whether the engine journals it.
    pub(crate) fn is_with_engine(&self) -> bool {
        self.0.with_engine.get().is_some()
    }
}

/// Writes one line to the target `access` when an answer has left, or was left behind. It holds nobody's text:
/// no query, no path but the route's, no header.
pub(crate) fn access() -> impl Layer<Next<Infallible>, Service = Next<Infallible>> + Clone {
    around(|mut request: Request, next: Next<Infallible>| {
        let notes = Notes::default();
        request.extensions_mut().insert(notes.clone());
        let mut line = Line::begin(request.method().clone(), notes);
        async move {
            let response = next.oneshot(request).await?;
            line.status = Some(response.status());
            // hyper drops the body of an answer to HEAD unread.
            line.complete = line.method == Method::HEAD;
            Ok(tend(response, line))
        }
    })
}

struct Line {
    began: Instant,
    method: Method,
    notes: Notes,
    status: Option<StatusCode>,
    bytes: usize,
    complete: bool,
    span: tracing::Span,
}

impl Line {
    fn begin(method: Method, notes: Notes) -> Self {
        Self {
            began: Instant::now(),
            method,
            notes,
            status: None,
            bytes: 0,
            complete: false,
            span: tracing::Span::current(),
        }
    }
}

impl Tend for Line {
    fn sent(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    fn completed(&mut self) {
        self.complete = true;
    }
}

impl Line {
    /// The same to the span of the request, where there is one.
    fn tell(&self, span: &tracing::Span) {
        if !span.has_field("http.route") {
            return;
        }
        let Facts { client, route, .. } = &*self.notes.0;
        if let Some(route) = route.get() {
            span.context().span().update_name(format!("{} {route}", self.method));
            span.record("http.route", route);
        }
        if let Some(status) = self.status {
            span.record("http.response.status_code", status.as_u16());
        }
        if self.status.is_some_and(|status| status.is_server_error()) {
            span.record("otel.status_code", "ERROR");
        }
        span.record("client", client.get().map(|name| &**name));
        span.record("complete", self.complete);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Facts { client, route, .. } = &*self.notes.0;
        self.tell(&self.span);
        let _inside = self.span.enter();
        tracing::info!(
            target: "access",
            method = self.method.as_str(),
            path = route.get().map_or("-", String::as_str),
            status = self.status.map_or(CLIENT_LEFT, |status| status.as_u16()),
            client = client.get().map_or("-", |name| name),
            ms = self.began.elapsed().as_millis() as u64,
            bytes = self.bytes,
            complete = self.complete,
        );
    }
}
