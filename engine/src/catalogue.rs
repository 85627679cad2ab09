//! Names become a backend, its model and its voice.

mod lists;
mod names;
mod pool;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use speech::{
    Aliases, Backend, Clock, Date, ErrorKind, Model, Passage, Reading, Score, SpeechError, SpeechText,
    Utterance, Voice, VoiceId, VoiceStatus,
};

use crate::deprecation::Deprecations;
use crate::part::{PACE, tuned};
use crate::spoken::Reason;
use lists::Lists;
use names::listed_name;
pub(crate) use pool::Pool;

/// OpenAI's names for its speech models.
const OPENAI_MODELS: [&str; 5] =
    ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20", "gpt-4o-mini-tts-2025-12-15"];

/// What the names of ElevenLabs' models begin with.
const ELEVENLABS_MODELS: &str = "eleven_";

/// Vendors that LiteLLM's callers write before a model's name, whatever our backends are called.
const VENDORS: [&str; 3] = ["openai", "elevenlabs", "azure"];

/// A model name that a request may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelName {
    /// The name in the request.
    pub id: String,
    /// The backend that answers.
    pub backend: String,
    /// The model that speaks.
    pub model: Model,
}

/// Who speaks.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) model: OneOf,
    pub(crate) voice: Arc<Voice>,
    pub(crate) reason: Reason,
    /// The day after which the model or the voice will be gone, once that is near.
    pub(crate) deprecated_after: Option<Date>,
}

impl Choice {
    /// What it leaves out of an utterance, by name; of one in SSML also what nobody reads but those who read SSML.
    pub(crate) fn leaves_out(&self, utterance: &Utterance, reads_ssml: bool) -> Vec<String> {
        let mut dropped = self.backend.leaves_out(utterance);
        let Some(score) = utterance.graph.score() else { return dropped };
        dropped.extend(score.removed.iter().cloned());
        if !reads_ssml {
            // It is each passage that has a pace.
            dropped.retain(|name| name != PACE);
            dropped.extend(score.unsung.iter().cloned());
            dropped.extend(self.leaves_out_of_tones(utterance, score));
        }
        dropped.sort();
        dropped.dedup();
        dropped
    }

    /// What it leaves out of how passages are spoken, whatever they say. A document may have a thousand of them.
    fn leaves_out_of_tones(&self, utterance: &Utterance, score: &Score) -> Vec<String> {
        let (mut known, mut dropped) = (HashSet::new(), Vec::new());
        let word = SpeechText::new("a", None).map_err(SpeechError::from);
        let word = word.and_then(|word| language::compile(word, &Reading::default()));
        let Ok(word) = word.map(Arc::new) else { return dropped };
        for Passage { tone, .. } in &score.passages {
            if known.insert((tone.rate.to_bits(), &tone.language)) {
                let delivery = utterance.delivery.clone();
                let mut toned = Utterance { graph: Arc::clone(&word), delivery };
                tuned(&*self.backend, &mut toned, tone);
                dropped.extend(self.backend.leaves_out(&toned));
            }
        }
        dropped
    }

    /// Whether its backend reads SSML itself.
    pub(crate) fn reads_ssml(&self) -> bool {
        self.backend.capabilities().ssml
    }
}

/// One of a backend's models. To copy it would be to copy the names of all its languages.
#[derive(Clone)]
pub(crate) struct OneOf {
    models: Arc<[Model]>,
    at: usize,
}

impl OneOf {
    /// That one, or where there is none the only one of a backend that names none.
    fn new(models: Arc<[Model]>, at: usize, backend: &str) -> Self {
        if at < models.len() {
            return Self { models, at };
        }
        let only = Model {
            id: backend.to_owned(),
            name: backend.to_owned(),
            most_characters: None,
            languages: Vec::new(),
            deprecated_after: None,
        };
        Self { models: Arc::new([only]), at: 0 }
    }
}

impl Deref for OneOf {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.models[self.at]
    }
}

/// Who can speak, under which names.
pub struct Catalogue {
    backends: Vec<Arc<dyn Backend>>,
    aliases: Aliases,
    stand_ins: BTreeMap<String, Vec<String>>,
    deprecations: Deprecations,
    lists: Lists,
}

