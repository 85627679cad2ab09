//! `/api/v1/clients`: who may ask, for how much, and what they prefer.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use billing::{Budget, Client};
use http::StatusCode;
use speech::SpeechError;
use wire::soundboard::schema::{AmendClientShape, CreateClientShape, SetBudgetsShape};
use wire::soundboard::{AmendClient, BudgetBody, ClientBody, ClientsBody, CreateClient, SetBudgets};

use super::Office;
use super::known::{KnownClient, NO_CLIENT};
use crate::doors::json;
use crate::fault::{Fault, unavailable};
use crate::openapi::{Absent, NameTaken, Refused};
use crate::stack::Request;

/// Adds a client.
#[utoipa::path(
    post,
    path = "/api/v1/clients",
    operation_id = "create_client",
    tag = "clients",
    request_body = CreateClientShape,
    responses((status = 201, description = "The client.", body = ClientBody), NameTaken, Refused),
)]
pub(super) async fn create(
    State(office): State<Office>,
    request: Request,
) -> Result<impl IntoResponse, Fault> {
    let (parts, body) = request.into_parts();
    let body = json::read(&parts.headers, body, &office.config).await?;
    let CreateClient { name, budgets, preferences } =
        CreateClient::from_json(&body).map_err(SpeechError::from)?;
    refuse_others_keys(&budgets, |_| false)?;
    let created_unix_ms = office.clock.unix_ms();
    let client = Client { id: security::client_id(), name: Some(name), created_unix_ms, preferences };
    let is_new = office.accounts.create(client.clone(), budgets.clone()).await.map_err(unavailable)?;
    if !is_new {
        return Err(Fault::NameTaken);
    }
    Ok((StatusCode::CREATED, Json(ClientBody::new(client, budgets.into_iter().map(BudgetBody::from)))))
}

/// Lists the clients.
#[utoipa::path(
    get,
    path = "/api/v1/clients",
    operation_id = "clients",
    tag = "clients",
    responses((status = 200, description = "Every client, by name.", body = ClientsBody), Refused),
)]
pub(super) async fn all(State(office): State<Office>) -> Result<Json<ClientsBody>, Fault> {
    let mut clients = Vec::new();
    for client in office.accounts.clients().await.map_err(unavailable)? {
        let budgets = office.accounts.budgets(&client.id).await.map_err(unavailable)?;
        clients.push(ClientBody::new(client, budgets.into_iter().map(BudgetBody::from)));
    }
    Ok(Json(ClientsBody { clients }))
}

/// Shows a client.
///
/// With what is spent of its budgets.
#[utoipa::path(
    get,
    path = "/api/v1/clients/{client}",
    operation_id = "client",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name.")),
    responses((status = 200, description = "The client.", body = ClientBody), Absent, Refused),
)]
pub(super) async fn one(
    State(office): State<Office>,
    KnownClient(client): KnownClient,
) -> Result<Json<ClientBody>, Fault> {
    standing(&office, client).await.map(Json)
}

/// Changes what a client prefers.
///
/// What is null is taken back, and what is absent stays. Of a client that the configuration names, the configuration says it.
#[utoipa::path(
    patch,
    path = "/api/v1/clients/{client}",
    operation_id = "amend_client",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name.")),
    request_body = AmendClientShape,
    responses((status = 200, description = "The client.", body = ClientBody), Absent, Refused),
)]
pub(super) async fn amend(
    State(office): State<Office>,
    client: KnownClient,
    request: Request,
) -> Result<Json<ClientBody>, Fault> {
    let client = client.remembered()?;
    let (parts, body) = request.into_parts();
    let body = json::read(&parts.headers, body, &office.config).await?;
    let AmendClient { amendment } = AmendClient::from_json(&body).map_err(SpeechError::from)?;
    if client.is_configured() {
        let message = "The configuration names the client, and says what it prefers: change it there.";
        return Err(SpeechError::invalid_parameter("client", message).into());
    }
    office.accounts.amend(&client.id, amendment).await.map_err(unavailable)?;
    let client = office.accounts.client(&client.id).await.map_err(unavailable)?;
    standing(&office, client.ok_or(NO_CLIENT)?).await.map(Json)
}

/// Sets a client's budgets.
///
/// These in place of all that there were.
#[utoipa::path(
    put,
    path = "/api/v1/clients/{client}/budgets",
    operation_id = "set_budgets",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name.")),
    request_body = SetBudgetsShape,
    responses((status = 200, description = "The client.", body = ClientBody), Absent, Refused),
)]
pub(super) async fn set_budgets(
    State(office): State<Office>,
    client: KnownClient,
    request: Request,
) -> Result<Json<ClientBody>, Fault> {
    let client = client.remembered()?;
    let (parts, body) = request.into_parts();
    let body = json::read(&parts.headers, body, &office.config).await?;
    let SetBudgets { budgets } = SetBudgets::from_json(&body).map_err(SpeechError::from)?;
    let keys = office.accounts.keys(&client.id).await.map_err(unavailable)?;
    refuse_others_keys(&budgets, |prefix| keys.iter().any(|key| key.prefix == prefix))?;
    office.accounts.set_budgets(&client.id, budgets).await.map_err(unavailable)?;
    standing(&office, client).await.map(Json)
}

/// Forgets a client.
///
/// What is personal is deleted, its sums stay. May be asked for again.
#[utoipa::path(
    delete,
    path = "/api/v1/clients/{client}",
    operation_id = "forget_client",
    tag = "clients",
    params(("client" = String, Path, description = "Its id, or its name.")),
    responses((status = 204, description = "What is personal is gone."), Absent, Refused),
)]
pub(super) async fn forget(
    State(office): State<Office>,
    KnownClient(client): KnownClient,
) -> Result<StatusCode, Fault> {
    office.accounts.forget(&client.id).await.map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn standing(office: &Office, client: Client) -> Result<ClientBody, Fault> {
    let standings =
        office.reports.standings(&client.id, office.clock.unix_ms()).await.map_err(unavailable)?;
    Ok(ClientBody::new(client, standings.into_iter().map(BudgetBody::from)))
}

/// A budget for a key that is not there would hold nobody back.
fn refuse_others_keys(budgets: &[Budget], is_theirs: impl Fn(&str) -> bool) -> Result<(), Fault> {
    match budgets.iter().filter_map(|budget| budget.key.as_deref()).all(is_theirs) {
        true => Ok(()),
        false => {
            let message = "A budget names a key that the client does not have; name one by its prefix, or leave it out.";
            Err(SpeechError::invalid_parameter("budgets[].key", message).into())
        }
    }
}
