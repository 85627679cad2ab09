//! What all calls that speak are asked with.

use std::sync::Arc;

use ::speech::{Door, Reading, Routing, SpeechError, Speed, Terms};
use http::request::Parts;
use wire::Query;
use wire::elevenlabs::{DEFAULT_FORMAT, Options, SpeechQuery, output_format};

use wire::soundboard::notation;

use super::answer::Framing;
use crate::Config;
use crate::doors::tags::{self, Tags};
use crate::doors::{Rooms, routing};
use crate::fault::Fault;
use crate::stack::{Client, RequestId};

/// Who asks for speech, and with what query.
pub(super) struct Asked {
    pub(super) id: Arc<str>,
    client: Client,
    query: SpeechQuery,
    tags: Tags,
    routing: Routing,
    config: Arc<Config>,
}

/// Reads the head of a request.
pub(super) fn asked(rooms: &Rooms, parts: &Parts) -> Result<Asked, Fault> {
    // Both were put there by the stack; a request without them came round it.
    let (Some(RequestId(id)), Some(client)) =
        (parts.extensions.get::<RequestId>(), parts.extensions.get::<Client>())
    else {
        return Err(SpeechError::internal("a request without id or client").into());
    };
    let query = SpeechQuery::read(&Query::parse(parts.uri.query())).map_err(SpeechError::from)?;
    let tags = tags::read(&parts.headers, &rooms.config.tags)?;
    let routing = routing::read(&parts.headers)?;
    let config = Arc::clone(&rooms.config);
    Ok(Asked { id: id.clone(), client: client.clone(), query, tags, routing, config })
}

impl Asked {
    /// The terms, with the body's part of them.
    pub(super) fn terms(
        &self,
        options: Options,
        model: String,
        framing: Framing,
    ) -> Result<Terms, SpeechError> {
        let format = match self.query.output_format {
            Some(format) => format,
            None => output_format(options.output_format.as_deref().unwrap_or(DEFAULT_FORMAT))?,
        };
        let reading = match self.query.ssml {
            Some(is_ssml) => Reading { notation: notation(is_ssml), ..options.reading },
            None => options.reading,
        };
        Ok(Terms {
            reading: self.config.allowed(reading),
            model: Some(model),
            speed: options.voice_settings.speed.map(Speed::new).transpose()?.unwrap_or_default(),
            language: options.language_code,
            extras: options.extras.into_iter().chain(self.query.extras.clone()).collect(),
            format,
            tags: self.tags.clone(),
            timed: framing != Framing::Audio,
            whole: framing == Framing::Timed,
            ..self.client.terms(&*self.id, Door::ElevenLabs, self.routing)?
        })
    }
}