/// What a request's model name says of who may answer.
enum Wish<'n> {
    /// Anybody.
    Anybody,
    /// Anybody, those first who have that model: an application on a vendor's SDK sends some name of that vendor's,
    /// and must be answered.
    Rather(&'n str),
    /// That backend alone, or those that have that model.
    Only { backend: Option<&'n str>, model: Option<&'n str> },
}

impl Catalogue {
    /// A catalogue of these backends; the first answers for models that nobody has.
    ///
    /// `aliases` are other names for voices: `alloy` -> `kokoro:af_heart`. `stand_ins` are names that applications
    /// send because their vendor has them, and who answers to each where nobody has it: the first that can.
    pub fn new(
        backends: Vec<Arc<dyn Backend>>,
        aliases: Aliases,
        stand_ins: BTreeMap<String, Vec<String>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let lists = Lists::new(Arc::clone(&clock));
        Self { backends, aliases, stand_ins, deprecations: Deprecations::new(clock), lists }
    }

    /// Every voice of every backend.
    pub fn voices(&self) -> Vec<Voice> {
        self.backends.iter().flat_map(|backend| backend.voices().to_vec()).collect()
    }

    /// Every other name of a voice for whoever has these of their own, with the voice it leads to now.
    pub fn aliases(&self, own: &Aliases) -> BTreeMap<String, VoiceId> {
        let names = own.keys().chain(self.aliases.keys()).chain(self.stand_ins.keys());
        let led = names.filter_map(|name| {
            let choice = self.resolve(own, None, name).ok()?;
            (choice.reason != Reason::Exact).then(|| (name.clone(), choice.voice.id.clone()))
        });
        led.collect()
    }

    pub(crate) fn ready(&self) -> Result<(), SpeechError> {
        self.backends.iter().try_for_each(|backend| backend.ready())
    }

    /// Each backend by its own name and its models', then the vendors' names that nobody has, answered by the first
    /// backend.
    pub(crate) fn models(&self) -> Vec<ModelName> {
        let mut names: Vec<ModelName> = Vec::new();
        let mut add = |id: &str, backend: &Arc<dyn Backend>, model: &Model| {
            if names.iter().all(|known| known.id != id) {
                names.push(ModelName { id: id.into(), backend: backend.name().into(), model: model.clone() });
            }
        };
        for backend in &self.backends {
            let models = backend.models();
            if let Some(usual) = models.first() {
                add(backend.name(), backend, usual);
            }
            models.iter().for_each(|model| add(&model.id, backend, model));
        }
        let first = self.backends.first();
        if let Some((first, usual)) = first.and_then(|first| Some((first, first.models().first()?.clone()))) {
            OPENAI_MODELS.iter().for_each(|id| add(id, first, &usual));
        }
        names
    }

    /// The backend, model and voice for a request's names. Its client's own names for voices come before everyone's.
    pub(crate) fn resolve(
        &self,
        own: &Aliases,
        model: Option<&str>,
        wanted: &str,
    ) -> Result<Choice, SpeechError> {
        let wish = self.wish(model)?;
        let wanted = &*listed_name(wanted);
        if wanted.starts_with('?') {
            return self.likest(&wish, wanted);
        }
        match own.get(wanted).or_else(|| self.aliases.get(wanted)) {
            Some(target) => Ok(Choice { reason: Reason::Alias, ..self.named(&wish, target)? }),
            None => self.named_or_stood_in_for(&wish, wanted),
        }
    }

    /// The same, for one who is going to speak.
    pub(crate) fn engage(
        &self,
        own: &Aliases,
        model: Option<&str>,
        wanted: &str,
    ) -> Result<Choice, SpeechError> {
        let choice = self.resolve(own, model, wanted)?;
        self.deprecations.warn(&choice);
        Ok(choice)
    }

