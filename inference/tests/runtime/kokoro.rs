//! The real Kokoro on the real ONNX Runtime.

use std::num::NonZeroUsize;
use std::path::Path;

use inference::models::{Manifest, ModelStore, default_cache_dir};
use inference::runtime::{Derivation, Graph, Pool, PoolOptions, Runtime, Tensor};

pub(crate) const MODEL: &str = "kokoro/model-int8.onnx";
/// Frames of 600 samples for each token.
pub(crate) const DURATIONS: &str = "/encoder/Cast_output_0";

const MISSING: &str = "run `cargo xtask test`, which fetches the models";

pub(crate) fn store() -> ModelStore {
    let cache = default_cache_dir(|name| std::env::var_os(name)).unwrap();
    ModelStore::open(Manifest::builtin().unwrap(), cache)
}

pub(crate) fn runtime() -> Runtime {
    Runtime::load(&store().path("onnxruntime").expect(MISSING)).unwrap()
}

pub(crate) fn source() -> Vec<u8> {
    store().bytes(MODEL).expect(MISSING)
}

pub(crate) fn derivation(directory: &Path, outputs: &[&str]) -> Derivation {
    let sha256 = |name| store().source_sha256(name).unwrap();
    Derivation::new(directory, sha256(MODEL), sha256("onnxruntime"), outputs)
}

/// The graph that the program uses, made on first use.
pub(crate) fn graph() -> Graph {
    let derivation = derivation(&store().derived_dir(), &[DURATIONS]);
    derivation.cached().unwrap_or_else(|| derivation.make(&runtime(), source()).unwrap())
}

pub(crate) fn pool(graph: Graph, sessions: usize, queue: usize) -> Pool {
    let options = PoolOptions { sessions: NonZeroUsize::new(sessions).unwrap(), queue };
    Pool::open(&runtime(), graph, options).unwrap()
}

/// "Hello, world." so many times, at most 33; each is about one second of speech.
pub(crate) fn hello(times: usize) -> Vec<(&'static str, Tensor)> {
    const HELLO: [i64; 15] = [50, 83, 54, 156, 57, 135, 3, 16, 65, 87, 158, 54, 46, 4, 16];
    let tokens: Vec<i64> = [&[0], HELLO.repeat(times).as_slice(), &[0]].concat();
    let voice = store().bytes("kokoro/voices/af_heart.bin").expect(MISSING);
    let row = &voice.as_chunks::<1024>().0[HELLO.len() * times - 1];
    let style = row.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    vec![
        ("tokens", Tensor::i64([1, tokens.len() as i64], tokens)),
        ("style", Tensor::f32([1, 256], style)),
        ("speed", Tensor::f32([1], vec![1.0])),
    ]
}
