use std::time::Duration;

use axum::body::Body;
use http::header;
use http_body::Body as _;
use http_body_util::{BodyExt as _, Limited};
use tower::{Layer, ServiceExt as _};

use super::{Next, Request, around::around};
use crate::fault::Fault;

/// How much of a body that is too large is read all the same, and thrown away.
const DISCARDED: usize = 32 * 1024 * 1024;

/// Refuses a body that says it is too large, and stops reading one that turns out to be.
pub(crate) fn body_limit(
    limit: usize,
    patience: Duration,
) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| async move {
        if request.body().size_hint().lower() > limit as u64 {
            // Who asks first is told before it sends anything.
            if !request.headers().contains_key(header::EXPECT) {
                let _ = tokio::time::timeout(patience, discard(request.into_body())).await;
            }
            return Err(Fault::BodyTooLarge { limit });
        }
        next.oneshot(request.map(|body| Body::new(Limited::new(body, limit)))).await
    })
}

/// Most clients read only when they have written everything. To close before that resets the connection, and
/// they never see why.
async fn discard(body: Body) {
    let mut body = Limited::new(body, DISCARDED);
    while let Some(Ok(_)) = body.frame().await {}
}
