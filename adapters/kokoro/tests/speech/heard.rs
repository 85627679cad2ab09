//! The model, opened once for all tests, and what is heard of it.

use std::sync::{Arc, LazyLock};

use ebur128::{EbuR128, Mode};
use futures::TryStreamExt;
use inference::models::{Manifest, ModelStore, default_cache_dir};
use kokoro::{Config, Kokoro};
use speech::{
    Backend, Delivery, Lexicon, PcmChunk, PcmStream, Reading, Receipt, Saying, Sound, SpeechError,
    SpeechText, Speed, Utterance, WordTiming,
};

/// Samples per second.
pub(crate) const RATE: usize = 24_000;

/// The model in the user's own cache. All tests speak at once, and wait for one another.
pub(crate) static KOKORO: LazyLock<Kokoro> =
    LazyLock::new(|| open(&Config { queue: 1000, longest_wait_ms: 3_600_000, ..Config::default() }));

pub(crate) fn open(config: &Config) -> Kokoro {
    match Kokoro::open("kokoro", config, &store()) {
        Ok(kokoro) => kokoro,
        Err(error) => panic!(
            "the tests need the model; run `cargo xtask test`, which fetches it: {error} {:?}",
            std::error::Error::source(&error)
        ),
    }
}

pub(crate) fn store() -> ModelStore {
    let opened = Manifest::builtin().and_then(|manifest| {
        Ok(ModelStore::open(manifest, default_cache_dir(|name| std::env::var_os(name))?))
    });
    match opened {
        Ok(store) => store,
        Err(error) => panic!("no model store: {error}"),
    }
}

pub(crate) fn utterance(text: &str, voice: &str, speed: f64) -> Utterance {
    read(text, &Reading::default(), voice, speed)
}

fn read(text: &str, reading: &Reading, voice: &str, speed: f64) -> Utterance {
    let graph = SpeechText::new(text, None).map(|text| language::compile(text, reading));
    let (Ok(Ok(graph)), Ok(speed)) = (graph, Speed::new(speed)) else {
        panic!("the test's own text or speed is bad")
    };
    let delivery = Delivery { speed, timed: true, ..Delivery::plain(voice) };
    Utterance { graph: Arc::new(graph), delivery }
}

/// All that was heard of a text.
pub(crate) struct Heard {
    pub(crate) chunks: Vec<PcmChunk>,
}

impl Heard {
    pub(crate) fn samples(&self) -> Vec<f32> {
        self.chunks.iter().flat_map(|chunk| chunk.samples.iter().copied()).collect()
    }

    pub(crate) fn words(&self) -> Vec<WordTiming> {
        self.chunks.iter().flat_map(|chunk| chunk.words.iter().cloned()).collect()
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.samples().len() as f64 / RATE as f64
    }
}

pub(crate) async fn speak(text: &str, voice: &str, speed: f64) -> Result<Heard, SpeechError> {
    heard(utterance(text, voice, speed)).await
}

/// With the shapes of the mouth.
pub(crate) async fn speak_seen(text: &str, voice: &str, speed: f64) -> Result<Heard, SpeechError> {
    let Utterance { graph, delivery } = utterance(text, voice, speed);
    heard(Utterance { graph, delivery: Delivery { visemes: true, ..delivery } }).await
}

async fn heard(utterance: Utterance) -> Result<Heard, SpeechError> {
    let stream = KOKORO.speak(utterance, Receipt::default()).await?;
    Ok(Heard { chunks: samples(stream).chunks.try_collect().await? })
}

/// A model in this process gives samples.
pub(crate) fn samples(sound: Sound) -> PcmStream {
    match sound {
        Sound::Samples(samples) => samples,
        Sound::Encoded(_) => panic!("another kind of sound"),
    }
}

/// With a lexicon.
pub(crate) async fn speak_with(
    entries: &[(&str, Saying)],
    text: &str,
    voice: &str,
) -> Result<Heard, SpeechError> {
    let entries = entries.iter().map(|(word, saying)| ((*word).to_owned(), saying.clone()));
    let reading = Reading { lexicon: Lexicon::new(entries)?, ..Reading::default() };
    heard(read(text, &reading, voice, 1.0)).await
}

/// The root mean square of each 5 ms.
pub(crate) fn energy(samples: &[f32]) -> Vec<f32> {
    samples
        .chunks(120)
        .map(|frame| (frame.iter().map(|s| s * s).sum::<f32>() / frame.len() as f32).sqrt())
        .collect()
}

/// The integrated loudness in LUFS, by BS.1770.
pub(crate) fn loudness(samples: &[f32]) -> f64 {
    let measured = EbuR128::new(1, RATE as u32, Mode::I).and_then(|mut meter| {
        meter.add_frames_f32(samples)?;
        meter.loudness_global()
    });
    match measured {
        Ok(loudness) => loudness,
        Err(error) => panic!("{error}"),
    }
}
