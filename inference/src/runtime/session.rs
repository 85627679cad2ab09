//! Opening a graph, and running it.

use std::path::Path;

use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::session::{RunOptions, Session};

use super::graph::Form;
use super::queue::Inputs;
use super::worker::Run;
use super::{Graph, RunError, Runtime, Tensor};

/// A session of one thread: the one that calls it.
pub(super) struct OpenSession {
    session: Session,
    /// The weights that the session uses where they lie: declared after it, hence freed after it.
    _graph: Graph,
}

impl OpenSession {
    pub(super) fn new(runtime: &Runtime, graph: &Graph) -> ort::Result<Self> {
        let builder = builder(runtime)?;
        let mut builder = match graph.form {
            Form::Onnx => builder.with_optimization_level(GraphOptimizationLevel::All)?,
            // The session borrows the bytes. `commit_from_memory_directly` would say so with a lifetime, but
            // what it returns cannot be run (ort 2.0.0-rc.15); `_graph` stands in for the lifetime.
            Form::Optimised => builder
                .with_optimization_level(GraphOptimizationLevel::Disable)?
                .with_config_entry("session.use_ort_model_bytes_directly", "1")?
                .with_config_entry("session.use_ort_model_bytes_for_initializers", "1")?,
        };
        Ok(Self { session: builder.commit_from_memory(&graph.bytes)?, _graph: graph.clone() })
    }
}

impl Run for OpenSession {
    fn run(&mut self, inputs: Inputs, options: &RunOptions) -> Result<Vec<Tensor>, RunError> {
        let inputs = inputs
            .into_iter()
            .map(|(name, tensor)| Ok((name, tensor.into_input()?)))
            .collect::<ort::Result<Vec<_>>>()?;
        let outputs = self.session.run_with_options(inputs, options)?;
        outputs.values().map(|value| Tensor::from_output(&value)).collect()
    }
}

/// Optimises a model for this machine and writes it to `path` in ONNX Runtime's own format.
pub(super) fn optimise(runtime: &Runtime, model: &[u8], path: &Path) -> ort::Result<()> {
    builder(runtime)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_config_entry("session.save_model_format", "ORT")?
        .with_optimized_model_path(path)?
        .commit_from_memory(model)?;
    Ok(())
}

fn builder(runtime: &Runtime) -> ort::Result<SessionBuilder> {
    Ok(Session::builder(&runtime.environment)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        // A plan of the memory is kept for every shape that was ever seen, and texts have many.
        .with_memory_pattern(false)?)
}
