use std::num::NonZeroU32;
use std::sync::Arc;

use speech::{ErrorKind, SpeechError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::{Layer, ServiceExt as _};

use super::{Next, Request, around::around, authenticate::is_exempt};
use crate::body::{Tend, tend};
use crate::doors;
use crate::fault::Fault;

impl Tend for OwnedSemaphorePermit {}

/// Places for so many requests and sockets at a time.
pub(crate) type Places = Arc<Semaphore>;

/// None is taken.
pub(crate) fn places(most: NonZeroU32) -> Places {
    Arc::new(Semaphore::new(most.get() as usize))
}

/// Takes one now.
pub(crate) fn take_place(places: &Places) -> Result<OwnedSemaphorePermit, Fault> {
    places.clone().try_acquire_owned().map_err(|_| {
        SpeechError::new(ErrorKind::Overloaded, "The gateway is busy; try again in a moment.").into()
    })
}

/// Takes requests as long as there are places, each until the last byte of its answer, and refuses the next at once: a
/// queue here would only hide the load. Probes are always let through, or a busy server would be restarted. A socket
/// outlives its answer: it takes its place itself.
pub(crate) fn admission(places: Places) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| {
        let places = places.clone();
        async move {
            if is_exempt(&request) || doors::asks_for_socket(&request) {
                return next.oneshot(request).await;
            }
            let place = take_place(&places)?;
            Ok(tend(next.oneshot(request).await?, place))
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;
    use crate::stack::Response;

    #[tokio::test]
    async fn a_probe_takes_no_place() {
        let slow_probes = tower::service_fn(|request: Request| async move {
            if is_exempt(&request) {
                std::future::pending::<()>().await;
            }
            Ok(Response::default())
        });
        let one_place = admission(places(NonZeroU32::MIN)).layer(Next::new(slow_probes));
        let ask = |path: &'static str| {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = http::Uri::from_static(path);
            one_place.clone().oneshot(request)
        };
        let mut probe = Box::pin(ask("/readyz"));
        assert!(futures::poll!(&mut probe).is_pending());
        assert!(ask("/v1/models").await.is_ok());
    }
}
