//! The model itself, on the sessions of `inference`.

use std::thread;
use std::time::Duration;

use inference::models::ModelStore;
use inference::runtime::{
    Derivation, GraphError, OpenError, Patience, Pool, RunError, Runtime, RuntimeError, Tensor,
};
use speech::{ErrorKind, SpeechError};

use crate::mix::STYLE;
use crate::phonemes::Phonemes;
use crate::sound::{Sound, hear};
use crate::tokens::Tokens;
use crate::{Config, unusable};

/// Where the manifest keeps ONNX Runtime.
const LIBRARY: &str = "onnxruntime";

/// Where the manifest keeps the graph: tokens i64 [1, N], style f32 [1, 256], speed f32 [1] -> audio f32 [L].
const GRAPH: &str = "kokoro/model-int8.onnx";

/// The tensor inside the graph that says how long each token lasts: i64 [1, N], in units of 600 samples.
const DURATIONS: &str = "/encoder/Cast_output_0";

/// The loaded model.
pub(crate) struct Synthesis {
    runtime: Runtime,
    pool: Pool,
    longest_wait: Duration,
}

/// Everything that a piece sounds like depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Job {
    pub(crate) tokens: Tokens,
    /// Samples of silence that belong after each of its words.
    pub(crate) rests: Vec<usize>,
    pub(crate) style: Vec<f32>,
    pub(crate) speed: f32,
}

impl Synthesis {
    /// Opens the sessions; the first one is ready when this returns.
    pub(crate) fn open(config: &Config, store: &ModelStore) -> Result<Self, SpeechError> {
        let derivation = derivation(store)?;
        let (runtime, cached) = thread::scope(|scope| {
            let graph = scope.spawn(|| derivation.cached());
            (runtime(store), graph.join().unwrap_or_default())
        });
        let runtime = runtime?;
        let graph = match cached {
            Some(graph) => graph,
            None => {
                let model = store.bytes(GRAPH).map_err(unusable)?;
                derivation.make(&runtime, model).map_err(|error: GraphError| failed(error))?
            }
        };
        let pool = Pool::open(&runtime, graph, config.pool()).map_err(|error: OpenError| failed(error))?;
        Ok(Self { runtime, pool, longest_wait: config.longest_wait() })
    }

    /// Who knows how words are said, on the same runtime.
    ///
    /// # Errors
    /// [`ErrorKind::BackendFailed`].
    pub(crate) fn phonemes(&self) -> Result<Phonemes, SpeechError> {
        Phonemes::open(&self.runtime).map_err(|error: OpenError| failed(error))
    }

    /// Whether any session is left.
    pub(crate) fn is_open(&self) -> bool {
        self.pool.is_open()
    }

    /// Pieces that wait for a session or are on one.
    pub(crate) fn jobs(&self) -> usize {
        self.pool.jobs()
    }

    /// Speaks one piece. A text that has begun to be heard is never sent away for want of a session.
    ///
    /// # Errors
    /// [`ErrorKind::Overloaded`] to a beginner when all sessions stay busy, [`ErrorKind::BackendFailed`].
    pub(crate) async fn run(&self, job: Job, has_begun: bool) -> Result<Sound, SpeechError> {
        let Job { tokens, rests, style, speed } = job;
        let Tokens { ids, sounds } = tokens;
        let length = i64::try_from(ids.len()).map_err(SpeechError::internal)?;
        let inputs = vec![
            ("tokens", Tensor::i64([1, length], ids)),
            ("style", Tensor::f32([1, STYLE as i64], style)),
            ("speed", Tensor::f32([1], vec![speed])),
        ];
        let patience = if has_begun { Patience::Unlimited } else { Patience::AtMost(self.longest_wait) };
        let outputs = self.pool.run(inputs, patience).await.map_err(not_run)?;
        let mut outputs = outputs.into_iter();
        let audio = outputs.next().and_then(Tensor::into_f32);
        let durations = outputs.next().and_then(Tensor::into_i64);
        let sound =
            audio.zip(durations).and_then(|(audio, durations)| hear(&audio, &durations, &sounds, &rests));
        sound.ok_or_else(|| failed("the model's durations are not those of its audio"))
    }
}

fn runtime(store: &ModelStore) -> Result<Runtime, SpeechError> {
    let library = store.path(LIBRARY).map_err(unusable)?;
    Runtime::load(&library).map_err(|error: RuntimeError| failed(error))
}

fn derivation(store: &ModelStore) -> Result<Derivation, SpeechError> {
    let source = store.source_sha256(GRAPH).map_err(unusable)?;
    let library = store.source_sha256(LIBRARY).map_err(unusable)?;
    Ok(Derivation::new(&store.derived_dir(), source, library, &[DURATIONS]))
}

fn not_run(error: RunError) -> SpeechError {
    match error {
        RunError::Busy { retry_after } => SpeechError::new(
            ErrorKind::Overloaded,
            "Kokoro is busy with other requests; try again in a moment.",
        )
        .retry_after(retry_after)
        .caused_by(error),
        RunError::Failed { .. } | RunError::Closed => failed(error),
    }
}

fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SpeechError {
    SpeechError::new(ErrorKind::BackendFailed, "Kokoro could not speak; the request may be tried again.")
        .caused_by(cause)
}
