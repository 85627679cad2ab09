//! `GET /api/v1/voices/{voice}/preview`: how a voice sounds.

use ::speech::{Door, ErrorKind, Policy, SpeechError, SpeechRequest, SpeechText, Terms};
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use http::{HeaderValue, Method};

use super::speech::{Speech, answer};
use super::voices::{asks_for_no_more, known, sent};
use crate::doors::{Rooms, routing, tags};
use crate::fault::Fault;
use crate::openapi::{Absent, Refused, RoutingHeaders, Spoken, Unspoken};
use crate::stack::{Client, Notes, Request, RequestId, Response};

/// What each language's voices say, by its BCP 47 primary tag. The first is for all others.
const LINES: [(&str, &str); 12] = [
    ("en", "Hello! This is how I sound when I read to you."),
    ("de", "Hallo! So klinge ich, wenn ich Ihnen vorlese."),
    ("es", "¡Hola! Así sueno cuando le leo un texto."),
    ("fr", "Bonjour ! Voici ma voix quand je vous fais la lecture."),
    ("hi", "नमस्ते! जब मैं आपके लिए पढ़ती हूँ, तो मेरी आवाज़ ऐसी होती है।"),
    ("it", "Ciao! Ecco come suona la mia voce quando leggo per voi."),
    ("ja", "こんにちは。これが私の読み上げる声です。"),
    ("ko", "안녕하세요! 제가 글을 읽어 드릴 때의 목소리입니다."),
    ("nl", "Hallo! Zo klink ik als ik u voorlees."),
    ("pl", "Dzień dobry! Tak brzmi mój głos, kiedy czytam."),
    ("pt", "Olá! É assim que eu soo quando leio para você."),
    ("zh", "你好！这就是我朗读时的声音。"),
];

/// Speaks a fixed line in the voice's own language, as mp3.
///
/// It is a request like any other: whoever asks pays for it, and where there is a cache, it is spoken once. It is spoken by
/// this voice or by nobody.
#[utoipa::path(
    get,
    path = "/api/v1/voices/{voice}/preview",
    operation_id = "preview_voice",
    tag = "voices",
    params(
        ("voice" = String, Path, description = "`backend:voice`, or any other name that finds it."),
        RoutingHeaders,
    ),
    responses(Spoken, Absent, Unspoken, Refused),
)]
pub(super) async fn speak(
    State(rooms): State<Rooms>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(client): Extension<Client>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Fault> {
    // axum has `HEAD` answered by whoever answers `GET`; nobody is to pay for what they cannot hear.
    if request.method() == Method::HEAD {
        return Err(Fault::WrongMethod { allow: HeaderValue::from_static("GET") });
    }
    rooms.seats.refuse_foreign_page(&rooms.config, request.headers())?;
    asks_for_no_more(request.uri())?;
    let notes = Notes::on(&request);
    let voice = known(&rooms, &client, &sent(name)?)?.voice;
    let text = SpeechText::new(line(voice.languages.first().map_or("", String::as_str)), None);
    let asked = routing::read(request.headers())?;
    let tags = tags::read(request.headers(), &rooms.config.tags)?;
    let mut terms = Terms { tags, ..client.terms(&*id, Door::Native, asked)? };
    let voice = voice.id.to_string();
    if terms.routing.policy == Some(Policy::LocalOnly) {
        let explained = rooms.engine.explain(&terms, &voice, "")?;
        if explained.candidates.first().is_none_or(|first| first.voice.to_string() != voice) {
            let message = "The voice is not on this machine, and what you ask for is spoken here only.";
            return Err(SpeechError::new(ErrorKind::NoCandidate, message).about("voice").into());
        }
    }
    terms.routing.policy = Some(Policy::Exact);
    let request = SpeechRequest { text: text.map_err(SpeechError::from)?, voice, terms };
    answer(&rooms, &notes, Speech { request, is_exact: false }).await
}

/// What a voice of that language says.
fn line(tag: &str) -> &'static str {
    let primary = tag.split('-').next().unwrap_or_default();
    let own = LINES.iter().find(|(known, _)| known.eq_ignore_ascii_case(primary));
    own.unwrap_or(&LINES[0]).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_speaks_its_own_language_and_else_english() {
        assert!(line("de-AT").starts_with("Hallo! So"));
        assert_eq!(line("DE"), line("de"));
        assert_eq!(line(""), line("en-GB"));
        assert_eq!(line("sv"), line("en"));
    }
}
