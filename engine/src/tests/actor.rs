//! A backend that does as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::FutureExt as _;
use futures::stream::{self, StreamExt};
use speech::{
    Backend, BoxFuture, Capabilities, Codec, EncodedChunk, EncodedStream, ErrorKind, Gender, Model, PcmChunk,
    PcmStream, Receipt, SampleRate, Sound, SpeechError, Speed, Utterance, Voice,
};
use tokio::time::sleep;

const RATE: SampleRate = SampleRate::new(8000).unwrap();

/// What an actor does when it is called; it speaks when nothing else is left to do.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    Speaks,
    Refuses(ErrorKind),
    /// It has taken the request, and then breaks off before any sound.
    BreaksOff,
    /// It gives half of the sound.
    BreaksOffInTheMiddle,
    Stalls,
    /// It gives a sample every ten seconds, and never ends.
    Trickles,
    /// It has taken the request, and does that after a while.
    Late(Duration, &'static Deed),
}

/// Speaks 100 ms a character, as loud as it is told to.
pub(crate) struct Actor {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) voices: Arc<[Voice]>,
    pub(super) is_local: bool,
    pub(super) reads_ssml: bool,
    pub(super) most_characters: Option<usize>,
    /// Whether each of its voices is somewhere else.
    pub(super) is_apart: bool,
    /// Whether it knows no pace but its own.
    pub(super) keeps_pace: bool,
    /// What only it can make; its bytes are the text's.
    pub(super) own_codec: Option<Codec>,
    /// What it writes before a text, which is charged for as well.
    pub(super) preface: Option<&'static str>,
    pub(super) level: f32,
    pub(super) deeds: Mutex<VecDeque<Deed>>,
    pub(super) said: Mutex<Vec<String>>,
    /// One more of it is out for each call that was taken and is still waited for.
    pub(super) awaited: Arc<()>,
}

impl Actor {
    pub(crate) fn new(name: &'static str, kind: &'static str, voices: &[(&str, Gender)]) -> Self {
        let voice = |(voice, gender): &(&str, Gender)| Voice {
            gender: Some(*gender),
            languages: vec!["en-US".into()],
            ..Voice::named(name, voice)
        };
        Self {
            name,
            kind,
            voices: voices.iter().map(voice).collect(),
            is_local: kind == "own",
            reads_ssml: false,
            most_characters: None,
            is_apart: false,
            keeps_pace: false,
            own_codec: None,
            preface: None,
            level: 0.5,
            deeds: Mutex::default(),
            said: Mutex::default(),
            awaited: Arc::default(),
        }
    }

    pub(crate) fn reading_ssml(self) -> Self {
        Self { reads_ssml: true, ..self }
    }

    pub(crate) fn taking(self, most_characters: usize) -> Self {
        Self { most_characters: Some(most_characters), ..self }
    }

    pub(crate) fn keeping_apart(self) -> Self {
        Self { is_apart: true, ..self }
    }

    pub(crate) fn keeping_pace(self) -> Self {
        Self { keeps_pace: true, ..self }
    }

    pub(crate) fn will(&self, deeds: impl IntoIterator<Item = Deed>) {
        self.deeds.lock().unwrap().extend(deeds);
    }

    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// How many calls it has taken that have given no sound yet and were not hung up on.
    pub(crate) fn awaited(&self) -> usize {
        Arc::strong_count(&self.awaited) - 1
    }
}

impl Backend for Actor {
    fn name(&self) -> &str {
        self.name
    }
    fn kind(&self) -> &str {
        self.kind
    }
    fn models(&self) -> Arc<[Model]> {
        let id = format!("{}-1", self.kind);
        Arc::new([Model {
            name: id.clone(),
            id,
            most_characters: self.most_characters,
            languages: Vec::new(),
            deprecated_after: None,
        }])
    }
    fn voices(&self) -> Arc<[Voice]> {
        Arc::clone(&self.voices)
    }
    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        let found = self.voices.iter().find(|voice| voice.id.voice == name);
        found.cloned().ok_or_else(|| SpeechError::new(ErrorKind::UnknownVoice, "no such voice"))
    }
    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        let is_asked = self.keeps_pace && utterance.delivery.speed != Speed::NORMAL;
        is_asked.then(|| "speed".to_owned()).into_iter().collect()
    }
    fn capabilities(&self) -> Capabilities {
        let formats = self.own_codec.into_iter().collect();
        Capabilities { ssml: self.reads_ssml, formats, ..Capabilities::default() }
    }
    fn joins(&self, voice: &str, other: &str) -> bool {
        !self.is_apart || voice == other
    }
    /// It cannot say any phonemes.
    fn check(&self, utterance: &Utterance) -> Result<(), SpeechError> {
        match utterance.graph.score() {
            Some(score) if !score.sayings.is_empty() => {
                Err(SpeechError::new(ErrorKind::InvalidText, "No phonemes."))
            }
            _ => Ok(()),
        }
    }
    fn billed(&self, utterance: &Utterance) -> Option<String> {
        Some([self.preface?, utterance.graph.text().as_str()].concat())
    }
    fn is_local(&self) -> bool {
        self.is_local
    }
    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let text = match utterance.graph.score() {
            Some(score) if self.reads_ssml => language::ssml::written(&score.document),
            _ => utterance.graph.text().as_str().to_owned(),
        };
        let deed = self.deeds.lock().unwrap().pop_front().unwrap_or(Deed::Speaks);
        self.said.lock().unwrap().push(text.clone());
        if self.own_codec == Some(utterance.delivery.format.codec) {
            receipt.take();
            let bytes = text.into_bytes().into();
            let chunks = stream::iter([Ok(EncodedChunk { bytes, words: Vec::new() })]).boxed();
            let sound = Sound::Encoded(EncodedStream { format: utterance.delivery.format, chunks });
            return Box::pin(async { Ok(sound) });
        }
        let wave = |at: usize| self.level * (at as f32 * 400.0 * std::f32::consts::TAU / 8000.0).sin();
        let samples: Vec<f32> = (0..text.chars().count() * RATE.get() as usize / 10).map(wave).collect();
        let half = samples[..samples.len() / 2].to_vec();
        let awaited = Arc::clone(&self.awaited);
        let broken = || Err(SpeechError::new(ErrorKind::BackendFailed, "It broke."));
        let chunk = |samples| Ok(PcmChunk { samples, words: Vec::new() });
        Box::pin(async move {
            let (wait, deed) = match deed {
                Deed::Late(wait, deed) => (Some(wait), *deed),
                deed => (None, deed),
            };
            let chunks = match deed {
                Deed::Trickles => {
                    receipt.take();
                    let chunks = stream::repeat_with(move || chunk(vec![0.1]));
                    let chunks = chunks.then(async |chunk| {
                        sleep(Duration::from_secs(10)).await;
                        chunk
                    });
                    return Ok(Sound::Samples(PcmStream { sample_rate: RATE, chunks: chunks.boxed() }));
                }
                Deed::Refuses(kind) => return Err(SpeechError::new(kind, "It refuses.")),
                Deed::Stalls | Deed::Late(..) => std::future::pending().await,
                Deed::Speaks => vec![chunk(samples)],
                Deed::BreaksOff => vec![broken()],
                Deed::BreaksOffInTheMiddle => vec![chunk(half), broken()],
            };
            receipt.take();
            let chunks = async move {
                if let Some(wait) = wait {
                    sleep(wait).await;
                }
                drop(awaited);
                stream::iter(chunks)
            };
            let chunks = chunks.flatten_stream().boxed();
            Ok(Sound::Samples(PcmStream { sample_rate: RATE, chunks }))
        })
    }
}
