//! `POST /sts/v1.0/issueToken`: a token in the place of a key, for ten minutes.

use ::speech::SpeechError;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, HeaderValue, Uri, header};
use secrecy::ExposeSecret as _;

use crate::doors::Rooms;
use crate::fault::Fault;
use crate::stack::{Client, Response};

/// Gives a token for the key that came with the request.
pub(super) async fn issue(
    State(rooms): State<Rooms>,
    Extension(client): Extension<Client>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let token = rooms.callers.token(&client, &uri, &headers);
    let token = token.ok_or_else(|| SpeechError::internal("a door that gives tokens, and none are made"))?;
    let mut response = Response::new(Body::from(token.expose_secret().to_owned()));
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("application/jwt; charset=us-ascii");
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
