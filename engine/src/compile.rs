//! Text to graph.

use std::sync::Arc;
use std::task::{Context, Poll};

use speech::{BoxFuture, Lexicons, Reading, SpeechError, SpeechGraph, SpeechRequest, Terms};
use tower::{Service, ServiceExt as _};

use crate::tab::Tab;

/// A request with its compiled text.
pub(crate) struct Compiled {
    pub(crate) request: SpeechRequest,
    pub(crate) graph: Arc<SpeechGraph>,
    pub(crate) tab: Tab,
}

/// The same reading, with the client's own lexicon under the request's.
pub(crate) async fn with_lexicon_of(
    lexicons: &dyn Lexicons,
    client: &str,
    reading: Reading,
) -> Result<Reading, SpeechError> {
    let of_client = lexicons.of(client).await?;
    Ok(Reading { lexicon: reading.lexicon.over(&of_client), ..reading })
}

/// Compiles the text of each request, with the request's lexicon over its client's.
#[derive(Clone)]
pub(crate) struct Compile<S> {
    inner: S,
    lexicons: Arc<dyn Lexicons>,
}

impl<S> Compile<S> {
    pub(crate) fn new(inner: S, lexicons: Arc<dyn Lexicons>) -> Self {
        Self { inner, lexicons }
    }
}

impl<S> Service<(SpeechRequest, Tab)> for Compile<S>
where
    S: Service<Compiled, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = SpeechError;
    type Future = BoxFuture<Result<S::Response, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, (mut request, tab): (SpeechRequest, Tab)) -> Self::Future {
        let inner = self.inner.clone();
        let lexicons = Arc::clone(&self.lexicons);
        Box::pin(async move {
            let Terms { client, reading, .. } = &mut request.terms;
            *reading = with_lexicon_of(&*lexicons, client, std::mem::take(reading)).await?;
            let graph = Arc::new(language::compile(request.text.clone(), &request.terms.reading)?);
            inner.oneshot(Compiled { request, graph, tab }).await
        })
    }
}
