//! `POST /v1/text-to-dialogue`: voices take turns.

use std::sync::Arc;

use ::speech::{SpeechError, SpeechText, TextError, Turn};
use axum::extract::State;
use futures::stream::{self, StreamExt as _};
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
    let terms = asked.terms(options, model, framing)?;
    let format = terms.format;
    let telling = Telling::of_dialogue(&inputs);
    let voices: Vec<Arc<str>> = inputs.iter().map(|input| input.voice_id.as_str().into()).collect();
    let turns = inputs.into_iter().map(|DialogueInput { text, voice_id }| Turn {
        voice: voice_id.into(),
        text,
        // What one says twice in a row are two things that are said.
        flush: true,
    });
    notes.handed_to_engine();
    let spoken = rooms.engine.converse(terms, &voices, stream::iter(turns).boxed()).await?;
    let tally = spoken.tally.clone();
    let mut response = answer::respond(spoken, format, framing, telling, &asked, &rooms.exact).await?;
    headers::describe_cast(&tally.cast(), response.headers_mut());
    Ok(response)
}

/// A turn may be without a word, if it is not the only one.
fn check_text(input: &DialogueInput) -> Result<(), SpeechError> {
    match SpeechText::new(input.text.as_str(), None) {
        Ok(_) | Err(TextError::Blank | TextError::Silent) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
