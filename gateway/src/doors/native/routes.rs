//! `GET /api/v1/routes/explain`: how a request would be routed. Nobody is asked to speak, and nothing is journaled.

use ::speech::{Door, Fallback, Policy, Routing, SpeechError, Terms};
use axum::extract::State;
use axum::{Extension, Json};
use engine::Explanation;
use http::Uri;
use wire::soundboard::{CandidateBody, RejectedBody, RouteBody};
use wire::{Query, RequestError};

use super::voices::known_language;
use crate::doors::Rooms;
use crate::fault::Fault;
use crate::openapi::Refused;
use crate::stack::{Client, RequestId};

/// A text's length where none is named.
const USUAL_CHARACTERS: u64 = 1000;

/// Explains how a request would be routed: who may speak, in which order, and who may not.
#[utoipa::path(
    get,
    path = "/api/v1/routes/explain",
    operation_id = "explain_route",
    tag = "voices",
    params(
        ("voice" = String, Query, description = "As a request names it."),
        ("policy" = Option<String>, Query, description = "As `x-soundboard-policy`."),
        ("fallback" = Option<String>, Query, description = "As `x-soundboard-fallback`."),
        ("model" = Option<String>, Query, description = "As a request names it."),
        ("language" = Option<String>, Query, description = "A BCP 47 tag of the text's language."),
        ("characters" = Option<u64>, Query, description = "How long the text would be; 1000 unless it says otherwise."),
    ),
    responses((status = 200, description = "The route.", body = RouteBody), Refused),
)]
pub(super) async fn explain(
    State(rooms): State<Rooms>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(client): Extension<Client>,
    uri: Uri,
) -> Result<Json<RouteBody>, Fault> {
    let query = Query::parse(uri.query());
    let known = &["voice", "policy", "fallback", "model", "language", "characters"];
    query.only(known).map_err(SpeechError::from)?;
    let voice = query.get("voice").ok_or(RequestError::Missing("voice")).map_err(SpeechError::from)?;
    let characters = query.number("characters", 1..=100_000, "a whole number from 1 to 100000");
    let characters = characters.map_err(SpeechError::from)?.unwrap_or(USUAL_CHARACTERS) as usize;
    let asked = Routing {
        policy: query.get("policy").map(Policy::parse).transpose()?,
        fallback: query.get("fallback").map(Fallback::parse).transpose()?,
        ..Routing::default()
    };
    let plain = client.terms(&*id, Door::Native, asked).map_err(|error| error.about("policy"))?;
    let owned = |name: &str| query.get(name).map(str::to_owned);
    let terms = Terms { model: owned("model"), language: owned("language"), ..plain };
    known_language(terms.language.as_deref())?;
    Ok(Json(explained(rooms.engine.explain(&terms, voice, &text_of(characters))?)))
}

/// A text of that many code points, in words as long as most.
pub fn text_of(characters: usize) -> String {
    "speech ".chars().cycle().take(characters).collect()
}

/// The answer's body.
pub fn explained(Explanation { policy, fallback, candidates, rejected }: Explanation) -> RouteBody {
    let chosen = candidates.first().filter(|first| first.share.is_none_or(|share| share >= 1.0));
    let chosen = chosen.map(|candidate| candidate.voice.to_string());
    let candidates = candidates.into_iter().map(|candidate| CandidateBody {
        id: candidate.voice.to_string(),
        model: candidate.model,
        reason: candidate.reason.name(),
        score: candidate.score,
        share: candidate.share,
        most_nanos: candidate.most.get(),
        most_usd: candidate.most.to_string(),
        local: candidate.is_local,
        resting: candidate.is_resting,
        first_audio_ms: candidate.first_audio.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        in_flight: candidate.in_flight,
    });
    let rejected = rejected.into_iter().map(|rejected| RejectedBody {
        id: rejected.voice.to_string(),
        filter: rejected.filter,
        reason: rejected.reason,
    });
    RouteBody {
        policy: policy.name(),
        fallback: fallback.name(),
        candidates: candidates.collect(),
        rejected: rejected.collect(),
        chosen,
    }
}