    fn wish<'n>(&self, model: Option<&'n str>) -> Result<Wish<'n>, SpeechError> {
        let Some(name) = model else { return Ok(Wish::Anybody) };
        if self.is_backend(name) {
            return Ok(Wish::Only { backend: Some(name), model: None });
        }
        let (backend, model) = match name.split_once('/') {
            Some((vendor, model)) if self.is_backend(vendor) => (Some(vendor), model),
            Some((vendor, model)) if VENDORS.contains(&vendor) => (None, model),
            _ => (None, name),
        };
        let owned = self
            .backends
            .iter()
            .filter(|candidate| backend.is_none_or(|backend| candidate.name() == backend))
            .any(|candidate| has_model(candidate, model));
        let is_of_a_vendor = OPENAI_MODELS.contains(&model) || model.starts_with(ELEVENLABS_MODELS);
        match (backend, owned) {
            (None, _) if is_of_a_vendor => Ok(Wish::Rather(model)),
            (backend, true) => Ok(Wish::Only { backend, model: Some(model) }),
            _ => Err(self.unknown_model(name)),
        }
    }

    fn unknown_model(&self, name: &str) -> SpeechError {
        let shown: String = name.chars().take(64).collect();
        SpeechError::new(ErrorKind::UnknownModel, format!("There is no model {shown:?}."))
            .about("model")
            .allowing(self.models().into_iter().map(|model| model.id))
    }

    fn is_backend(&self, name: &str) -> bool {
        self.backends.iter().any(|backend| backend.name() == name)
    }

    /// The voice of that name; where nobody has it, or only who will soon be gone, one that stands in for it.
    fn named_or_stood_in_for(&self, wish: &Wish<'_>, name: &str) -> Result<Choice, SpeechError> {
        let named = self.find(wish, name)?;
        let reason = match &named {
            Some(choice) if !self.deprecations.is_past(choice) || is_id_of(name, &choice.voice) => {
                Reason::Exact
            }
            Some(_) => Reason::Deprecated,
            None => Reason::Alias,
        };
        if let (Some(choice), Reason::Exact) = (&named, reason) {
            return Ok(choice.clone());
        }
        let stand_ins = self.stand_ins.get(name).into_iter().flatten();
        let standing_in: Vec<Choice> =
            stand_ins.filter_map(|stand_in| self.find(wish, stand_in).ok().flatten()).collect();
        let lasting = standing_in.iter().find(|choice| !self.deprecations.is_past(choice));
        match (lasting.or(standing_in.first()), named) {
            (Some(choice), _) => Ok(Choice { reason, ..choice.clone() }),
            (None, Some(choice)) => Ok(choice),
            (None, None) => Err(self.unknown_voice(wish, name)),
        }
    }

    fn named(&self, wish: &Wish<'_>, name: &str) -> Result<Choice, SpeechError> {
        self.find(wish, name)?.ok_or_else(|| self.unknown_voice(wish, name))
    }

    /// `backend:voice`, or a bare name that one backend knows; of several, the one that has the model. None where
    /// nobody has it.
    fn find(&self, wish: &Wish<'_>, name: &str) -> Result<Option<Choice>, SpeechError> {
        let candidates: Vec<_> = self.backends.iter().filter(|backend| wish.allows(backend)).collect();
        if let Some(VoiceId { backend, voice }) = VoiceId::parse(name)
            && let Some(backend) = candidates.iter().find(|candidate| candidate.name() == backend)
        {
            return Ok(Some(self.choice(wish, backend, backend.voice(&voice)?.into())));
        }
        let mut found = Vec::new();
        let mut refused = None;
        for backend in &candidates {
            match backend.voice(name) {
                Ok(voice) => found.push(self.choice(wish, backend, voice.into())),
                Err(error) if error.kind() == ErrorKind::UnknownVoice => {}
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        prefer(&mut found, |choice| wish.is_met_by(&choice.backend));
        // Some vendors have voices that no list of theirs holds, and take any id of their shape for one.
        prefer(&mut found, is_listed);
        prefer(&mut found, |choice| !self.deprecations.is_past(choice));
        // Several accounts at one vendor, say.
        let is_one_house = found.windows(2).all(|two| two[0].backend.house() == two[1].backend.house());
        if is_one_house {
            found.truncate(1);
        }
        if found.len() > 1 {
            let ids = found.iter().map(|choice| choice.voice.id.to_string());
            let message = format!("Several backends have a voice {name:?}; name one of them.");
            return Err(SpeechError::new(ErrorKind::UnknownVoice, message).about("voice").allowing(ids));
        }
        match (found.pop(), refused) {
            (None, Some(refused)) => Err(refused),
            (found, _) => Ok(found),
        }
    }

    fn choice(&self, wish: &Wish<'_>, backend: &Arc<dyn Backend>, voice: Arc<Voice>) -> Choice {
        let models = backend.models();
        let own = backend.model_of(&voice);
        let named = own.as_deref().or(wish.model());
        let wished = models.iter().position(|model| named == Some(model.id.as_str()));
        let model = OneOf::new(models, wished.unwrap_or_default(), backend.name());
        let deprecated_after = self.deprecations.near(model.deprecated_after, voice.deprecated_after);
        Choice { backend: Arc::clone(backend), model, voice, reason: Reason::Exact, deprecated_after }
    }

    fn unknown_voice(&self, wish: &Wish<'_>, name: &str) -> SpeechError {
        let shown: String = name.chars().take(64).collect();
        let elsewhere = VoiceId::parse(name).filter(|id| self.is_backend(&id.backend));
        let message = match (elsewhere, wish.model()) {
            (Some(id), Some(model)) => {
                format!(
                    "The voice {shown:?} is of the backend {}, which has no model {model:?}; name another, or none.",
                    id.backend
                )
            }
            _ => format!("There is no voice {shown:?}."),
        };
        SpeechError::new(ErrorKind::UnknownVoice, message).about("voice").allowing(self.some_names(wish))
    }

    /// Names that would have done, each once: not all there are, but some of everybody.
    fn some_names(&self, wish: &Wish<'_>) -> Vec<String> {
        const MOST_OF_A_BACKEND: usize = 30;
        // Only programs know those of ElevenLabs and Azure by heart.
        let stand_ins = self.stand_ins.keys().filter(|name| name.len() < 20 && !name.contains('-'));
        let mut names: Vec<String> = self.aliases.keys().chain(stand_ins).cloned().collect();
        for backend in self.backends.iter().filter(|backend| wish.allows(backend)) {
            let voices = backend.voices();
            let speaking = voices.iter().filter(|voice| voice.status == VoiceStatus::Available);
            names.extend(speaking.map(|voice| voice.id.voice.clone()).take(MOST_OF_A_BACKEND));
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }
}

impl Wish<'_> {
    fn model(&self) -> Option<&str> {
        match self {
            Self::Anybody => None,
            Self::Rather(model) => Some(model),
            Self::Only { model, .. } => *model,
        }
    }

    fn allows(&self, candidate: &Arc<dyn Backend>) -> bool {
        match self {
            Self::Anybody | Self::Rather(_) => true,
            Self::Only { backend: Some(backend), .. } => candidate.name() == *backend,
            Self::Only { backend: None, model } => model.is_none_or(|model| has_model(candidate, model)),
        }
    }

    fn is_met_by(&self, candidate: &Arc<dyn Backend>) -> bool {
        self.model().is_some_and(|model| has_model(candidate, model))
    }
}

fn has_model(backend: &Arc<dyn Backend>, model: &str) -> bool {
    backend.models().iter().any(|own| own.id == model)
}

fn is_id_of(name: &str, voice: &Voice) -> bool {
    VoiceId::parse(name).as_ref() == Some(&voice.id)
}

fn is_listed(choice: &Choice) -> bool {
    choice.backend.voices().iter().any(|voice| voice.id == choice.voice.id)
}

/// Keeps those that are better, if there are any.
fn prefer(choices: &mut Vec<Choice>, better: impl Fn(&Choice) -> bool) {
    if choices.len() > 1 && choices.iter().any(&better) {
        choices.retain(better);
    }
}

#[cfg(test)]
#[path = "catalogue/tests.rs"]
pub(crate) mod tests;
