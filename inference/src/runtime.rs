//! ONNX Runtime: the library, graphs made ready for this machine, and the pool of sessions that runs them.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use inference::runtime::{Graph, Patience, Pool, PoolOptions, Runtime, Tensor};
//!
//! let runtime = Runtime::load("libonnxruntime.so".as_ref())?;
//! let pool = Pool::open(&runtime, Graph::from_bytes(std::fs::read("model.onnx")?), PoolOptions::default())?;
//! let outputs = pool.run(vec![("speed", Tensor::f32([1], vec![1.0]))], Patience::Unlimited).await?;
//! # Ok(())
//! # }
//! ```

mod graph;
mod library;
mod pool;
mod queue;
mod tensor;
mod worker;

pub use graph::Graph;
pub use library::{Runtime, RuntimeError};
pub use pool::{OpenError, Patience, Pool, PoolOptions, RunError};
pub use tensor::Tensor;
