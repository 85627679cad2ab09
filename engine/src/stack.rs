//! The order of the layers, and why each stands where it does.

use std::sync::Arc;

use speech::{Lexicons, SpeechError, SpeechRequest};
use tower::ServiceBuilder;
use tower::layer::layer_fn;
use tower::util::BoxCloneSyncService;

use crate::Spoken;
use crate::compile::Compile;
use crate::encode::Encode;
use crate::meter::{Ledger, Meter};
use crate::route::{Catalogue, Route};
use crate::timeouts::Timeouts;

/// The whole stack as one service. Every layer is always ready: whoever is busy says so when called.
pub(crate) type Stack = BoxCloneSyncService<SpeechRequest, Spoken, SpeechError>;

/// Outermost first.
pub(crate) fn build(ledger: Ledger, lexicons: Arc<dyn Lexicons>, catalogue: Arc<Catalogue>) -> Stack {
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            // sees every end there is, a dropped future included, and journals it once
            .layer(layer_fn(|inner| Meter::new(inner, ledger.clone())))
            // text to graph, once for all candidates
            .layer(layer_fn(|inner| Compile::new(inner, lexicons.clone())))
            // a name becomes a backend and its voice
            .layer(layer_fn(|inner| Route::new(inner, catalogue.clone())))
            // samples become the client's format, slice by slice
            .layer(layer_fn(Encode::new))
            // a backend that stalls is a failure, not a wait; innermost, so that no slow reader trips it
            .layer(layer_fn(Timeouts::new))
            .service_fn(adapter),
    )
}

/// The innermost service: the backend itself.
async fn adapter(call: crate::route::Call) -> Result<speech::PcmStream, SpeechError> {
    call.backend.speak(call.utterance).await
}
