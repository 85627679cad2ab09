//! Who asks, as ElevenLabs' applications want to know it before they begin.

use ::speech::SpeechError;
use axum::Json;
use axum::extract::{Extension, State};
use wire::elevenlabs::{Subscription, User};

use crate::doors::Rooms;
use crate::fault::Fault;
use crate::stack::Client;

/// `GET /v1/user`.
pub(super) async fn user(
    State(rooms): State<Rooms>,
    client: Option<Extension<Client>>,
) -> Result<Json<User>, Fault> {
    let Some(Extension(Client(payer))) = client else {
        return Err(SpeechError::internal("a request without client").into());
    };
    Ok(Json(User::new(&*payer.client, rooms.since)))
}

/// `GET /v1/user/subscription`.
pub(super) async fn subscription() -> Json<Subscription> {
    Json(Subscription::default())
}
