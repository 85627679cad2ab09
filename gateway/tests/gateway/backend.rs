//! A backend whose voices are named after what they do.

use std::sync::{Arc, Mutex};

use futures::stream::{self, BoxStream, StreamExt};
use speech::{
    Backend, BoxFuture, Date, Delivery, ErrorKind, Gender, Model, PcmChunk, PcmStream, Receipt, SampleRate,
    Sound, SpeechError, TimingKind, Utterance, Viseme, Voice, VoiceStatus, WordTiming,
};
use tokio::sync::watch;

/// Samples of one chunk: a tenth of a second.
pub(crate) const CHUNK: usize = 2400;
/// Samples per second.
const RATE: SampleRate = SampleRate::new(24_000).unwrap();
/// Voices that are not listed, as no mix is. The first is as `words`, but shows none; the others tell all words behind the audio, and
/// with its first chunk.
const OTHER: &str = "other";
const LATE: &str = "late";
const EARLY: &str = "early";
/// Chunks that `tone` speaks.
pub(crate) const CHUNKS: usize = 3;

/// What a test can see of the backend's work.
#[derive(Clone)]
pub(crate) struct Work {
    /// Speeches that were asked for.
    pub(crate) begun: watch::Sender<usize>,
    /// Chunks that were made.
    pub(crate) made: watch::Sender<usize>,
    /// Speeches that ended or were dropped.
    pub(crate) ended: watch::Sender<usize>,
    /// Chunks that `gated` may make.
    pub(crate) gate: watch::Sender<usize>,
    /// What `ready` says.
    pub(crate) broken: watch::Sender<bool>,
    /// What was to be said, and how.
    pub(crate) utterances: Arc<Mutex<Vec<Utterance>>>,
}

impl Work {
    pub(crate) fn new() -> Self {
        let counter = || watch::channel(0).0;
        Self {
            begun: counter(),
            made: counter(),
            ended: counter(),
            gate: counter(),
            broken: watch::channel(false).0,
            utterances: Arc::default(),
        }
    }
}

/// Waits until a counter has that value or more.
pub(crate) async fn reaches(counter: &watch::Sender<usize>, value: usize) {
    counter.subscribe().wait_for(|&now| now >= value).await.unwrap();
}

/// A voice that is announced to end within the month.
pub(crate) const ENDING: &str = "ending";

pub(crate) struct Tone {
    voices: Vec<Voice>,
    work: Work,
}

impl Tone {
    pub(crate) fn new(work: Work) -> Arc<Self> {
        let voice = |name: &str, status| Voice {
            name: name.to_uppercase(),
            languages: vec!["en-US".into()],
            gender: Some(Gender::Female),
            status,
            ..Voice::named("tone", name)
        };
        let speaking = ["tone", "endless", "gated", "breaks", "busy", "mute", "panics", "words", "vendor"];
        let mut voices: Vec<_> = speaking.map(|name| voice(name, VoiceStatus::Available)).into();
        voices.push(voice(
            "foreign",
            VoiceStatus::Unavailable { reason: "Its language is not spoken yet.".into() },
        ));
        Arc::new(Self { voices, work })
    }
}

/// Counts the end of a speech, whoever ends it.
struct Ends(Work);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.ended.send_modify(|ended| *ended += 1);
    }
}

impl Backend for Tone {
    fn name(&self) -> &str {
        "tone"
    }

    fn models(&self) -> Arc<[Model]> {
        Arc::new([Model {
            id: "sine-1".into(),
            name: "Sine".into(),
            most_characters: None,
            languages: Vec::new(),
            deprecated_after: None,
        }])
    }

