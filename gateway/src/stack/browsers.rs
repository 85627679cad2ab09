use std::convert::Infallible;
use std::time::Duration;

use http::{HeaderName, Method, header};
use tower::Layer;
use tower::layer::layer_fn;
use tower::util::BoxCloneSyncService;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;

use super::Next;
use crate::Origin;
use crate::credentials::{SUBSCRIPTION_KEY, XI_API_KEY};

/// How long a browser may remember a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// Marks the headers that carry keys, so that no `Debug` shows them.
pub(crate) fn sensitive_headers() -> impl Layer<Next<Infallible>, Service = Next<Infallible>> + Clone {
    let keys = [header::AUTHORIZATION, header::COOKIE, XI_API_KEY, SUBSCRIPTION_KEY];
    let layer = SetSensitiveRequestHeadersLayer::new(keys);
    layer_fn(move |next| BoxCloneSyncService::new(layer.layer(next)))
}

/// Lets pages of those origins call, and read the headers that say who spoke. Without origins no page may.
pub(crate) fn cors(origins: &[Origin]) -> impl Layer<Next<Infallible>, Service = Next<Infallible>> + Clone {
    let origin = if origins.iter().any(Origin::is_any) {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().map(Origin::header))
    };
    let layer = (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(origin)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(ExposeHeaders::list(exposed()))
            .max_age(PREFLIGHT_AGE)
    });
    layer_fn(move |next| match &layer {
        Some(layer) => BoxCloneSyncService::new(layer.layer(next)),
        None => next,
    })
}

fn exposed() -> impl Iterator<Item = HeaderName> {
    use crate::doors::{azure, elevenlabs::answer, headers};
    [super::request_id::OURS, super::request_id::OPENAI, header::RETRY_AFTER]
        .into_iter()
        .chain(headers::ANSWER)
        .chain([answer::REQUEST_ID, azure::REQUEST_ID])
        .chain(answer::COST)
}
