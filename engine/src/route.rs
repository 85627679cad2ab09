//! A name becomes a backend and its voice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::{Context, Poll};

use speech::{
    AudioFormat, AudioStream, Backend, BoxFuture, ErrorKind, SampleRate, SpeechError, Utterance, Voice,
    VoiceId, VoiceStatus,
};
use tower::Service;

use crate::compile::Compiled;
use crate::spoken::{Reason, Spoken};

/// OpenAI's names for its speech models: an unmodified application sends one of them, and any backend answers.
const OPENAI_MODELS: [&str; 5] =
    ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20", "gpt-4o-mini-tts-2025-12-15"];

/// A model name that a request may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelName {
    /// The name in the request.
    pub id: String,
    /// The backend that answers.
    pub backend: String,
}

/// One call of one backend.
pub(crate) struct Call {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) utterance: Utterance,
    pub(crate) format: AudioFormat,
}

/// Encoded audio and the rate that it was spoken at.
pub(crate) struct Encoded {
    pub(crate) sample_rate: SampleRate,
    pub(crate) audio: AudioStream,
}

/// Who can speak, under which names.
pub(crate) struct Catalogue {
    backends: Vec<Arc<dyn Backend>>,
    aliases: BTreeMap<String, String>,
}

impl Catalogue {
    pub(crate) fn new(backends: Vec<Arc<dyn Backend>>, aliases: BTreeMap<String, String>) -> Self {
        Self { backends, aliases }
    }

    pub(crate) fn voices(&self) -> Vec<Voice> {
        self.backends.iter().flat_map(|backend| backend.voices()).cloned().collect()
    }

    pub(crate) fn aliases(&self) -> &BTreeMap<String, String> {
        &self.aliases
    }

    pub(crate) fn ready(&self) -> Result<(), SpeechError> {
        self.backends.iter().try_for_each(|backend| backend.ready())
    }

    /// Each backend by its own name and its model's, then OpenAI's names, answered by the first backend.
    pub(crate) fn models(&self) -> Vec<ModelName> {
        let own = self.backends.iter().flat_map(|backend| {
            let second = (backend.name() != backend.model()).then(|| backend.model());
            [Some(backend.name()), second].into_iter().flatten().map(move |id| (id, backend))
        });
        let openai = OPENAI_MODELS.iter().filter_map(|id| Some((*id, self.backends.first()?)));
        own.chain(openai)
            .map(|(id, backend)| ModelName { id: id.to_owned(), backend: backend.name().to_owned() })
            .collect()
    }

    /// The backend and voice for a request's names.
    pub(crate) fn resolve(
        &self,
        model: Option<&str>,
        wanted: &str,
    ) -> Result<(Arc<dyn Backend>, Voice, Reason), SpeechError> {
        let candidates = self.answering(model)?;
        let (name, reason) = match self.aliases.get(wanted) {
            Some(target) => (target.as_str(), Reason::Alias),
            None => (wanted, Reason::Exact),
        };
        let (backend, voice) = self.named(&candidates, name)?;
        Ok((backend, voice, reason))
    }

    /// The backends that answer for a model name; all of them when none is named.
    fn answering(&self, model: Option<&str>) -> Result<Vec<&Arc<dyn Backend>>, SpeechError> {
        let Some(model) = model.filter(|model| !OPENAI_MODELS.contains(model)) else {
            return Ok(self.backends.iter().collect());
        };
        let answering: Vec<_> = self
            .backends
            .iter()
            .filter(|backend| [backend.name(), backend.model()].contains(&model))
            .collect();
        if answering.is_empty() {
            return Err(SpeechError::new(ErrorKind::UnknownModel, format!("There is no model {model:?}."))
                .about("model")
                .allowing(self.models().into_iter().map(|model| model.id)));
        }
        Ok(answering)
    }

    /// `backend:voice`, or a bare name that exactly one backend knows.
    fn named(
        &self,
        candidates: &[&Arc<dyn Backend>],
        name: &str,
    ) -> Result<(Arc<dyn Backend>, Voice), SpeechError> {
        if let Some(VoiceId { backend, voice }) = VoiceId::parse(name)
            && let Some(backend) = candidates.iter().find(|candidate| candidate.name() == backend)
        {
            return Ok(((*backend).clone(), backend.voice(&voice)?));
        }
        let mut found = Vec::new();
        for backend in candidates {
            match backend.voice(name) {
                Ok(voice) => found.push(((*backend).clone(), voice)),
                Err(error) if error.kind() == ErrorKind::UnknownVoice => {}
                Err(error) => return Err(error),
            }
        }
        if found.len() > 1 {
            let ids = found.iter().map(|(_, voice)| voice.id.to_string());
            let message = format!("Several backends have a voice {name:?}; name one of them.");
            return Err(SpeechError::new(ErrorKind::UnknownVoice, message).about("voice").allowing(ids));
        }
        found.pop().ok_or_else(|| self.unknown_voice(candidates, name))
    }

    fn unknown_voice(&self, candidates: &[&Arc<dyn Backend>], name: &str) -> SpeechError {
        let voices = candidates.iter().flat_map(|backend| backend.voices());
        let speaking = voices.filter(|voice| voice.status == VoiceStatus::Available);
        let allowed = self.aliases.keys().cloned().chain(speaking.map(|voice| voice.id.voice.clone()));
        let shown: String = name.chars().take(64).collect();
        SpeechError::new(ErrorKind::UnknownVoice, format!("There is no voice {shown:?}."))
            .about("voice")
            .allowing(allowed)
    }
}

