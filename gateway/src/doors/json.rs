//! Bodies that hold JSON.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError};

use crate::Config;
use crate::fault::Fault;

/// Reads the body of a request with these headers, in time and within the limit.
pub(crate) async fn read(headers: &HeaderMap, body: Body, config: &Config) -> Result<Bytes, Fault> {
    require_plain_json(headers)?;
    collect(body, config.max_body_bytes, config.body_timeout()).await
}

/// The same of a request that need not have a body.
pub(crate) async fn read_if_any(headers: &HeaderMap, body: Body, config: &Config) -> Result<Bytes, Fault> {
    match body.is_end_stream() && !headers.contains_key(header::CONTENT_TYPE) {
        true => Ok(Bytes::new()),
        false => read(headers, body, config).await,
    }
}

/// Nothing but declared JSON: a web page may send any other type across origins without asking first.
fn require_plain_json(headers: &HeaderMap) -> Result<(), Fault> {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Fault::WrongMediaType);
    }
    Ok(())
}

/// Reads a body, in time and within the limit.
pub(crate) async fn collect(body: Body, limit: usize, patience: Duration) -> Result<Bytes, Fault> {
    match tokio::time::timeout(patience, body.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) => match error.into_inner().is::<LengthLimitError>() {
            true => Err(Fault::BodyTooLarge { limit }),
            false => Err(Fault::BodyBroken),
        },
        Err(_) => Err(Fault::BodyTooSlow),
    }
}
