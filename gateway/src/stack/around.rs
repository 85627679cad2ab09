use std::future::Future;

use tower::Layer;
use tower::layer::layer_fn;
use tower::util::BoxCloneSyncService;

use super::{Next, Request, Response};

/// A layer made of one function that gets the request and the rest of the way.
///
/// Readiness is not used: nothing in this stack queues, it sheds.
pub(crate) fn around<F, A, Inner, Outer>(
    function: F,
) -> impl Layer<Next<Inner>, Service = Next<Outer>> + Clone
where
    F: Fn(Request, Next<Inner>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Outer>> + Send + 'static,
    Inner: 'static,
    Outer: 'static,
{
    layer_fn(move |next: Next<Inner>| {
        let function = function.clone();
        BoxCloneSyncService::new(tower::service_fn(move |request| function(request, next.clone())))
    })
}
