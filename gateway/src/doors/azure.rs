//! Azure's API: speech over REST and on a WebSocket, voices, and tokens.

mod asked;
mod boundaries;
mod document;
mod errors;
mod socket;
mod speech;
mod token;
mod voices;

use axum::Router;
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, Method, Uri, header};

use super::Rooms;
use crate::credentials::SUBSCRIPTION_KEY;
use crate::fault::Fault;
use crate::stack::Request;

pub(super) use errors::{envelope, status};

/// What a client calls its request, and is told again.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-requestid");

/// As what the audio is asked for.
pub(crate) const OUTPUT_FORMAT: HeaderName = HeaderName::from_static("x-microsoft-outputformat");

/// Under a region's host of Azure's speech lies at the top; under a resource's own host, where other services are
/// beside it, below `/tts`. The SDKs ask at both.
const ROOTS: [&str; 2] = ["", "/tts"];

/// Where speech is asked for.
const SPEECH: &str = "/cognitiveservices/v1";

/// Where the voices are.
const VOICES: &str = "/cognitiveservices/voices/list";

/// Where the WebSockets are. The SDKs ask at the first for everything; at Azure itself text in pieces is taken at the second.
const SOCKETS: [&str; 2] = ["/cognitiveservices/websocket/v1", "/cognitiveservices/websocket/v2"];

/// Where tokens are given, in both of Microsoft's spellings.
const TOKENS: [&str; 2] = ["/sts/v1.0/issueToken", "/sts/v1.0/issuetoken"];

/// The routes of this door.
pub(super) fn routes() -> Router<Rooms> {
    let tokens =
        TOKENS.into_iter().fold(Router::new(), |routes, path| routes.route(path, post(token::issue)));
    ROOTS.into_iter().fold(tokens, |routes, root| {
        let routes = routes
            .route(&format!("{root}{SPEECH}"), post(speech::create))
            .route(&format!("{root}{VOICES}"), get(voices::list));
        let sockets = SOCKETS.into_iter();
        sockets.fold(routes, |routes, path| routes.route(&format!("{root}{path}"), get(socket::open)))
    })
}

/// Whether a path lies under this door, though it need not have a route.
pub(crate) fn is_path(path: &str) -> bool {
    path.starts_with("/sts/") || unrooted(path).starts_with("/cognitiveservices/")
}

/// Whether a token will do under a path of this door: a new one is given for a key only, or one would last for ever.
pub(crate) fn takes_tokens(path: &str) -> bool {
    is_path(path) && !TOKENS.contains(&path)
}

/// Whether a request asks for a WebSocket of this door.
pub(crate) fn is_socket(uri: &Uri, headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).map(|value| value.as_bytes());
    let is_upgrade = upgrade.is_some_and(|to| to.eq_ignore_ascii_case(b"websocket"));
    is_upgrade && SOCKETS.contains(&unrooted(uri.path()))
}

/// Whether a request, as it stands, can only open a WebSocket of this door.
pub(crate) fn asks_for_socket(request: &Request) -> bool {
    request.method() == Method::GET && is_socket(request.uri(), request.headers())
}

/// Whether a request asks for speech.
pub(super) fn asks_for_speech(request: &Request) -> bool {
    let is_post = request.method() == Method::POST && unrooted(request.uri().path()) == SPEECH;
    is_post || asks_for_socket(request)
}

/// Why a socket is opened all the same: its client learns it there.
#[derive(Clone, Debug)]
pub(crate) struct Unwelcome(pub(crate) Fault);

/// Whether a request asks for a socket on behalf of who cannot read the status of a refusal: a browser, and Node.js with
/// its own `WebSocket`. There Microsoft's SDK would wait for ever. It cannot set headers either, by which it is known.
pub(crate) fn is_told_on_the_socket(request: &Request) -> bool {
    asks_for_socket(request) && reads_no_status(request.headers())
}

fn reads_no_status(headers: &HeaderMap) -> bool {
    let has_header = [SUBSCRIPTION_KEY, header::AUTHORIZATION].iter().any(|name| headers.contains_key(name));
    let protocols = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let names_ours = protocols.iter().any(|value| value.as_bytes().windows(3).any(|name| name == b"USP"));
    !has_header && !names_ours
}

fn unrooted(path: &str) -> &str {
    path.strip_prefix("/tts").unwrap_or(path)
}
