use std::collections::BTreeMap;
use std::sync::Arc;

use outbound::Remote;
use speech::{Date, ErrorKind, Gender, Model, SpeechError, Voice, VoiceId};
use wire::elevenlabs::upstream::{self, VoicePage};
use wire::elevenlabs::{MODELS, SPEECH_MODEL};

use crate::Settings;
use crate::known::Known;
use crate::voices::{Voices, unknown};

/// The models that speak only English (ElevenLabs' documentation of 2026).
pub(super) const ENGLISH: [&str; 3] = ["eleven_flash_v2", "eleven_turbo_v2", "eleven_monolingual_v1"];

/// Pages of voices, a hundred each; nobody has so many.
const MOST_PAGES: usize = 1_000;

/// Characters of a voice's id.
const ID_CHARACTERS: usize = 20;

/// What is known of ElevenLabs' models and voices.
pub(super) struct Lists {
    settings: Settings,
    models: Known<Arc<[Model]>>,
    voices: Known<Arc<Voices>>,
}

impl Lists {
    /// What is known before anybody was asked.
    pub(super) fn new(settings: Settings) -> Self {
        let known = MODELS.iter().map(|&(id, characters)| {
            let languages = if ENGLISH.contains(&id) { vec!["en".to_owned()] } else { Vec::new() };
            Model { most_characters: Some(characters), languages, ..model(id, settings.deprecated_after) }
        });
        let models = Known::assumed(chosen(known.collect(), &settings));
        let voices = Known::assumed(Arc::new(with_set([], &settings)));
        Self { models, voices, settings }
    }

    pub(super) fn models(&self) -> Arc<[Model]> {
        self.models.now()
    }

    pub(super) fn voices(&self) -> Arc<[Voice]> {
        self.voices.now().all()
    }

    /// Takes what an earlier run was told, with what is set now.
    pub(super) fn recall(&self, mut models: Vec<Model>, voices: Vec<Voice>) {
        if !models.is_empty() {
            models.iter_mut().for_each(|model| model.deprecated_after = self.settings.deprecated_after);
            self.models.recall(chosen(models, &self.settings));
        }
        let voices = voices.into_iter().map(|known| Voice {
            id: VoiceId { backend: self.settings.name.clone(), ..known.id },
            deprecated_after: self.settings.deprecated_after,
            ..known
        });
        self.voices.recall(Arc::new(with_set(voices, &self.settings)));
    }

    /// Asks for both lists; each stays as it was where that fails.
    pub(super) async fn refresh(&self, remote: &Remote) -> Result<(), SpeechError> {
        let models = self.ask_for_models(remote).await.map(|models| self.models.learn(models));
        let voices = self.ask_for_voices(remote).await;
        let voices = voices.map(|voices| self.voices.learn(Arc::new(with_set(voices, &self.settings))));
        models.and(voices)
    }

    async fn ask_for_models(&self, remote: &Remote) -> Result<Arc<[Model]>, SpeechError> {
        let upstream::Models { models } = remote.get(["v1", "models"]).send().await?.json().await?;
        let speaks = |listed: &upstream::Model| listed.can_do_text_to_speech != Some(false);
        let models: Vec<Model> = models
            .into_iter()
            .filter(speaks)
            .map(|listed| Model {
                name: listed.name.unwrap_or_else(|| listed.model_id.clone()),
                most_characters: listed.maximum_text_length_per_request,
                languages: distinct(
                    listed.languages.into_iter().flatten().map(|language| language.language_id),
                ),
                ..model(&listed.model_id, self.settings.deprecated_after)
            })
            .collect();
        if models.is_empty() {
            return Err(remote.failed("lists no model that speaks"));
        }
        Ok(chosen(models, &self.settings))
    }

