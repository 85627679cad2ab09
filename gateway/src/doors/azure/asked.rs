//! What the head of a request, or of a socket, says of all that is spoken.

use ::speech::{AudioFormat, Door, Extras, Notation, Routing, SpeechError, Terms};
use http::request::Parts;
use wire::azure::{OUTPUT_FORMATS, OutputFormat};
use wire::{Query, RequestError};

use crate::doors::tags::{self, Tags};
use crate::doors::{Rooms, routing};
use crate::fault::Fault;
use crate::stack::Client;

/// A model of the client's own at Azure. Of everybody else it means nothing.
const DEPLOYMENT: &str = "deploymentId";

/// The most characters of it; Azure's have 36.
const MOST_CHARACTERS: usize = 128;

/// Who asks, and how.
pub(super) struct Asked {
    pub(super) client: Client,
    tags: Tags,
    routing: Routing,
    extras: Extras,
    notation: Notation,
}

impl Asked {
    /// Reads it.
    ///
    /// # Errors
    /// What a header or the query says cannot be.
    pub(super) fn read(rooms: &Rooms, parts: &Parts) -> Result<Self, Fault> {
        // It was put there by the stack; a request without it came round it.
        let Some(client) = parts.extensions.get::<Client>().cloned() else {
            return Err(SpeechError::internal("a request without client").into());
        };
        let tags = tags::read(&parts.headers, &rooms.config.tags)?;
        let routing = routing::read(&parts.headers)?;
        routing.under(client.own.routing)?;
        let deployment = deployment(&Query::parse(parts.uri.query())).map_err(SpeechError::from)?;
        let extras = deployment.map(|id| (DEPLOYMENT.to_owned(), id.into())).into_iter().collect();
        let notation = Notation::Ssml { may_fetch: rooms.config.ssml_fetch };
        Ok(Self { client, tags, routing, extras, notation })
    }

    /// The terms of one document.
    ///
    /// # Errors
    /// What the client asks for is not for the client to ask.
    pub(super) fn terms(&self, id: impl Into<String>, format: AudioFormat) -> Result<Terms, SpeechError> {
        let mut terms = Terms {
            format,
            extras: self.extras.clone(),
            tags: self.tags.clone(),
            ..self.client.terms(id, Door::Azure, self.routing)?
        };
        terms.reading.notation = self.notation;
        Ok(terms)
    }
}

fn deployment(query: &Query) -> Result<Option<String>, RequestError> {
    let Some(id) = query.get(DEPLOYMENT) else { return Ok(None) };
    let (characters, limit) = (id.chars().count(), MOST_CHARACTERS);
    if characters > limit {
        return Err(RequestError::TooLong { param: DEPLOYMENT, characters, limit });
    }
    Ok(Some(id.to_owned()))
}

/// The output format of that name. `param` is where the client has said it.
///
/// # Errors
/// There is none, or nobody here can make it; with those that can be made.
pub(super) fn output_format(param: &'static str, name: &str) -> Result<AudioFormat, SpeechError> {
    OutputFormat::named(name).map(|known| known.format).ok_or_else(|| {
        let message = format!("{param} names no output format that can be made here.");
        SpeechError::invalid_parameter(param, message).allowing(made_here())
    })
}

/// The rest of the program has another name for the format, and for what else it could be.
pub(super) fn as_called_here(param: &'static str, error: SpeechError) -> SpeechError {
    match error.param() {
        Some("response_format") => error.about(param).allowing(made_here()),
        _ => error,
    }
}

fn made_here() -> impl Iterator<Item = &'static str> {
    let made = |known: &&OutputFormat| !known.format.codec.is_foreign();
    OUTPUT_FORMATS.iter().filter(made).map(|known| known.name)
}
