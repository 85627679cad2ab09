//! ElevenLabs: the four calls that speak a text, with the times of its characters or without, the socket that follows
//! a text while it is being written, and the lists of its voices and models.
//!
//! The API as its own clients of 2026 speak it (`elevenlabs` 2.78 for Python). What is not sure about it is taken
//! either way:
//!
//! - Times count from the start of the whole sound, or of each piece of it: [`words`](words::Words) tells by whether
//!   they run back.
//! - What a request cost stands in `character-cost` or in `x-character-count`.
//! - A voice that is not there is a 400 or a 404, used-up quota a 401 or a 402: what counts is the code in the body.
//! - The lines of a stream with timestamps come as one of several media types.
//!
//! A text that is still being written is sent exactly as its pieces come. ElevenLabs recommends that every piece end
//! with a space; pieces may end within a word, and then a space would be heard. Only who writes nothing for two minutes
//! has one sent, which keeps the socket open.

mod follow;
mod formats;
mod lists;
mod phonemes;
mod refusal;
mod settings;
mod speak;
#[cfg(test)]
mod tests;
mod track;
mod words;

use std::borrow::Cow;
use std::sync::Arc;

use futures::{FutureExt, TryFutureExt};
use outbound::{Outbound, Remote};
use speech::{
    Backend, BoxFuture, Capabilities, Delivery, ErrorKind, Follow, Model, Origin, Receipt, Sound,
    SpeechError, Utterance, Voice,
};

use crate::{Settings, text};
use lists::Lists;

/// ElevenLabs' own server.
const BASE_URL: &str = "https://api.elevenlabs.io";

struct ElevenLabs {
    remote: Remote,
    lists: Arc<Lists>,
}

/// Opens a backend of the kind `elevenlabs`.
///
/// # Errors
/// When its base URL or its key cannot be used.
pub(crate) fn open(settings: Settings, outbound: Outbound) -> Result<Arc<dyn Backend>, SpeechError> {
    let remote = settings.open(&outbound, BASE_URL, ("xi-api-key", ""), refusal::read)?;
    Ok(Arc::new(ElevenLabs { remote, lists: Arc::new(Lists::new(settings)) }))
}

impl ElevenLabs {
    /// The model that speaks: the one that is asked for, or the first.
    fn model(&self, delivery: &Delivery) -> String {
        let first = || self.lists.models().first().map(|model| model.id.clone());
        delivery.model.clone().or_else(first).unwrap_or_default()
    }

    /// Who guesses an id that no list has is to blame if there is no such voice.
    fn blame(&self, delivery: &Delivery) -> impl FnOnce(SpeechError) -> SpeechError + Send + use<> {
        let is_listed = self.lists.has(&delivery.voice);
        move |error| match error.kind() {
            ErrorKind::UnknownVoice if !is_listed => error.blaming(Origin::Client),
            _ => error,
        }
    }
}

impl Backend for ElevenLabs {
    fn name(&self) -> &str {
        self.remote.name()
    }

    fn kind(&self) -> &str {
        "elevenlabs"
    }

    fn house(&self) -> &str {
        self.remote.address()
    }

    /// Texts are sent as they are, with the tags that the later models act out: `[whispers]`.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            timings: true,
            emotion: self.models().iter().any(|model| has_tags(&model.id)),
            streaming: true,
            formats: formats::codecs(),
            sample_rates: formats::sample_rates(),
            ..Capabilities::default()
        }
    }

    fn models(&self) -> Arc<[Model]> {
        self.lists.models()
    }

    fn voices(&self) -> Arc<[Voice]> {
        self.lists.voices()
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        self.lists.voice(name)
    }

    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        let Utterance { graph, delivery } = utterance;
        let model = self.model(delivery);
        let mut names = settings::leaves_out(delivery, &model);
        names.extend(match phonemes::reads(delivery, &model) {
            true => text::leaves_out_of(graph),
            false => text::leaves_out_of_text(graph),
        });
        names
    }

    fn billed(&self, Utterance { graph, delivery }: &Utterance) -> Option<String> {
        match phonemes::text(graph, delivery, &self.model(delivery)) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        }
    }

    fn times_words(&self) -> bool {
        true
    }

    fn refresh(&self) -> BoxFuture<Result<(), SpeechError>> {
        let (lists, remote) = (Arc::clone(&self.lists), self.remote.clone());
        async move { lists.refresh(&remote).await }.boxed()
    }

    fn recall(&self, models: Vec<Model>, voices: Vec<Voice>) {
        self.lists.recall(models, voices);
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let (model, blame) = (self.model(&utterance.delivery), self.blame(&utterance.delivery));
        speak::speak(self.remote.clone(), model, utterance, receipt).map_err(blame).boxed()
    }

    fn follow(&self, delivery: &Delivery) -> Option<Follow> {
        let model = self.model(delivery);
        let (remote, delivery, blame) = (self.remote.clone(), delivery.clone(), self.blame(delivery));
        follow::knows(&model).then(|| -> Follow {
            Box::new(|pieces, receipt| {
                follow::follow(remote, model, delivery, pieces, receipt).map_err(blame).boxed()
            })
        })
    }
}

/// Whether a model acts out tags in its text.
fn has_tags(model: &str) -> bool {
    ["eleven_v3", "eleven_v4"].iter().any(|first| model.starts_with(first))
}
