//! `/api/v1/costs` and `/api/v1/usage`: what was used, and what it cost.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use billing::{Client, ClientNames, Costs, Dimension, Scope};
use http::{HeaderMap, Uri, header};
use serde::Serialize;
use speech::SpeechError;
use wire::Query;
use wire::soundboard::{CostsBody, CostsQuery, UsageBody, UsageQuery};

use super::Office;
use crate::fault::{Fault, unavailable};
use crate::openapi::Refused;
use crate::stack::Response;

/// Shows what a month cost.
///
/// JSON, or CSV where that is asked for.
#[utoipa::path(
    get,
    path = "/api/v1/costs",
    operation_id = "costs",
    tag = "reports",
    params(("month" = Option<String>, Query, description = "UTC; this one unless it says another.", example = "2026-10"), ("format" = Option<String>, Query, description = "`json` or `csv`; else as `Accept` says.")),
    responses((status = 200, description = "The costs.", content((CostsBody = "application/json"), (String = "text/csv"))), Refused),
)]
pub(super) async fn costs(
    State(office): State<Office>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query = Query::parse(uri.query());
    let CostsQuery { month, csv } =
        CostsQuery::read(&query, office.clock.unix_ms()).map_err(SpeechError::from)?;
    let scope = Scope { from_unix_ms: month.from_unix_ms(), to_unix_ms: month.to_unix_ms(), client: None };
    let report = office.reports.usage(scope, Costs::DIMENSIONS.to_vec()).await.map_err(unavailable)?;
    let body = CostsBody::new(month, &Costs::of(&report), &names(&office).await?);
    Ok(match csv.unwrap_or_else(|| wants_csv(&headers)) {
        true => table(&format!("costs-{month}"), body.to_csv()),
        false => json(&body),
    })
}

/// Shows what was used.
///
/// Likewise.
#[utoipa::path(
    get,
    path = "/api/v1/usage",
    operation_id = "usage",
    tag = "reports",
    params(
        ("timeframe" = Option<String>, Query, description = "`24h`, `7d` (the default), or two days or hours (UTC) with a comma in between."),
        ("group_by" = Option<String>, Query, description = "With commas in between: `client`, `key`, `voice`, `language`, `backend`, `door`, `model`, `day`, `hour`, `tag:NAME`."),
        ("client" = Option<String>, Query, description = "Only what that client used, by its id or name."), ("format" = Option<String>, Query, description = "`json` or `csv`; else as `Accept` says.")),
    responses((status = 200, description = "A row for each group.", content((UsageBody = "application/json"), (String = "text/csv"))), Refused),
)]
pub(super) async fn usage(
    State(office): State<Office>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query = Query::parse(uri.query());
    let UsageQuery { mut scope, group_by, csv } =
        UsageQuery::read(&query, office.clock.unix_ms()).map_err(SpeechError::from)?;
    if let Some(client) = &scope.client {
        // Somebody who is not in the books under that name may still be in the figures under it.
        let known = office.accounts.client(client).await.map_err(unavailable)?;
        scope.client = known.map(|client| client.id).or(scope.client);
    }
    let names = match group_by.contains(&Dimension::Client) {
        true => names(&office).await?,
        false => ClientNames::default(),
    };
    let report = office.reports.usage(scope, group_by).await.map_err(unavailable)?;
    let body = UsageBody::new(&report, &names);
    Ok(match csv.unwrap_or_else(|| wants_csv(&headers)) {
        true => table("usage", body.to_csv()),
        false => json(&body),
    })
}

async fn names(office: &Office) -> Result<ClientNames, Fault> {
    Ok(Client::names(office.accounts.clients().await.map_err(unavailable)?))
}

fn json(body: &impl Serialize) -> Response {
    Json(body).into_response()
}

fn table(name: &str, csv: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, csv).into_response()
}

/// `Accept: text/csv`.
fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|value| value.split(','));
    types.any(|accepted| {
        accepted.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/csv")
    })
}
