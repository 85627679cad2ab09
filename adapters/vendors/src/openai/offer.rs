//! What a server offers, as known now.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use outbound::Remote;
use speech::{Date, Model, SpeechError, Voice};
use wire::openai::MOST_NAME_CHARACTERS;
use wire::openai::upstream::{Listed, ModelList, VoiceList};

use crate::Settings;

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
    known: Mutex<Known>,
}

struct Known {
    models: Arc<[Model]>,
    voices: Arc<[Voice]>,
}

impl Offer {
    /// What is known before anybody was asked. OpenAI itself is never asked: its list of models does not say which of
    /// them speak, and it has none of voices.
    pub(super) fn new(settings: Settings, own: &str) -> Self {
        let is_own = settings.base_url.as_deref().is_none_or(|url| url.trim_end_matches('/') == own);
        let mut offer = Self {
            name: settings.name,
            most_characters: is_own.then_some(MOST_CHARACTERS),
            deprecated_after: settings.deprecated_after.or(is_own.then_some(LAST_DAY)),
            asks_for_models: !is_own && settings.models.is_empty(),
            asks_for_voices: !is_own && settings.voices.is_empty(),
            known: Mutex::new(Known { models: Arc::new([]), voices: Arc::new([]) }),
        };
        let usual_models: &[&str] = if is_own { &MODELS } else { &FOLLOWERS_MODELS };
        let models = named(settings.models, usual_models);
        let voices = named(settings.voices, &VOICES);
        let known = Known { models: offer.models_of(&models), voices: offer.voices_of(&voices) };
        offer.known = Mutex::new(known);
        offer
    }

    pub(super) fn models(&self) -> Arc<[Model]> {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner).models)
    }

    pub(super) fn voices(&self) -> Arc<[Voice]> {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner).voices)
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
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(Some(models)) = &models
            && !models.is_empty()
        {
            known.models = self.models_of(&those_that_speak(models));
        }
        if let Ok(Some(voices)) = &voices
            && !voices.is_empty()
        {
            known.voices = self.voices_of(voices);
        }
        models.and(voices).map(drop)
    }

    fn models_of(&self, listed: &[Listed]) -> Arc<[Model]> {
        let model = |listed: &Listed| Model {
            id: listed.id().to_owned(),
            name: listed.name().to_owned(),
            most_characters: self.most_characters,
            languages: Vec::new(),
            deprecated_after: self.deprecated_after,
        };
        each_once(listed).map(model).collect()
    }

    fn voices_of(&self, listed: &[Listed]) -> Arc<[Voice]> {
        let voice = |listed: &Listed| Voice {
            name: listed.name().to_owned(),
            deprecated_after: self.deprecated_after,
            ..Voice::named(&self.name, listed.id())
        };
        each_once(listed).map(voice).collect()
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

/// The entries with a name that a request can say and a header can repeat, each once.
fn each_once(listed: &[Listed]) -> impl Iterator<Item = &Listed> {
    let can_be_said =
        |id: &str| (1..=MOST_NAME_CHARACTERS).contains(&id.chars().count()) && !id.contains(char::is_control);
    let mut seen = BTreeSet::new();
    listed.iter().filter(move |entry| can_be_said(entry.id()) && seen.insert(entry.id()))
}
