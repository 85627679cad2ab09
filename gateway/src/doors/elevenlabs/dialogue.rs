//! `POST /v1/text-to-dialogue`: voices take turns.

use ::speech::{SpeechError, SpeechText, TextError, Turn, VoiceId};
use axum::extract::State;
use futures::stream::{self, StreamExt as _};
use http::HeaderMap;
use wire::elevenlabs::{CreateDialogue, DIALOGUE_MODEL, DialogueInput};

use super::answer::{self, Framing};
use super::speech::check_length;
use super::telling::Telling;
use super::{models, terms};
use crate::doors::{Rooms, headers, json};
use crate::fault::Fault;
use crate::stack::{Notes, Request, Response};

/// Reads the request, has it spoken, frames the audio.
pub(super) async fn create(
    State(rooms): State<Rooms>,
    request: Request,
    framing: Framing,
) -> Result<Response, Fault> {
    let notes = Notes::on(&request);
    let (parts, body) = request.into_parts();
    let asked = terms::asked(&rooms, &parts)?;
    let body = json::read(&parts.headers, body, &rooms.config).await?;
    let CreateDialogue { inputs, options } = CreateDialogue::from_json(&body).map_err(SpeechError::from)?;
    let model = options.model_id.clone().unwrap_or_else(|| DIALOGUE_MODEL.to_owned());
    let characters = inputs.iter().map(|input| input.text.chars().count()).sum();
    check_length(characters, models::most_characters(&rooms.engine, &model))?;
    for input in &inputs {
        check_text(input)?;
    }
    // Nobody begins before everybody is known.
    let mut cast: Vec<(&str, VoiceId)> = Vec::new();
    for DialogueInput { voice_id, .. } in &inputs {
        if cast.iter().all(|(known, _)| known != voice_id) {
            cast.push((voice_id, rooms.engine.resolve(Some(&model), voice_id)?));
        }
    }
    let mut of_cast = HeaderMap::new();
    headers::describe_cast(&cast, &mut of_cast);
    let terms = asked.terms(options, model, framing)?;
    let format = terms.format;
    let telling = Telling::of_dialogue(&inputs);
    let turns = inputs.into_iter().map(|DialogueInput { text, voice_id }| Turn {
        voice: voice_id.into(),
        text,
        // What one says twice in a row are two things that are said.
        flush: true,
    });
    notes.handed_to_engine();
    let spoken = rooms.engine.converse(terms, stream::iter(turns).boxed()).await?;
    let mut response = answer::respond(spoken, format, framing, telling, &asked, &rooms.exact).await?;
    response.headers_mut().extend(of_cast);
    Ok(response)
}

/// A turn may be without a word, if it is not the only one.
fn check_text(input: &DialogueInput) -> Result<(), SpeechError> {
    match SpeechText::new(input.text.as_str(), None) {
        Ok(_) | Err(TextError::Blank | TextError::Silent) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
