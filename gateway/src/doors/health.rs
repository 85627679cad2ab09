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

/// `GET /readyz`: 200 if a request for speech would be taken now, otherwise 503 with every reason known.
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
