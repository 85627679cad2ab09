//! Probes, for whoever keeps the process running.

use axum::Json;
use axum::extract::{FromRef, State};
use axum::response::IntoResponse;
use engine::Engine;
use http::StatusCode;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::Rooms;

/// What is asked whether it is well.
#[derive(Clone)]
pub(crate) struct Probed {
    pub(crate) engine: Engine,
    /// Cancelled when the gateway is about to stop.
    pub(crate) draining: CancellationToken,
}

impl FromRef<Rooms> for Probed {
    fn from_ref(rooms: &Rooms) -> Self {
        Self { engine: rooms.engine.clone(), draining: rooms.draining.clone() }
    }
}

/// How the gateway is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `alive`; `ready` or `unready`.
    status: &'static str,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

/// Says that the process answers.
///
/// Nothing more is claimed.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "health",
    security(()),
    responses((status = 200, description = "It answers.", body = Health)),
)]
pub(crate) async fn alive() -> Json<Health> {
    Json(Health { status: "alive", reasons: Vec::new() })
}

/// Says whether a request for speech would be taken now.
///
/// 200 if a request for speech would be taken now, otherwise 503 with the gateway's own reason, and
/// the engine's first one.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "It would be taken.", body = Health),
        (status = 503, description = "It would not, and why.", body = Health),
    ),
)]
pub(crate) async fn ready(State(probed): State<Probed>) -> impl IntoResponse {
    let mut reasons = Vec::new();
    if probed.draining.is_cancelled() {
        reasons.push("The gateway is stopping.".to_owned());
    }
    if let Err(error) = probed.engine.ready().await {
        reasons.push(error.to_string());
    }
    if reasons.is_empty() {
        (StatusCode::OK, Json(Health { status: "ready", reasons }))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "unready", reasons }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use billing::{Growth, Hold, Ledger, LedgerError, Mark, Settlement, Verdict};
    use engine::{Catalogue, Defaults, Parts, Tariff};
    use speech::{BoxFuture, Clock, Lexicon, Lexicons, SpeechError, Still};

    use super::*;

    /// A ledger that nobody writes in.
    struct NoRows;

    impl Ledger for NoRows {
        fn hold(&self, _: Hold) -> BoxFuture<Result<Verdict, LedgerError>> {
            Box::pin(async { Ok(Verdict::Granted { over: false }) })
        }

        fn grow(&self, _: Growth) -> BoxFuture<Result<Verdict, LedgerError>> {
            Box::pin(async { Ok(Verdict::Granted { over: false }) })
        }

        fn renew(&self, _: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>> {
            Box::pin(async { Ok(()) })
        }

        fn settle(&self, _: Settlement) -> BoxFuture<Result<(), LedgerError>> {
            Box::pin(async { Ok(()) })
        }

        fn reap(&self, _: i64) -> BoxFuture<Result<u64, LedgerError>> {
            Box::pin(async { Ok(0) })
        }

        fn ready(&self) -> BoxFuture<Result<(), LedgerError>> {
            Box::pin(async { Ok(()) })
        }
    }

    struct NoWords;

    impl Lexicons for NoWords {
        fn of(&self, _: &str) -> BoxFuture<Result<Lexicon, SpeechError>> {
            Box::pin(async { Ok(Lexicon::default()) })
        }
    }

    #[derive(Debug)]
    struct Noon;

    impl Clock for Noon {
        fn unix_ms(&self) -> i64 {
            43_200_000
        }
    }

    /// By its own answer only: a server that drains takes no connection that could ask over a socket.
    #[tokio::test]
    async fn a_server_that_drains_is_not_ready() {
        let parts = Parts {
            catalogue: Catalogue::new(Vec::new(), BTreeMap::new(), BTreeMap::new(), Arc::new(Noon)),
            ledger: Arc::new(NoRows),
            tariff: Tariff::default(),
            lexicons: Arc::new(NoWords),
            mouth: Arc::new(Still),
            cache: engine::Cache::default(),
            routing: Defaults::default(),
            clock: Arc::new(Noon),
        };
        let draining = CancellationToken::new();
        let probed = Probed { engine: Engine::new(parts), draining: draining.clone() };
        let status = async || ready(State(probed.clone())).await.into_response().status();
        assert_eq!(status().await, StatusCode::OK);
        draining.cancel();
        assert_eq!(status().await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