    fn voices(&self) -> Arc<[Voice]> {
        self.voices.clone().into()
    }

    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        let instructions = utterance.delivery.instructions.is_some().then(|| "instructions".to_owned());
        instructions.into_iter().chain(utterance.delivery.extras.beside(&[])).collect()
    }

    fn times_words(&self) -> bool {
        true
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        if name == ENDING {
            // The clock says the first of January 1970.
            let deprecated_after = Some(Date::constant(1970, 1, 31));
            return Ok(Voice { deprecated_after, ..Voice::named("tone", name) });
        }
        if [OTHER, LATE, EARLY].contains(&name) {
            return Ok(Voice::named("tone", name));
        }
        let voice = self.voices.iter().find(|voice| voice.id.voice == name).cloned();
        let voice = voice.ok_or_else(|| SpeechError::new(ErrorKind::UnknownVoice, "no such voice"))?;
        match &voice.status {
            VoiceStatus::Available => Ok(voice),
            VoiceStatus::Unavailable { reason } => {
                Err(SpeechError::new(ErrorKind::VoiceUnavailable, reason.clone()).about("voice"))
            }
        }
    }

    fn ready(&self) -> Result<(), SpeechError> {
        match *self.work.broken.borrow() {
            true => Err(SpeechError::new(ErrorKind::ModelMissing, "The sine table is missing.")),
            false => Ok(()),
        }
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let work = self.work.clone();
        let ends = Ends(work.clone());
        Box::pin(async move {
            work.begun.send_modify(|begun| *begun += 1);
            work.utterances.lock().unwrap().push(utterance.clone());
            if utterance.delivery.voice != "busy" {
                receipt.take();
            }
            let chunks: BoxStream<'static, _> = match utterance.delivery.voice.as_str() {
                "tone" | ENDING => tone(work).take(CHUNKS).map(Ok).boxed(),
                "endless" => tone(work).map(Ok).boxed(),
                "gated" => gated(work).map(Ok).boxed(),
                "breaks" => tone(work).take(1).map(Ok).chain(broken()).boxed(),
                "words" | OTHER => words(work, &utterance).map(Ok).boxed(),
                name @ (LATE | EARLY) => {
                    let is_late = name == LATE;
                    all_words_at_once(work, &utterance, is_late).await.map(Ok).boxed()
                }
                "vendor" => {
                    receipt.note(|usage| {
                        usage.request_id = Some("vendors-own-id".into());
                        usage.characters = Some(7);
                    });
                    let chunks = tone(work).take(CHUNKS).map(Ok).inspect(move |_| _ = &ends).boxed();
                    return Ok(Sound::Samples(PcmStream { sample_rate: RATE, chunks }));
                }
                "busy" => return Err(SpeechError::new(ErrorKind::Overloaded, "Every worker is taken.")),
                "mute" => std::future::pending().await,
                name => panic!("the voice {name} panics"),
            };
            let chunks = chunks.inspect(move |_| _ = &ends).boxed();
            Ok(PcmStream { sample_rate: RATE, chunks }.into())
        })
    }
}

/// A tone of 440 Hz without end.
fn tone(work: Work) -> impl futures::Stream<Item = PcmChunk> + Send {
    stream::iter(0..).map(move |index: usize| {
        work.made.send_modify(|made| *made += 1);
        let sample = |n: usize| 0.5 * (n as f32 * 440.0 * std::f32::consts::TAU / 24_000.0).sin();
        let samples = (index * CHUNK..(index + 1) * CHUNK).map(sample).collect();
        PcmChunk { samples, words: Vec::new() }
    })
}

/// A word a chunk, each begun 10 milliseconds into it and over 20 before its end; with two shapes of the mouth where those
/// are wanted.
fn words(work: Work, utterance: &Utterance) -> impl futures::Stream<Item = PcmChunk> + Send + use<> {
    let plain = utterance.graph.plain();
    let Delivery { visemes, voice, .. } = &utterance.delivery;
    let shapes: &[(u8, u64)] = if *visemes && voice != OTHER { &[(6, 0), (0, 50)] } else { &[] };
    let start_of = |word: &str| word.as_ptr() as usize - plain.as_str().as_ptr() as usize;
    let words: Vec<WordTiming> = plain
        .as_str()
        .split_whitespace()
        .zip(0..)
        .map(|(word, number)| {
            let span = plain.span(start_of(word)..start_of(word) + word.len());
            let start_ms = number * 100 + 10;
            let viseme =
                |&(id, after_ms)| Viseme { id, at_ms: start_ms + after_ms, kind: TimingKind::Measured };
            WordTiming {
                text: word.to_owned(),
                start_ms,
                end_ms: start_ms + 70,
                offset: span.offset,
                length: span.length,
                kind: TimingKind::Measured,
                letters: Vec::new(),
                visemes: shapes.iter().map(viseme).collect(),
            }
        })
        .collect();
    tone(work).zip(stream::iter(words)).map(|(chunk, word)| PcmChunk { words: vec![word], ..chunk })
}

/// The same with all words in the first chunk, or in one without sound behind the last.
async fn all_words_at_once(
    work: Work,
    utterance: &Utterance,
    is_late: bool,
) -> impl futures::Stream<Item = PcmChunk> + Send + use<> {
    let mut chunks: Vec<PcmChunk> = words(work, utterance).collect().await;
    let told: Vec<WordTiming> =
        chunks.iter_mut().flat_map(|chunk| std::mem::take(&mut chunk.words)).collect();
    if is_late {
        chunks.push(PcmChunk { samples: Vec::new(), words: told });
    } else if let Some(first) = chunks.first_mut() {
        first.words = told;
    }
    stream::iter(chunks)
}

/// One chunk at once, each further one when the test opens the gate, and the end of what `tone` says when it is
/// opened wide.
fn gated(work: Work) -> impl futures::Stream<Item = PcmChunk> + Send {
    let gate = work.gate.subscribe();
    tone(work)
        .enumerate()
        .then(move |(index, chunk)| {
            let mut gate = gate.clone();
            async move {
                let open = *gate.wait_for(|&open| open >= index).await.unwrap();
                (open < usize::MAX || index < CHUNKS).then_some(chunk)
            }
        })
        .take_while(|chunk| futures::future::ready(chunk.is_some()))
        .filter_map(futures::future::ready)
}

fn broken() -> impl futures::Stream<Item = Result<PcmChunk, SpeechError>> + Send {
    let error = SpeechError::new(ErrorKind::BackendFailed, "The sine broke.").caused_by("a secret cause");
    stream::iter([Err(error)])
}
