//! What a server offers, as known now.

use std::collections::BTreeSet;
use std::sync::Arc;

use outbound::Remote;
use speech::{Date, Model, SpeechError, Voice};
use wire::openai::MOST_NAME_CHARACTERS;
use wire::openai::upstream::{Listed, ModelList, VoiceList};

use crate::Settings;
use crate::known::Known;
use crate::voices::Voices;

/// OpenAI's speech models; the first takes every voice.
const MODELS: [&str; 5] =
    ["gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20", "gpt-4o-mini-tts-2025-12-15", "tts-1", "tts-1-hd"];

/// The models of a server that does not say; its followers mostly take the oldest name.
const FOLLOWERS_MODELS: [&str; 3] = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"];

const VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer",
    "verse",
];

/// The day after which OpenAI's own are announced to be gone.
const LAST_DAY: Date = speech::Date::constant(2027, 1, 6);

/// Code points of a text that OpenAI takes.
const MOST_CHARACTERS: usize = 4096;

/// The models and voices of one server.
pub(super) struct Offer {
    name: String,
    /// The limit of every model.
    most_characters: Option<usize>,
    deprecated_after: Option<Date>,
    asks_for_models: bool,
    asks_for_voices: bool,
    models: Known<Arc<[Model]>>,
    voices: Known<Arc<Voices>>,
}

impl Offer {
    /// What is known before anybody was asked. OpenAI itself is never asked: its list of models does not say which of
    /// them speak, and it has none of voices.
    pub(super) fn new(settings: Settings, own: &str) -> Self {
        let is_own = settings.base_url.as_deref().is_none_or(|url| url.trim_end_matches('/') == own);
        let offer = Self {
            name: settings.name,
            most_characters: is_own.then_some(MOST_CHARACTERS),
            deprecated_after: settings.deprecated_after.or(is_own.then_some(LAST_DAY)),
            asks_for_models: !is_own && settings.models.is_empty(),
            asks_for_voices: !is_own && settings.voices.is_empty(),
            models: Known::assumed(Arc::new([])),
            voices: Known::assumed(Arc::new(Voices::from_iter([]))),
        };
        let usual_models: &[&str] = if is_own { &MODELS } else { &FOLLOWERS_MODELS };
        let models = named(settings.models, usual_models);
        let voices = named(settings.voices, &VOICES);
        offer.models.recall(offer.models_of(&models));
        offer.voices.recall(offer.voices_of(&voices));
        offer
    }

    pub(super) fn models(&self) -> Arc<[Model]> {
        self.models.now()
    }

    pub(super) fn voices(&self) -> Arc<[Voice]> {
        self.voices.now().all()
    }

    pub(super) fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        self.voices.now().find(&self.name, name)
    }

    /// Takes what an earlier run was told, but for what is set now.
    pub(super) fn recall(&self, models: Vec<Model>, voices: Vec<Voice>) {
        if self.asks_for_models && !models.is_empty() {
            let models = models.into_iter().map(|model| self.model(model.id, model.name));
            self.models.recall(models.collect());
        }
        if self.asks_for_voices && !voices.is_empty() {
            let voices = voices.into_iter().map(|voice| self.described(&voice.id.voice, voice.name));
            self.voices.recall(Arc::new(voices.collect()));
        }
    }

    /// Asks the server. What cannot be asked, or is answered with nothing, stays as it was known.
    pub(super) async fn refresh(&self, remote: &Remote) -> Result<(), SpeechError> {
        let models = match self.asks_for_models {
            true => ask::<ModelList>(remote, &["models"]).await.map(|list| list.map(|list| list.data)),
            false => Ok(None),
        };
        let voices = match self.asks_for_voices {
            true => {
                ask::<VoiceList>(remote, &["audio", "voices"]).await.map(|list| list.map(|list| list.voices))
            }
            false => Ok(None),
        };
        if let Ok(Some(models)) = &models
            && !models.is_empty()
        {
            self.models.learn(self.models_of(&those_that_speak(models)));
        }
        if let Ok(Some(voices)) = &voices
            && !voices.is_empty()
        {
            self.voices.learn(self.voices_of(voices));
        }
        models.and(voices).map(drop)
    }

    fn models_of(&self, listed: &[Listed]) -> Arc<[Model]> {
        let mut seen = BTreeSet::new();
        let once = listed.iter().filter(|entry| can_be_said(entry.id()) && seen.insert(entry.id()));
        once.map(|entry| self.model(entry.id().to_owned(), entry.name().to_owned())).collect()
    }

    fn model(&self, id: String, name: String) -> Model {
        Model {
            id,
            name,
            most_characters: self.most_characters,
            languages: Vec::new(),
            deprecated_after: self.deprecated_after,
        }
    }

    fn voices_of(&self, listed: &[Listed]) -> Arc<Voices> {
        let can_be_said = listed.iter().filter(|entry| can_be_said(entry.id()));
        Arc::new(can_be_said.map(|entry| self.described(entry.id(), entry.name().to_owned())).collect())
    }

    fn described(&self, id: &str, name: String) -> Voice {
        Voice { name, deprecated_after: self.deprecated_after, ..Voice::named(&self.name, id) }
    }
}

/// Servers list the models that write beside those that speak, which only their names tell apart. Where no name tells,
/// all of them.
fn those_that_speak(models: &[Listed]) -> Vec<Listed> {
    const NAMES: [&str; 4] = ["tts", "kokoro", "speech", "voice"];
    let speaks = |model: &&Listed| {
        let model = model.id().to_ascii_lowercase();
        NAMES.iter().any(|name| model.contains(name))
    };
    let speaking: Vec<Listed> = models.iter().filter(speaks).cloned().collect();
    if speaking.is_empty() { models.to_vec() } else { speaking }
}

/// One list of the server; none where it has no such list.
async fn ask<T: serde::de::DeserializeOwned>(
    remote: &Remote,
    path: &[&str],
) -> Result<Option<T>, SpeechError> {
    match remote.get(path.iter().copied()).send_if_known().await? {
        Some(answer) => answer.json().await.map(Some),
        None => Ok(None),
    }
}

/// The names that were set, or else the usual ones.
fn named(set: Vec<String>, usual: &[&str]) -> Vec<Listed> {
    match set.is_empty() {
        true => usual.iter().map(|name| Listed::Name((*name).to_owned())).collect(),
        false => set.into_iter().map(Listed::Name).collect(),
    }
}

/// Whether a request can say that name, and a header repeat it.
fn can_be_said(id: &str) -> bool {
    (1..=MOST_NAME_CHARACTERS).contains(&id.chars().count()) && !id.contains(char::is_control)
}
