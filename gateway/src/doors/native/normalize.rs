//! `POST /api/v1/normalize`: what would be said of a text. It costs nothing, and leaves no row in the journal.

use ::speech::{SpeechError, SpeechText};
use axum::Json;
use axum::extract::State;
use engine::{English, Normalised};
use wire::soundboard::schema::NormalizeShape;
use wire::soundboard::{Language, NormalizeText, NormalizedText, NormalizedToken};

use crate::doors::{Rooms, json};
use crate::fault::Fault;
use crate::openapi::Refused;
use crate::stack::{Client, Request};

/// Shows what would be said of a text.
///
/// Reads the request as speech would be read.
#[utoipa::path(
    post,
    path = "/api/v1/normalize",
    operation_id = "normalize",
    tag = "speech",
    request_body = NormalizeShape,
    responses((status = 200, description = "What would be said.", body = NormalizedText), Refused),
)]
pub(super) async fn normalize(
    State(rooms): State<Rooms>,
    request: Request,
) -> Result<Json<NormalizedText>, Fault> {
    let (parts, body) = request.into_parts();
    let Some(Client { payer, .. }) = parts.extensions.get::<Client>() else {
        return Err(SpeechError::internal("a request without client").into());
    };
    let body = json::read(&parts.headers, body, &rooms.config).await?;
    let asked = NormalizeText::from_json(&body).map_err(SpeechError::from)?;
    let english = match asked.language {
        Language::AmericanEnglish => English::American,
        Language::BritishEnglish => English::British,
    };
    let text = SpeechText::new(asked.text, None).map_err(|error| as_we_call_it(error.into()))?;
    let normalised = rooms.engine.normalise(&payer.client, text, asked.reading, english).await;
    Ok(Json(normalized(normalised.map_err(as_we_call_it)?)))
}

/// The rest of the program calls a text by OpenAI's name.
pub(super) fn as_we_call_it(error: SpeechError) -> SpeechError {
    match error.param() {
        Some("input") => error.about("text"),
        _ => error,
    }
}

/// The answer's body.
pub fn normalized(Normalised { text, tokens, dropped }: Normalised) -> NormalizedText {
    let tokens = tokens.into_iter().map(|(token, said)| NormalizedToken {
        text: token.text,
        class: token.class.name(),
        said: token.said,
        offset: token.span.offset,
        length: token.span.length,
        said_offset: said.offset,
        said_length: said.length,
    });
    NormalizedText { text, tokens: tokens.collect(), dropped }
}
