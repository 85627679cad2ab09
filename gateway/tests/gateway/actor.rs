//! Backends beside the tone generator. Each has German voices of its own, and does as it is told when it is called.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures::stream::{self, StreamExt as _};
use speech::{
    Backend, BoxFuture, ErrorKind, Gender, Model, PcmChunk, PcmStream, Receipt, SampleRate, Sound,
    SpeechError, Utterance, Voice,
};

use crate::server::{House, Server};

const RATE: SampleRate = SampleRate::new(24_000).unwrap();

/// The left is twice as dear as all others.
pub(crate) const RATES: &str = r#"
[[rate]]
backend = "left"
models = ["*"]
from = "1970-01-01"
usd_per_million_characters = "20"
[[rate]]
backend = "right"
models = ["*"]
from = "1970-01-01"
usd_per_million_characters = "10"
[[rate]]
backend = "third"
models = ["*"]
from = "1970-01-01"
usd_per_million_characters = "10"
"#;

/// What an actor does when it is called; it speaks when nothing else is left to do.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    Speaks,
    Refuses,
    /// In the middle of what it says.
    BreaksOff,
}

pub(crate) struct Actor {
    name: &'static str,
    voices: Mutex<Arc<[Voice]>>,
    deeds: Mutex<VecDeque<Deed>>,
    said: Mutex<Vec<String>>,
}

impl Actor {
    pub(crate) fn new(name: &'static str, voices: &[(&str, Gender)]) -> Arc<Self> {
        let actor =
            Self { name, voices: Mutex::new(Arc::new([])), deeds: Mutex::default(), said: Mutex::default() };
        actor.lists(voices);
        Arc::new(actor)
    }

    /// From now on it has these voices.
    pub(crate) fn lists(&self, voices: &[(&str, Gender)]) {
        let voice = |(voice, gender): &(&str, Gender)| Voice {
            gender: Some(*gender),
            languages: vec!["de-DE".into()],
            preview_url: Some(format!("https://{}.example/{voice}.mp3", self.name)),
            ..Voice::named(self.name, voice)
        };
        *self.voices.lock().unwrap() = voices.iter().map(voice).collect();
    }

    pub(crate) fn will(&self, deeds: impl IntoIterator<Item = Deed>) {
        self.deeds.lock().unwrap().extend(deeds);
    }

    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

impl Backend for Actor {
    fn name(&self) -> &str {
        self.name
    }

    fn models(&self) -> Arc<[Model]> {
        Arc::new([Model {
            id: format!("{}-1", self.name),
            name: self.name.into(),
            most_characters: None,
            languages: Vec::new(),
            deprecated_after: None,
        }])
    }

    fn voices(&self) -> Arc<[Voice]> {
        self.voices.lock().unwrap().clone()
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        let found = self.voices().iter().find(|voice| voice.id.voice == name).cloned();
        found.ok_or_else(|| SpeechError::new(ErrorKind::UnknownVoice, "no such voice"))
    }

    fn leaves_out(&self, _: &Utterance) -> Vec<String> {
        Vec::new()
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let text = utterance.graph.text().as_str().to_owned();
        let deed = self.deeds.lock().unwrap().pop_front().unwrap_or(Deed::Speaks);
        let half = text.chars().count() * RATE.get() as usize / 20;
        self.said.lock().unwrap().push(text);
        let half = || Ok(PcmChunk { samples: vec![0.5; half], words: Vec::new() });
        let fall = || SpeechError::new(ErrorKind::BackendFailed, "The actor fell.");
        let chunks = match deed {
            Deed::Speaks => [half(), half()],
            Deed::BreaksOff => [half(), Err(fall())],
            Deed::Refuses => return Box::pin(async move { Err(fall()) }),
        };
        receipt.take();
        Box::pin(async { Ok(PcmStream { sample_rate: RATE, chunks: stream::iter(chunks).boxed() }.into()) })
    }
}

/// A server with two actors, who have a woman and a man each: those of the right stand in for those of the left.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) left: Arc<Actor>,
    pub(crate) right: Arc<Actor>,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        Self::with(House::default()).await
    }

    /// In that house.
    pub(crate) async fn with(house: House) -> Self {
        let left = Actor::new("left", &[("anna", Gender::Female), ("arno", Gender::Male)]);
        let right = Actor::new("right", &[("berta", Gender::Female), ("bert", Gender::Male)]);
        let house = House { others: vec![left.clone(), right.clone()], rates: RATES, ..house };
        Self { server: Server::of_house(house).await, left, right }
    }
}
