//! The doors: which path leads where.

pub(crate) mod azure;
pub(crate) mod elevenlabs;
mod envelope;
pub(crate) mod headers;
pub(crate) mod health;
pub(crate) mod json;
pub(crate) mod native;
pub(crate) mod openai;
mod routing;
mod sockets;
mod switches;
mod tags;
mod voices;
mod whole;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::response::IntoResponse;
use axum::routing::get;
use billing::Reports;
use engine::Engine;
use futures::{TryStreamExt as _, future};
use http::{HeaderMap, HeaderValue, Method, header};
use speech::{AudioStream, Clock, Door, Ids};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tower::util::{BoxCloneSyncService, MapRequestLayer};

pub(crate) use envelope::Envelope;
pub use native::{explained, listed, normalized, text_of};
pub(crate) use sockets::Seats;
pub(crate) use whole::room;

use crate::Config;
use crate::clients::Callers;
use crate::fault::Fault;
use crate::stack::{Next, Notes, Request, Response, report};

/// What the doors lead to.
#[derive(Clone)]
pub(crate) struct Rooms {
    pub(crate) engine: Engine,
    pub(crate) config: Arc<Config>,
    /// Where request ids come from.
    pub(crate) ids: Arc<dyn Ids>,
    /// Who may ask.
    pub(crate) callers: Arc<Callers>,
    /// The places of WebSockets.
    pub(crate) seats: Seats,
    /// What was used.
    pub(crate) reports: Arc<dyn Reports>,
    /// Wall-clock time.
    pub(crate) clock: Arc<dyn Clock>,
    /// When this gateway started, Unix seconds.
    pub(crate) since: i64,
    /// Cancelled when it is about to stop.
    pub(crate) draining: CancellationToken,
    /// Bytes of answers whose length is to be exact, held until they are sent.
    pub(crate) exact: Arc<Semaphore>,
}

/// The doors of the public address.
pub(crate) fn routes(rooms: Rooms) -> Next<Fault> {
    let router = Router::new()
        .route("/v1/models", get(models))
        .merge(openai::routes())
        .merge(elevenlabs::routes())
        .merge(azure::routes())
        .merge(native::routes().split_for_parts().0);
    routed(router, rooms, Fault::UnknownRoute)
}

/// axum matches the routes, and nothing else: a fault passes through it untouched. `elsewhere` is what all other paths get.
pub(crate) fn routed<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    state: S,
    elsewhere: Fault,
) -> Next<Fault> {
    let router = router
        .method_not_allowed_fallback(async || Fault::WrongMethod { allow: HeaderValue::from_static("") })
        .route_layer(MapRequestLayer::new(note_route))
        .fallback(async move || elsewhere)
        .with_state(state);
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

/// `GET /v1/models`, which two doors have: the header of the key tells whose client asks.
async fn models(rooms: State<Rooms>, headers: HeaderMap) -> Response {
    match elevenlabs::sent(&headers) {
        true => elevenlabs::models(rooms).await.into_response(),
        false => openai::models(rooms).await.into_response(),
    }
}

/// The door at which a request asks for speech, if it does.
pub(crate) fn door_of_speech(request: &Request) -> Option<Door> {
    if elevenlabs::asks_for_speech(request) {
        return Some(Door::ElevenLabs);
    }
    if azure::asks_for_speech(request) {
        return Some(Door::Azure);
    }
    if native::asks_for_speech(request) {
        return Some(Door::Native);
    }
    openai::asks_for_speech(request).then_some(Door::OpenAi)
}

/// Whether a request asks for speech that is its answer, and not for a socket.
pub(crate) fn is_spoken_at_once(request: &Request) -> bool {
    request.method() == Method::POST && door_of_speech(request).is_some()
}

/// Whether a request, as it stands, can only open a WebSocket.
pub(crate) fn asks_for_socket(request: &Request) -> bool {
    elevenlabs::asks_for_socket(request) || azure::asks_for_socket(request)
}

/// A body that ends in an error makes hyper break the connection: a client must not take what it got for all.
fn streamed(audio: AudioStream) -> Body {
    let pieces = audio
        .inspect_err(report)
        .try_filter_map(|chunk| future::ready(Ok((!chunk.bytes.is_empty()).then_some(chunk.bytes))));
    Body::from_stream(pieces)
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
