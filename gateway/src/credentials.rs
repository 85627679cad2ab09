//! Where a request carries its API key.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, Uri, header};
use wire::Query;

use crate::doors::elevenlabs;

/// The header of ElevenLabs' clients.
pub(crate) const XI_API_KEY: HeaderName = HeaderName::from_static("xi-api-key");

/// What a client that can set no header puts into the query of a WebSocket: a browser.
const IN_QUERY: [&str; 2] = ["xi-api-key", "xi_api_key"];

/// Every API key that a request carries, the one that counts first.
pub(crate) fn sent<'r>(uri: &Uri, headers: &'r HeaderMap) -> Vec<Cow<'r, [u8]>> {
    let of_header = |value: Option<&'r [u8]>| value.map(Cow::Borrowed);
    let xi = of_header(headers.get(XI_API_KEY).map(|value| value.as_bytes().trim_ascii()));
    let bearer = of_header(headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.as_bytes())));
    let mut keys = if elevenlabs::is_path(uri.path()) { [xi, bearer] } else { [bearer, xi] }.to_vec();
    if elevenlabs::is_socket(uri, headers) {
        keys.extend(in_query(uri).map(|key| Some(Cow::Owned(key))));
    }
    keys.into_iter().flatten().filter(|key| !key.is_empty()).collect()
}

/// Whether a request has a place for a key, be it empty or another's: no key can be expected later.
pub(crate) fn are_there(uri: &Uri, headers: &HeaderMap) -> bool {
    let query = Query::parse(uri.query());
    headers.contains_key(XI_API_KEY)
        || headers.contains_key(header::AUTHORIZATION)
        || IN_QUERY.iter().chain(&["authorization"]).any(|field| query.get(field).is_some())
}

/// The key of `Bearer KEY`.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, key) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| key.trim_ascii())
}

fn in_query(uri: &Uri) -> impl Iterator<Item = Vec<u8>> {
    let query = Query::parse(uri.query());
    let bare = IN_QUERY.iter().filter_map(|field| query.get(field));
    let authorization = query.get("authorization").map(str::as_bytes);
    let authorization = authorization.map(|value| bearer(value).unwrap_or(value));
    let keys: Vec<_> = bare.map(str::as_bytes).chain(authorization).map(<[u8]>::to_vec).collect();
    keys.into_iter()
}
