//! A graph that answers at once, on the thread that asks.

use std::fmt;
use std::sync::Arc;

use ort::session::RunOptions;

use super::graph::Form;
use super::session::OpenSession;
use super::worker::Run;
use super::{Graph, OpenError, RunError, Runtime, Tensor};

/// A session of its own for a graph so small that a queue in front of it would cost more than the run.
pub struct Small {
    session: OpenSession,
}

impl Small {
    /// Opens a model as it was published, ONNX, from its bytes.
    ///
    /// # Errors
    /// [`OpenError::Refused`].
    pub fn open(runtime: &Runtime, model: &[u8]) -> Result<Self, OpenError> {
        let graph = Graph { bytes: Arc::new(model.to_vec()), form: Form::Onnx };
        let session = OpenSession::new(runtime, &graph)
            .map_err(|error| OpenError::Refused { reason: error.to_string() })?;
        Ok(Self { session })
    }

    /// Runs the graph on `inputs`, by name, and gives its outputs in the graph's order. Blocks until it is done.
    ///
    /// # Errors
    /// [`RunError::Failed`]; the session is ready for the next run.
    pub fn run(&mut self, inputs: Vec<(&'static str, Tensor)>) -> Result<Vec<Tensor>, RunError> {
        self.session.run(inputs, &RunOptions::new()?)
    }
}

impl fmt::Debug for Small {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Small")
    }
}
