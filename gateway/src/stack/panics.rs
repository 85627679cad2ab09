use std::convert::Infallible;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use speech::SpeechError;
use tower::{Layer, ServiceExt as _};

use super::{Next, Request, around::around, rescue};
use crate::doors::Envelope;

/// Turns a panic into the answer that any defect of ours gets. The panic's message goes to the log by the
/// process's own hook; the client does not see it.
pub(crate) fn catch(
    envelope: fn(&Request) -> Envelope,
) -> impl Layer<Next<Infallible>, Service = Next<Infallible>> + Clone {
    around(move |request: Request, next: Next<Infallible>| {
        let envelope = envelope(&request);
        async move {
            // Nothing that the panic may have left half done is used again: the whole request is dropped.
            match AssertUnwindSafe(next.oneshot(request)).catch_unwind().await {
                Ok(answered) => answered,
                Err(_) => {
                    let defect = SpeechError::internal("a layer or a door panicked");
                    Ok(rescue::answer(&defect.into(), &envelope))
                }
            }
        }
    })
}
