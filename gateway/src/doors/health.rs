//! Probes, for whoever keeps the process running.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use serde::Serialize;

use super::Rooms;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

/// `GET /healthz`: the process answers. Nothing more is claimed.
pub(crate) async fn alive() -> Json<Health> {
    Json(Health { status: "alive", reasons: Vec::new() })
}

/// `GET /readyz`: 200 if a request for speech would be taken now, otherwise 503 with the gateway's own reason, and
/// the engine's first one.
pub(crate) async fn ready(State(rooms): State<Rooms>) -> impl IntoResponse {
    let mut reasons = Vec::new();
    if rooms.draining.is_cancelled() {
        reasons.push("The gateway is stopping.".to_owned());
    }
    if let Err(error) = rooms.engine.ready().await {
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
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use billing::{Growth, Hold, Ledger, LedgerError, Mark, Settlement, Verdict};
    use engine::{Catalogue, Engine, Parts, Tariff};
    use speech::{BoxFuture, Clock, Ids, Lexicon, Lexicons, SpeechError};
    use tokio::sync::Semaphore;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::Clients;
    use crate::doors::elevenlabs::Seats;

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
    struct NoIds;

    impl Ids for NoIds {
        fn request_id(&self) -> String {
            "req".into()
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
            clock: Arc::new(Noon),
        };
        let draining = CancellationToken::new();
        let rooms = Rooms {
            engine: Engine::new(parts),
            config: Arc::default(),
            ids: Arc::new(NoIds),
            seats: Seats::new(
                Arc::new(Clients::new([]).unwrap()),
                Arc::new(Semaphore::new(1)),
                NonZeroU32::MIN,
            ),
            since: 0,
            draining: draining.clone(),
            exact: crate::doors::room(),
        };
        let status = async || ready(State(rooms.clone())).await.into_response().status();
        assert_eq!(status().await, StatusCode::OK);
        draining.cancel();
        assert_eq!(status().await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
