//! Text to graph.

use std::sync::Arc;
use std::task::{Context, Poll};

use speech::{SpeechGraph, SpeechRequest};
use tower::Service;

use crate::spoken::Asked;

/// A request with its compiled text.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) request: SpeechRequest,
    pub(crate) graph: Arc<SpeechGraph>,
    pub(crate) asked: Asked,
}

/// Compiles the text of each request.
#[derive(Clone)]
pub(crate) struct Compile<S> {
    inner: S,
}

impl<S> Compile<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S: Service<Compiled>> Service<(SpeechRequest, Asked)> for Compile<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, (request, asked): (SpeechRequest, Asked)) -> S::Future {
        let graph = Arc::new(language::compile(request.text.clone()));
        self.inner.call(Compiled { request, graph, asked })
    }
}
