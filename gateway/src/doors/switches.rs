//! Who goes on where one has failed in mid-speech.

use axum::body::Body;
use engine::Tally;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;

use super::headers::SWITCHED;
use crate::stack::Response;

/// The answer, and who went on. If `is_whole`, all of its sound is there before its head is sent, which says so; otherwise a
/// trailer does, for those who take one: over HTTP/1.1 who sends `TE: trailers`, over HTTP/2 everybody.
pub(super) fn tell(mut response: Response, tally: Tally, is_whole: bool) -> Response {
    if is_whole {
        response.headers_mut().extend(switches(&tally).unwrap_or_default());
        return response;
    }
    if !tally.may_switch() {
        return response;
    }
    response.headers_mut().insert(header::TRAILER, HeaderValue::from(SWITCHED));
    response.map(|body| Body::new(body.with_trailers(async move { switches(&tally).map(Ok) })))
}

/// The header; none where nobody had to go on.
fn switches(tally: &Tally) -> Option<HeaderMap> {
    let value = HeaderValue::try_from(told(tally)?).ok()?;
    Some(HeaderMap::from_iter([(SWITCHED, value)]))
}

/// Who went on, and from which code point on; none where nobody had to.
pub(super) fn told(tally: &Tally) -> Option<String> {
    let switches = tally.switches();
    let each = switches.iter().map(|(offset, voice)| format!("{offset}={voice}"));
    (!switches.is_empty()).then(|| each.collect::<Vec<_>>().join(", "))
}
