//! ONNX Runtime: the library, graphs made ready for this machine, and the pool of sessions that runs them.
//!
//! ```no_run
//! # async fn example(store: inference::models::ModelStore) -> Result<(), Box<dyn std::error::Error>> {
//! use inference::runtime::{Derivation, Patience, Pool, PoolOptions, Runtime, Tensor};
//!
//! let runtime = Runtime::load(&store.path("onnxruntime")?)?;
//! let (source, library) = (store.source_sha256("model.onnx")?, store.source_sha256("onnxruntime")?);
//! let derivation = Derivation::new(&store.derived_dir(), source, library, &["/an/inner/tensor"]);
//! let graph = match derivation.cached() {
//!     Some(graph) => graph,
//!     None => derivation.make(&runtime, store.bytes("model.onnx")?)?,
//! };
//! let options = PoolOptions { sessions: std::num::NonZeroUsize::MIN, queue: 8 };
//! let pool = Pool::open(&runtime, graph, options)?;
//! let outputs = pool.run(vec![("speed", Tensor::f32([1], vec![1.0]))], Patience::Unlimited).await?;
//! # Ok(())
//! # }
//! ```

mod cpu;
mod graph;
mod library;
mod onnx;
mod pool;
mod queue;
mod session;
mod small;
mod tensor;
mod worker;

pub use graph::{Derivation, Graph, GraphError};
pub use library::{Runtime, RuntimeError, TELEMETRY_OFF};
pub use pool::{OpenError, Patience, Pool, PoolOptions, RunError};
pub use small::Small;
pub use tensor::Tensor;
