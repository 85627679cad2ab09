use std::sync::Arc;

use speech::{Gender, Model, SpeechError, Voice, VoiceId};
use wire::azure::upstream;

use super::account::Account;
use crate::Settings;
use crate::known::Known;
use crate::voices::{Voices, unknown};

/// What rate cards call the three kinds of voices, which Azure charges for otherwise.
const NEURAL: &str = "neural";
const NEURAL_HD: &str = "neural-hd";
const CUSTOM: &str = "custom";

/// The label that tells them apart.
const TYPE: &str = "VoiceType";

/// What a voice is called that was made for the account.
const CUSTOM_TYPE: &str = "Custom";

/// How many code points of a text last ten minutes, at most, at half the usual pace or in Chinese: after that Azure ends the
/// sound.
const MOST_CHARACTERS: usize = 2_400;

/// What is known of Azure's voices.
pub(super) struct Lists {
    settings: Settings,
    models: Arc<[Model]>,
    voices: Known<Arc<Voices>>,
}

impl Lists {
    /// What is known before anybody was asked.
    ///
    /// # Errors
    /// Models are set: a voice alone says which model speaks.
    pub(super) fn new(settings: Settings) -> Result<Self, SpeechError> {
        if !settings.models.is_empty() {
            let message = format!(
                "The models of the backend {} follow from its voices; leave them out.",
                settings.name
            );
            return Err(SpeechError::invalid_parameter("models", message));
        }
        let own = (!settings.azure.deployments.is_empty()).then_some((CUSTOM, "Custom neural"));
        let models = [(NEURAL, "Neural"), (NEURAL_HD, "Neural HD")].into_iter().chain(own);
        let models = models.map(|(id, name)| Model {
            id: id.to_owned(),
            name: name.to_owned(),
            most_characters: Some(MOST_CHARACTERS),
            languages: Vec::new(),
            deprecated_after: settings.deprecated_after,
        });
        let models = models.collect();
        let voices = Known::assumed(Arc::new(with_set([], &settings)));
        Ok(Self { models, voices, settings })
    }

    pub(super) fn models(&self) -> Arc<[Model]> {
        Arc::clone(&self.models)
    }

    /// The only model that speaks with a voice.
    pub(super) fn model_of(&self, voice: &Voice) -> &'static str {
        match voice.labels.get(TYPE).map(String::as_str) {
            Some(CUSTOM_TYPE) => CUSTOM,
            Some("NeuralHD") => NEURAL_HD,
            // `en-US-Ava:DragonHDLatestNeural`, of which no list has told.
            None if voice.id.voice.contains(":DragonHD") => NEURAL_HD,
            _ => NEURAL,
        }
    }

    pub(super) fn voices(&self) -> Arc<[Voice]> {
        self.voices.now().all()
    }

    /// Where a voice is deployed that was made for the account.
    pub(super) fn deployment(&self, voice: &str) -> Option<String> {
        self.settings.azure.deployments.get(voice).cloned()
    }

    /// Takes what an earlier run was told, with what is set now.
    pub(super) fn recall(&self, voices: Vec<Voice>) {
        let voices =
            voices.into_iter().filter(|known| known.labels.get(TYPE).is_none_or(|kind| kind != CUSTOM_TYPE));
        let voices = voices.map(|known| Voice {
            id: VoiceId { backend: self.settings.name.clone(), ..known.id },
            deprecated_after: self.settings.deprecated_after,
            ..known
        });
        self.voices.recall(Arc::new(with_set(voices, &self.settings)));
    }

    /// Asks for the list; it stays as it was where that fails.
    pub(super) async fn refresh(&self, account: &Account) -> Result<(), SpeechError> {
        let remote = account.remote();
        let answer = account.send(|| remote.get(["cognitiveservices", "voices", "list"])).await?;
        let listed: Vec<upstream::Voice> = answer.json().await?;
        if listed.is_empty() {
            return Err(remote.failed("lists no voice"));
        }
        let voices = listed.into_iter().map(|listed| self.listed(listed));
        self.voices.learn(Arc::new(with_set(voices, &self.settings)));
        Ok(())
    }

    fn listed(&self, listed: upstream::Voice) -> Voice {
        let labels = listed.labels();
        let description = match labels.get("Status").map(String::as_str) {
            Some("Deprecated") => Some("Azure has announced that it will be gone."),
            Some("Preview") => Some("A preview, which Azure may change or withdraw."),
            _ => None,
        };
        let mut languages: Vec<String> = listed.locale.into_iter().collect();
        for language in listed.secondary_locale_list.into_iter().flatten() {
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
        Voice {
            name: listed.display_name.unwrap_or_else(|| listed.short_name.clone()),
            languages,
            gender: listed.gender.as_deref().and_then(gender_of),
            description: description.map(str::to_owned),
            labels,
            ..voice(&self.settings, &listed.short_name)
        }
    }

    /// Whether it is a voice of the list or of the account, and not one of which only the name is known.
    pub(super) fn has(&self, name: &str) -> bool {
        self.voices.now().get(name).is_some()
    }

    /// The voice of that name, the only one that people call so, or, unlisted, one whose name it may be: a region lists
    /// only what it has itself, and Azure says when there is none.
    pub(super) fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        let voices = self.voices.now();
        if let Some(voice) = voices.get(name) {
            return Ok(voice.clone());
        }
        // Azure takes its names in capitals or not.
        if let Some(voice) = voices.all().iter().find(|voice| voice.id.voice.eq_ignore_ascii_case(name)) {
            return Ok(voice.clone());
        }
        let backend = &self.settings.name;
        let named: Vec<&Voice> = voices.named(name).collect();
        match named.as_slice() {
            [voice] => Ok((*voice).clone()),
            [] if is_name(name) => Ok(voice(&self.settings, name)),
            [] => voices.find(backend, name),
            several => {
                let message =
                    format!("The backend {backend} has several voices of that name; send the id of one.");
                Err(unknown(message, several.iter().map(|voice| voice.id.voice.as_str())))
            }
        }
    }
}

/// Those voices, those that were made for the account, and those that the operator named.
fn with_set(voices: impl IntoIterator<Item = Voice>, settings: &Settings) -> Voices {
    let own = settings.azure.deployments.keys().map(|name| Voice {
        labels: [(TYPE.to_owned(), CUSTOM_TYPE.to_owned())].into(),
        ..voice(settings, name)
    });
    let named = settings.voices.iter().map(|name| voice(settings, name));
    // Of two with one name the first counts.
    own.chain(voices).chain(named).collect()
}

/// A voice of which only the name is known: that begins with its language.
fn voice(settings: &Settings, name: &str) -> Voice {
    let locale = name.match_indices('-').nth(1).and_then(|(end, _)| name.get(..end));
    let languages = locale.filter(|_| is_name(name)).map(str::to_owned).into_iter().collect();
    Voice { languages, deprecated_after: settings.deprecated_after, ..Voice::named(&settings.name, name) }
}

/// `en-US-AvaNeural`, `en-US-Ava:DragonHDLatestNeural`.
fn is_name(name: &str) -> bool {
    let language = name.split('-').next().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':');
    let is_language =
        (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    is_language && name.ends_with("Neural") && name.matches('-').count() > 1 && name.bytes().all(is_plain)
}

fn gender_of(said: &str) -> Option<Gender> {
    match said {
        "Female" => Some(Gender::Female),
        "Male" => Some(Gender::Male),
        "Neutral" => Some(Gender::Neutral),
        _ => None,
    }
}
