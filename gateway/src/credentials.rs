//! Where a request carries its API key.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, Uri, header};
use wire::Query;

use crate::doors::{azure, elevenlabs};

/// The header of ElevenLabs' clients.
pub(crate) const XI_API_KEY: HeaderName = HeaderName::from_static("xi-api-key");

/// The header of Azure's clients.
pub(crate) const SUBSCRIPTION_KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// What a client that can set no header puts into the query of a WebSocket: a browser. In any case.
const IN_QUERY: [&str; 3] = ["xi-api-key", "xi_api_key", "ocp-apim-subscription-key"];
const AUTHORIZATION: &str = "authorization";

/// Every API key, or token in the place of one, that a request carries; the one that counts first.
pub(crate) fn sent<'r>(uri: &Uri, headers: &'r HeaderMap) -> Vec<Cow<'r, [u8]>> {
    let of_header =
        |name: HeaderName| headers.get(name).map(|value| Cow::Borrowed(value.as_bytes().trim_ascii()));
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.as_bytes()));
    let bearer = bearer.map(Cow::Borrowed);
    let mut keys = if azure::is_path(uri.path()) {
        vec![of_header(SUBSCRIPTION_KEY), bearer]
    } else if elevenlabs::is_path(uri.path()) {
        vec![of_header(XI_API_KEY), bearer]
    } else {
        vec![bearer, of_header(XI_API_KEY)]
    };
    if elevenlabs::is_socket(uri, headers) || azure::is_socket(uri, headers) {
        keys.extend(in_query(uri).map(|key| Some(Cow::Owned(key))));
    }
    // Microsoft's SDK for Python sends its key beside a bearer without a token.
    keys.into_iter().flatten().filter(|key| !key.is_empty()).collect()
}

/// Whether a request has a place for a key, be it empty or another's: no key can be expected later.
pub(crate) fn are_there(uri: &Uri, headers: &HeaderMap) -> bool {
    let query = Query::parse(uri.query());
    headers.contains_key(XI_API_KEY)
        || headers.contains_key(header::AUTHORIZATION)
        || IN_QUERY.iter().chain(&[AUTHORIZATION]).any(|name| field(&query, name).is_some())
}

/// The key of `Bearer KEY`.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, key) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| key.trim_ascii())
}

fn in_query(uri: &Uri) -> impl Iterator<Item = Vec<u8>> {
    let query = Query::parse(uri.query());
    let bare = IN_QUERY.iter().filter_map(|name| field(&query, name));
    let authorization = field(&query, AUTHORIZATION).map(str::as_bytes);
    let authorization = authorization.map(|value| bearer(value).unwrap_or(value));
    let keys: Vec<_> = bare.map(str::as_bytes).chain(authorization).map(<[u8]>::to_vec).collect();
    keys.into_iter()
}

fn field<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.pairs().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
