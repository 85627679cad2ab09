//! `POST /v1/text-to-speech/{voice_id}`: one voice speaks a text.

use ::speech::{SpeechError, SpeechRequest, SpeechText};
use axum::extract::State;
use wire::RequestError;
use wire::elevenlabs::{CreateSpeech, SPEECH_MODEL};

use super::answer::{self, Framing};
use super::named::VoiceName;
use super::telling::Telling;
use super::{models, terms};
use crate::doors::{Rooms, json};
use crate::fault::Fault;
use crate::stack::{Notes, Request, Response};

/// Reads the request, has it spoken, frames the audio.
pub(super) async fn create(
    State(rooms): State<Rooms>,
    VoiceName(voice): VoiceName,
    request: Request,
    framing: Framing,
) -> Result<Response, Fault> {
    let notes = Notes::on(&request);
    let (parts, body) = request.into_parts();
    let asked = terms::asked(&rooms, &parts)?;
    let body = json::read(&parts.headers, body, &rooms.config).await?;
    let CreateSpeech { text, options } = CreateSpeech::from_json(&body).map_err(SpeechError::from)?;
    let model = options.model_id.clone().unwrap_or_else(|| SPEECH_MODEL.to_owned());
    check_length(text.chars().count(), models::most_characters(&rooms.engine, &model))?;
    let terms = asked.terms(options, model, framing)?;
    let format = terms.format;
    let telling = Telling::of(&text);
    let text = SpeechText::new(text, None).map_err(SpeechError::from)?;
    notes.handed_to_engine();
    let spoken = rooms.engine.speak(SpeechRequest { text, voice, terms }).await?;
    answer::respond(spoken, format, framing, telling, &asked, &rooms.exact).await
}

/// How much a model takes at a time.
pub(super) fn check_length(characters: usize, limit: usize) -> Result<(), SpeechError> {
    if characters > limit {
        return Err(RequestError::TooLong { param: "text", characters, limit }.into());
    }
    Ok(())
}
