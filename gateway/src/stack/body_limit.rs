use axum::body::Body;
use http_body::Body as _;
use http_body_util::Limited;
use tower::{Layer, ServiceExt as _};

use super::{Next, Request, around::around};
use crate::fault::Fault;

/// Refuses a body that says it is too large, and stops reading one that turns out to be.
pub(crate) fn body_limit(limit: usize) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| async move {
        if request.body().size_hint().lower() > limit as u64 {
            return Err(Fault::BodyTooLarge { limit });
        }
        next.oneshot(request.map(|body| Body::new(Limited::new(body, limit)))).await
    })
}
