//! The doors: which path leads where.

mod envelope;
pub(crate) mod headers;
mod health;
mod json;
mod native;
pub(crate) mod openai;

use std::sync::Arc;

use axum::Router;
use axum::extract::MatchedPath;
use axum::response::IntoResponse;
use axum::routing::get;
use engine::Engine;
use http::{HeaderValue, header};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tower::util::{BoxCloneSyncService, MapRequestLayer};

pub(crate) use envelope::Envelope;
pub use native::normalized;

use crate::Config;
use crate::fault::Fault;
use crate::stack::{Next, Notes, Request, Response};

/// What the doors lead to.
#[derive(Clone)]
pub(crate) struct Rooms {
    pub(crate) engine: Engine,
    pub(crate) config: Arc<Config>,
    /// When this gateway started, Unix seconds.
    pub(crate) since: i64,
    /// Cancelled when it is about to stop.
    pub(crate) draining: CancellationToken,
    /// Bytes of answers whose length is to be exact, held until they are sent.
    pub(crate) exact: Arc<Semaphore>,
}

/// axum matches the routes, and nothing else: a door's error passes through it untouched.
pub(crate) fn routes(rooms: Rooms) -> Next<Fault> {
    let router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(openai::routes())
        .merge(native::routes())
        .method_not_allowed_fallback(async || Fault::WrongMethod { allow: HeaderValue::from_static("") })
        .route_layer(MapRequestLayer::new(note_route))
        .fallback(async || Fault::UnknownRoute)
        .with_state(rooms);
    BoxCloneSyncService::new(tower::service_fn(move |request: Request| {
        let router = router.clone();
        async move {
            match router.oneshot(request).await {
                Ok(response) => surface(response),
                Err(never) => match never {},
            }
        }
    }))
}

fn note_route(request: Request) -> Request {
    if let Some(path) = request.extensions().get::<MatchedPath>() {
        Notes::on(&request).route(path.as_str());
    }
    request
}

/// axum's handlers can only return responses; a fault rides in one's extensions.
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

fn surface(mut response: Response) -> Result<Response, Fault> {
    match response.extensions_mut().remove::<Fault>() {
        None => Ok(response),
        // Only axum knows which methods a route has.
        Some(Fault::WrongMethod { allow }) => {
            Err(Fault::WrongMethod { allow: response.headers_mut().remove(header::ALLOW).unwrap_or(allow) })
        }
        Some(fault) => Err(fault),
    }
}
