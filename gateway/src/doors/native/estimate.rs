//! `POST /api/v1/estimate`: what speech would cost. Nobody is asked to speak, and nothing is journaled.

use axum::Json;
use axum::extract::State;
use wire::soundboard::Estimate;
use wire::soundboard::schema::SpeakShape;

use super::normalize::as_we_call_it;
use super::speech;
use crate::doors::Rooms;
use crate::fault::Fault;
use crate::openapi::{AskedHeaders, Refused, Unspoken};
use crate::stack::Request;

/// Says what a text would cost.
///
/// Takes what `POST /api/v1/speech` takes, and refuses what it refuses.
#[utoipa::path(
    post,
    path = "/api/v1/estimate",
    operation_id = "estimate",
    tag = "speech",
    params(AskedHeaders),
    request_body = SpeakShape,
    responses((status = 200, description = "What it would cost.", body = Estimate), Unspoken, Refused),
)]
pub(super) async fn estimate(State(rooms): State<Rooms>, request: Request) -> Result<Json<Estimate>, Fault> {
    let speech = speech::read(&rooms, request).await?;
    let engine::Estimate { voice, model, characters, likely, most, rate } =
        rooms.engine.estimate(&speech.request).map_err(as_we_call_it)?;
    Ok(Json(Estimate {
        voice: voice.to_string(),
        backend: voice.backend,
        model,
        characters,
        estimate_nanos: likely.get(),
        estimate_usd: likely.to_string(),
        most_nanos: most.get(),
        most_usd: most.to_string(),
        rate,
        basis: "estimated",
    }))
}
