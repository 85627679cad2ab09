//! Synthesis over REST.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::errors::{Mistake, envelope};
use super::formats::Output;
use super::recital::Performance;
use super::{count, ssml, voices};
use crate::script::Fault;
use crate::sim::{Line, Sim};
use crate::truth::{Bill, Entry};

pub(super) async fn speech(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    Extension(line): Extension<Arc<Line>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Mistake> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("content-type").split(';').next().map(str::trim) != Some("application/ssml+xml") {
        return Err(Mistake::wrong_type());
    }
    let name = header("x-microsoft-outputformat");
    entry.format(name);
    let output = Output::named(name)
        .ok_or_else(|| Mistake::bad(format!("X-Microsoft-OutputFormat [{name}] is not supported.")))?;
    let document =
        str::from_utf8(&body).map_err(|_| Mistake::bad("SSML is invalid: not UTF-8.".to_owned()))?;
    let recital = ssml::read(document, voices::who_speaks(&sim, &query)).map_err(Mistake::bad)?;
    let job = sim.begin(entry, line).map_err(Mistake::scripted)?;
    let recital = recital.suited_to(&job);
    let performance =
        Performance::new(&recital, output.format).map_err(|_| Mistake::scripted(Fault::ServerError))?;
    let bill = Bill { characters: count::billed(document), ..Bill::default() };
    let error = envelope().to_string();
    Ok(job.deliver(output.content_type(), performance.into_pieces(), error, bill).await)
}
