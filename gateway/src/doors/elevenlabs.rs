//! ElevenLabs' API.

pub(crate) mod answer;
mod dialogue;
mod errors;
mod models;
mod named;
mod socket;
mod speech;
mod telling;
mod terms;
mod user;
mod voices;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::{HeaderMap, Method, Uri, header};

use super::Rooms;
use crate::credentials::XI_API_KEY;
use crate::stack::Request;
use answer::Framing;
use named::VoiceName;

pub(super) use errors::{envelope, status};
pub(super) use models::models;

/// How each of the four calls that speak ends, and how it answers.
const CALLS: [(&str, Framing); 4] = [
    ("", Framing::Audio),
    ("/stream", Framing::Audio),
    ("/with-timestamps", Framing::Timed),
    ("/stream/with-timestamps", Framing::TimedLines),
];

/// Where speech is asked for: one voice, and several in turn.
const SPEECH: [&str; 2] = ["/v1/text-to-speech/", "/v1/text-to-dialogue"];

/// What else lies under this door.
const LISTS: [&str; 4] = ["/v1/voices", "/v2/voices", "/v1/user", "/v1/text-to-speech"];

/// The routes of this door.
pub(super) fn routes() -> Router<Rooms> {
    let others = socket::routes()
        .route("/v1/voices", get(voices::all))
        .route("/v1/voices/settings/default", get(voices::default_settings))
        .route("/v1/voices/{voice_id}", get(voices::one))
        .route("/v1/voices/{voice_id}/settings", get(voices::settings))
        .route("/v2/voices", get(voices::search))
        .route("/v1/user", get(user::user))
        .route("/v1/user/subscription", get(user::subscription));
    CALLS.into_iter().fold(others, |routes, (end, framing)| {
        let speech = move |rooms: State<Rooms>, voice: VoiceName, request: Request| {
            speech::create(rooms, voice, request, framing)
        };
        let dialogue = move |rooms: State<Rooms>, request: Request| dialogue::create(rooms, request, framing);
        routes
            .route(&format!("/v1/text-to-speech/{{voice_id}}{end}"), post(speech))
            .route(&format!("/v1/text-to-dialogue{end}"), post(dialogue))
    })
}

/// Whether a path lies under this door, though it need not have a route.
pub(crate) fn is_path(path: &str) -> bool {
    is_speech_path(path) || LISTS.iter().any(|prefix| is_under(prefix, path))
}

/// Whether a request asks for a WebSocket of this door.
pub(crate) fn is_socket(uri: &Uri, headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).map(|value| value.as_bytes());
    is_speech_path(uri.path()) && upgrade.is_some_and(|to| to.eq_ignore_ascii_case(b"websocket"))
}

/// Whether a request, as it stands, can only open a WebSocket of this door.
pub(crate) fn asks_for_socket(request: &Request) -> bool {
    let uri = request.uri();
    let is_get = request.method() == Method::GET;
    is_get && uri.path().ends_with("stream-input") && is_socket(uri, request.headers())
}

/// Whether a request came from a client of this API, whatever its path.
pub(super) fn sent(headers: &HeaderMap) -> bool {
    headers.contains_key(XI_API_KEY)
}

/// Whether a request asks for speech.
pub(super) fn asks_for_speech(request: &Request) -> bool {
    let is_post = request.method() == Method::POST && is_speech_path(request.uri().path());
    is_post || is_socket(request.uri(), request.headers())
}

fn is_speech_path(path: &str) -> bool {
    let [speech, dialogue] = SPEECH;
    path.starts_with(speech) || is_under(dialogue, path)
}

fn is_under(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
