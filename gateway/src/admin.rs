//! What is for whoever runs the gateway, on an address of its own: clients, keys and budgets; costs and usage; metrics.

mod clients;
mod keys;
mod known;
mod reports;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use billing::{Accounts, Reports};
use engine::Engine;
use http::header;
use security::Pepper;
use speech::{Clock, Ids};
use tokio_util::sync::CancellationToken;

use crate::doors::health::{self, Probed};
use crate::doors::routed;
use crate::fault::Fault;
use crate::stack::Next;
use crate::{Clients, Config, Tls};

/// The page at `/metrics`, in Prometheus' text format.
pub type MetricsPage = Arc<dyn Fn() -> String + Send + Sync>;

/// What the admin's server is made of.
pub struct AdminParts {
    /// Who speaks; asked for nothing but whether it is ready.
    pub engine: Engine,
    /// Who may ask. With nobody here, everybody on this machine.
    pub admins: Clients,
    /// Where clients, keys and budgets are kept.
    pub accounts: Arc<dyn Accounts>,
    /// What the digests of keys are made with.
    pub pepper: Arc<Pepper>,
    /// What was used, and what it cost.
    pub reports: Arc<dyn Reports>,
    /// What is measured.
    pub metrics: MetricsPage,
    /// Where request ids come from.
    pub ids: Arc<dyn Ids>,
    /// Wall-clock time.
    pub clock: Arc<dyn Clock>,
    /// Limits.
    pub config: Config,
    /// By what connections are encrypted; none leaves them plain.
    pub tls: Option<Tls>,
}

/// What the routes lead to.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) engine: Engine,
    pub(crate) accounts: Arc<dyn Accounts>,
    pub(crate) pepper: Arc<Pepper>,
    pub(crate) reports: Arc<dyn Reports>,
    pub(crate) metrics: MetricsPage,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: Arc<Config>,
    pub(crate) draining: CancellationToken,
}

impl FromRef<Office> for Probed {
    fn from_ref(office: &Office) -> Self {
        Self { engine: office.engine.clone(), draining: office.draining.clone() }
    }
}

/// The routes of the admin's address.
pub(crate) fn routes(office: Office) -> Next<Fault> {
    const CLIENT: &str = "/api/v1/clients/{client}";
    let router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics))
        .route("/api/v1/clients", get(clients::all).post(clients::create))
        .route(CLIENT, get(clients::one).delete(clients::forget))
        .route(&format!("{CLIENT}/budgets"), put(clients::set_budgets))
        .route(&format!("{CLIENT}/keys"), get(keys::all).post(keys::create))
        .route(&format!("{CLIENT}/keys/{{key}}"), axum::routing::delete(keys::revoke))
        .route(&format!("{CLIENT}/keys/{{key}}/rotate"), post(keys::rotate))
        .route("/api/v1/costs", get(reports::costs))
        .route("/api/v1/usage", get(reports::usage));
    routed(
        router,
        office,
        Fault::NotThere { code: "unknown_route", words: "There is nothing under this path." },
    )
}

/// `GET /metrics`.
async fn metrics(State(office): State<Office>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (office.metrics)())
}