/// Sends each request to the backend that has its voice.
#[derive(Clone)]
pub(crate) struct Route<S> {
    inner: S,
    catalogue: Arc<Catalogue>,
}

impl<S> Route<S> {
    pub(crate) fn new(inner: S, catalogue: Arc<Catalogue>) -> Self {
        Self { inner, catalogue }
    }
}

impl<S> Service<Compiled> for Route<S>
where
    S: Service<Call, Response = Encoded, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = Spoken;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Spoken, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, Compiled { request, graph, asked }: Compiled) -> Self::Future {
        let resolved = self.catalogue.resolve(request.model.as_deref(), &request.voice);
        let (backend, voice, reason) = match resolved {
            Ok(resolved) => resolved,
            Err(error) => return Box::pin(async { Err(error) }),
        };
        asked.set(&voice.id);
        let instructed = request.instructions.as_deref().is_some_and(|text| !text.trim().is_empty());
        let mut dropped = backend.unreadable(&graph);
        if instructed && !backend.follows_instructions() {
            dropped.push("instructions".to_owned());
        }
        let model = backend.model().to_owned();
        let characters = graph.text().characters();
        let utterance = Utterance { graph, voice: voice.id.voice.clone(), speed: request.speed };
        let call = self.inner.call(Call { backend, utterance, format: request.format });
        Box::pin(async move {
            let Encoded { sample_rate, audio } = call.await?;
            Ok(Spoken {
                voice,
                model,
                requested_voice: request.voice,
                reason,
                characters,
                dropped,
                sample_rate,
                audio,
            })
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use speech::{PcmStream, Reading, SpeechText, Speed};

    use super::*;

    /// Names only: routing asks a backend for nothing else.
    struct Named {
        name: &'static str,
        voices: Vec<Voice>,
    }

    impl Backend for Named {
        fn name(&self) -> &str {
            self.name
        }
        fn model(&self) -> &str {
            "model-of-it"
        }
        fn voices(&self) -> &[Voice] {
            &self.voices
        }
        fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
            let found = self.voices.iter().find(|voice| voice.id.voice == name);
            found.cloned().ok_or_else(|| SpeechError::new(ErrorKind::UnknownVoice, "no such voice"))
        }
        fn speak(&self, _: Utterance) -> BoxFuture<Result<PcmStream, SpeechError>> {
            Box::pin(async { Err(SpeechError::internal("routing never speaks")) })
        }
    }

    fn backend(name: &'static str, voices: &[&str]) -> Arc<dyn Backend> {
        let voice = |voice: &&str| Voice {
            id: VoiceId { backend: name.into(), voice: (*voice).into() },
            name: (*voice).into(),
            languages: vec!["en-US".into()],
            gender: None,
            description: None,
            status: VoiceStatus::Available,
        };
        Arc::new(Named { name, voices: voices.iter().map(voice).collect() })
    }

    /// A call for the layers below: PCM, of nobody in particular.
    pub(crate) fn call() -> Call {
        let graph = Arc::new(
            language::compile(SpeechText::new("Hello.", None).unwrap(), &Reading::default()).unwrap(),
        );
        let utterance = Utterance { graph, voice: "anna".into(), speed: Speed::NORMAL };
        Call { backend: backend("one", &["anna"]), utterance, format: AudioFormat::Pcm }
    }

    fn catalogue() -> Catalogue {
        let backends = vec![backend("one", &["anna", "both"]), backend("two", &["both", "x:y"])];
        Catalogue::new(backends, BTreeMap::from([("alloy".into(), "two:both".into())]))
    }

    fn resolve(model: Option<&str>, name: &str) -> Result<(String, Reason), (ErrorKind, Vec<String>)> {
        match catalogue().resolve(model, name) {
            Ok((_, voice, reason)) => Ok((voice.id.to_string(), reason)),
            Err(error) => Err((error.kind(), error.allowed().to_vec())),
        }
    }

    #[test]
    fn a_voice_is_found_by_id_by_bare_name_and_by_alias() {
        assert_eq!(resolve(None, "anna"), Ok(("one:anna".into(), Reason::Exact)));
        assert_eq!(resolve(None, "two:both"), Ok(("two:both".into(), Reason::Exact)));
        assert_eq!(resolve(None, "two:x:y"), Ok(("two:x:y".into(), Reason::Exact)));
        assert_eq!(resolve(None, "x:y"), Ok(("two:x:y".into(), Reason::Exact)));
        assert_eq!(resolve(Some("tts-1"), "alloy"), Ok(("two:both".into(), Reason::Alias)));
    }

    #[test]
    fn an_ambiguous_name_is_refused_with_the_ids_unless_the_model_decides() {
        let ids = vec!["one:both".to_owned(), "two:both".to_owned()];
        assert_eq!(resolve(None, "both"), Err((ErrorKind::UnknownVoice, ids)));
        assert_eq!(resolve(Some("one"), "both"), Ok(("one:both".into(), Reason::Exact)));
    }

    #[test]
    fn unknown_names_are_refused_with_what_is_known() {
        let (kind, allowed) = resolve(None, "nobody").unwrap_err();
        assert_eq!(kind, ErrorKind::UnknownVoice);
        assert_eq!(allowed, ["alloy", "anna", "both", "both", "x:y"]);
        let (kind, allowed) = resolve(Some("gpt-9"), "anna").unwrap_err();
        assert_eq!(kind, ErrorKind::UnknownModel);
        assert_eq!(allowed[..3], ["one", "model-of-it", "two"]);
        assert!(allowed.contains(&"tts-1-hd".to_owned()));
    }
}