    async fn ask_for_voices(&self, remote: &Remote) -> Result<Vec<Voice>, SpeechError> {
        let mut voices: Vec<Voice> = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut call =
                remote.get(["v2", "voices"]).query("page_size", "100").query("include_total_count", "true");
            if let Some(token) = &token {
                call = call.query("next_page_token", token);
            }
            let page: VoicePage = call.send().await?.json().await?;
            let next = page.next_page_token().map(str::to_owned);
            voices.extend(page.voices.into_iter().map(|listed| self.listed(listed)));
            match next {
                None => return Ok(voices),
                next if next == token => break,
                next => token = next,
            }
        }
        Err(remote.failed("lists voices without end"))
    }

    fn listed(&self, listed: upstream::Voice) -> Voice {
        let languages = languages_of(&listed);
        let labels = listed.labels.unwrap_or_default();
        let mut labels: BTreeMap<String, String> =
            labels.into_iter().filter_map(|(label, value)| Some((label, value?))).collect();
        labels.extend(listed.category.map(|category| ("category".to_owned(), category)));
        Voice {
            name: listed.name.unwrap_or_else(|| listed.voice_id.clone()),
            languages,
            gender: labels.get("gender").and_then(|gender| gender_of(gender)),
            description: listed.description.filter(|description| !description.trim().is_empty()),
            labels,
            preview_url: listed.preview_url,
            ..voice(&self.settings, &listed.voice_id)
        }
    }

    /// Whether it is a voice of the account, and not one of which only the id is known.
    pub(super) fn has(&self, id: &str) -> bool {
        self.voices.now().get(id).is_some()
    }

    /// The voice of that id, the only one of that name, or, unlisted, one whose id it may be: the library has more
    /// voices than an account lists, and ElevenLabs says when there is none.
    pub(super) fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        let voices = self.voices.now();
        if let Some(voice) = voices.get(name) {
            return Ok(voice.clone());
        }
        let backend = &self.settings.name;
        let named: Vec<&Voice> = voices.named(name).collect();
        match named.as_slice() {
            [voice] => Ok((*voice).clone()),
            [] if is_id(name) => Ok(voice(&self.settings, name)),
            [] => {
                let message = format!("The backend {backend} has no voice of that name.");
                Err(SpeechError::new(ErrorKind::UnknownVoice, message)
                    .about("voice")
                    .allowing_these(voices.some_names()))
            }
            several => {
                let message =
                    format!("The backend {backend} has several voices of that name; send the id of one.");
                Err(unknown(message, several.iter().map(|voice| voice.id.voice.as_str())))
            }
        }
    }
}

/// Those voices, and those that the operator named: they may be of the library, which is not listed.
fn with_set(voices: impl IntoIterator<Item = Voice>, settings: &Settings) -> Voices {
    voices.into_iter().chain(settings.voices.iter().map(|id| voice(settings, id))).collect()
}

/// The models that the operator named, in that order, with what is known of them; without such, all, the usual one
/// first.
fn chosen(mut known: Vec<Model>, settings: &Settings) -> Arc<[Model]> {
    if settings.models.is_empty() {
        known.sort_by_key(|model| model.id != SPEECH_MODEL);
        return known.into();
    }
    let of = |id: &String| known.iter().find(|model| model.id == *id).cloned();
    settings.models.iter().map(|id| of(id).unwrap_or_else(|| model(id, settings.deprecated_after))).collect()
}

/// A model of which only the id is known.
fn model(id: &str, deprecated_after: Option<Date>) -> Model {
    Model {
        id: id.to_owned(),
        name: id.to_owned(),
        most_characters: None,
        languages: Vec::new(),
        deprecated_after,
    }
}

/// A voice of which only the id is known.
fn voice(settings: &Settings, id: &str) -> Voice {
    Voice { deprecated_after: settings.deprecated_after, ..Voice::named(&settings.name, id) }
}

fn is_id(name: &str) -> bool {
    name.len() == ID_CHARACTERS && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn gender_of(label: &str) -> Option<Gender> {
    match label.to_ascii_lowercase().as_str() {
        "female" => Some(Gender::Female),
        "male" => Some(Gender::Male),
        "neutral" | "non-binary" => Some(Gender::Neutral),
        _ => None,
    }
}

/// Its own language first: its label, or that of the recordings that it was made from; then those that it was found
/// to speak well.
fn languages_of(voice: &upstream::Voice) -> Vec<String> {
    let label = voice.labels.as_ref().and_then(|labels| labels.get("language")?.clone());
    let recorded = voice.fine_tuning.as_ref().and_then(|tuning| tuning.language.clone());
    let verified = voice.verified_languages.iter().flatten();
    let verified =
        verified.filter_map(|language| language.locale.clone().or_else(|| language.language.clone()));
    distinct(label.into_iter().chain(recorded).chain(verified))
}

/// Those that are BCP 47 tags, written as such, each once.
fn distinct(tags: impl Iterator<Item = String>) -> Vec<String> {
    let mut languages = Vec::new();
    for tag in tags.filter_map(|tag| bcp47(&tag)) {
        if !languages.contains(&tag) {
            languages.push(tag);
        }
    }
    languages
}

/// `pt-br` is `pt-BR`, `zh_hans` is `zh-Hans`; `Portuguese` is no tag.
fn bcp47(tag: &str) -> Option<String> {
    let mut subtags = tag.trim().split(['-', '_']);
    let language = subtags.next().filter(|language| (2..=3).contains(&language.len()))?.to_ascii_lowercase();
    let mut written = language;
    for subtag in subtags {
        written.push('-');
        match subtag.len() {
            2 => written.push_str(&subtag.to_ascii_uppercase()),
            4 => {
                let (first, rest) = subtag.split_at_checked(1)?;
                written.push_str(&first.to_ascii_uppercase());
                written.push_str(&rest.to_ascii_lowercase());
            }
            3..=8 => written.push_str(&subtag.to_ascii_lowercase()),
            _ => return None,
        }
    }
    written.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-').then_some(written)
}
