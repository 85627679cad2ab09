//! The order of the layers, and why each stands where it does.

use std::sync::Arc;

use speech::{Mouth, Sound, SpeechError, SpeechRequest};
use tower::ServiceBuilder;
use tower::layer::layer_fn;
use tower::util::BoxCloneSyncService;

use crate::Spoken;
use crate::books::Books;
use crate::buy::buy;
use crate::cache::{Cache, Cached};
use crate::compile::Compile;
use crate::converse::Conversation;
use crate::encode::Encode;
use crate::guard::Guard;
use crate::health::Health;
use crate::listen::Listen;
use crate::meter::Meter;
use crate::route::{Call, Route};
use crate::split::Split;
use crate::timeouts::Timeouts;
use crate::trace::traced;
use crate::visemes::Show;

/// The whole stack as one service. Every layer is always ready: whoever is busy says so when called.
pub(crate) type Stack = BoxCloneSyncService<SpeechRequest, Spoken, SpeechError>;

/// Its lower half: one call of one backend.
pub(crate) type Speaker = BoxCloneSyncService<Call, Sound, SpeechError>;

/// Outermost first; each in a span of its own.
pub(crate) fn build(books: Books, conversation: &Conversation, cache: Cache) -> Stack {
    let Conversation { lexicons, speaker, .. } = conversation.clone();
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            // sees every end there is, a dropped future included, and settles it once
            .layer(traced("meter"))
            .layer(layer_fn(|inner| Meter::new(inner, books.clone())))
            // text to graph, once for all candidates
            .layer(traced("compile"))
            .layer(layer_fn(|inner| Compile::new(inner, lexicons.clone())))
            // a name becomes those who may speak; what the dearest may cost is set aside; one after the other is asked
            .layer(traced("route"))
            .layer(layer_fn(|inner| Route::new(inner, conversation.clone(), cache.clone())))
            // what was spoken before, or is being spoken, is given again, in the client's format
            .layer(traced("cache"))
            .layer(layer_fn(|inner| Cached::new(inner, cache.clone())))
            // the sound becomes the client's format, slice by slice, unless it has it
            .layer(traced("encode"))
            .layer(layer_fn(Encode::new))
            // a text too long for the model becomes several calls
            .layer(traced("split"))
            .layer(layer_fn(Split::new))
            .service(speaker.clone()),
    )
}

/// One call of one backend, outermost layer first.
pub(crate) fn speaker(health: &Health, mouth: Arc<dyn Mouth>) -> Speaker {
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            // who fails again and again is not called; outermost, so that every kind of failure counts
            .layer(layer_fn(|inner| Guard::new(inner, health.clone())))
            // words that nobody has looked at get the shapes of the mouth
            .layer(layer_fn(|inner| Show::new(inner, Arc::clone(&mouth))))
            // what is no speech is a failure, whoever calls it a success; words that nobody timed get their times
            .layer(layer_fn(Listen::new))
            // a backend that stalls is a failure, not a wait; innermost, so that no slow reader trips it
            .layer(layer_fn(Timeouts::new))
            .service_fn(buy),
    )
}
