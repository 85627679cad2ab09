//! What is for whoever runs the gateway, on an address of its own: clients, keys and budgets; costs and usage; metrics.

mod clients;
mod keys;
mod known;
mod reports;

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::response::IntoResponse;
use billing::{Accounts, Reports};
use engine::Engine;
use http::header;
use security::Pepper;
use speech::{Clock, Ids};
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::doors::health::{self, Probed};
use crate::doors::routed;
use crate::fault::Fault;
use crate::openapi::{self, Refused};
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
    routed(
        described().split_for_parts().0,
        office,
        Fault::NotThere { code: "unknown_route", words: "There is nothing under this path." },
    )
}

/// The routes, and what they are.
pub(crate) fn described() -> OpenApiRouter<Office> {
    OpenApiRouter::new()
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(metrics))
        .routes(routes!(openapi::show))
        .routes(routes!(clients::all, clients::create))
        .routes(routes!(clients::one, clients::amend, clients::forget))
        .routes(routes!(clients::set_budgets))
        .routes(routes!(keys::all, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(keys::rotate))
        .routes(routes!(reports::costs))
        .routes(routes!(reports::usage))
}

/// Shows what is measured, in Prometheus' text format.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "health",
    responses((status = 200, description = "Every measure.", body = String, content_type = "text/plain"), Refused),
)]
async fn metrics(State(office): State<Office>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (office.metrics)())
}
