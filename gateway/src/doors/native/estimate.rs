//! `POST /api/v1/estimate`: what speech would cost. Nobody is asked to speak, and nothing is journaled.

use axum::Json;
use axum::extract::State;
use wire::soundboard::Estimate;

use super::normalize::as_we_call_it;
use super::speech;
use crate::doors::Rooms;
use crate::fault::Fault;
use crate::stack::Request;

/// Takes what `POST /api/v1/speech` takes, and refuses what it refuses.
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
