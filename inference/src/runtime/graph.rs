//! Graphs made ready for this machine, and kept.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::session::{OpenSession, optimise};
use super::{Runtime, cpu, onnx};
use crate::models::Checksum;

/// What a derived graph is, beside its source: goes up whenever this code makes another one of the same.
const EDITION: u32 = 1;

/// A model that sessions can be opened on: its bytes, held once for all of them.
#[derive(Clone)]
pub struct Graph {
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it was published.
    Onnx,
    /// In ONNX Runtime's own format, optimised for this machine.
    Optimised,
}

/// What is derived from a model: the same graph, optimised by ONNX Runtime for this machine, with some of its
/// inner tensors as outputs after its own.
///
/// A session opens on it in half the time, and all sessions use its weights where they lie. It is kept under a
/// name that stands for everything it depends on: the source, the library of ONNX Runtime, the processor's
/// features and the outputs.
#[derive(Debug)]
pub struct Derivation {
    source: Checksum,
    outputs: Vec<String>,
    path: PathBuf,
}

/// A graph cannot be derived.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// The bytes are not those of the model that was to be derived from.
    #[error("the model has the sha256 {found}, not {expected}")]
    Source {
        /// The sha256 of the bytes.
        found: Checksum,
        /// The sha256 of the model.
        expected: Checksum,
    },
    /// ONNX Runtime refuses the model, or has no such tensor in it.
    #[error("ONNX Runtime cannot derive a graph from the model: {reason}")]
    Refused {
        /// What ONNX Runtime said.
        reason: String,
    },
}

impl Derivation {
    /// A graph with these tensors as further outputs, from the model with the sha256 `source`, made by the library
    /// with the sha256 `library`, kept in `directory`.
    pub fn new(directory: &Path, source: Checksum, library: Checksum, outputs: &[&str]) -> Self {
        let cpu = cpu::features();
        let key = Checksum::of(format!("{EDITION}\n{source}\n{library}\n{cpu}\n{outputs:?}").as_bytes());
        Self {
            source,
            outputs: outputs.iter().map(|&name| name.to_owned()).collect(),
            path: directory.join(format!("{:.32}.ort", key.to_string())),
        }
    }

    /// Where the graph is kept. Its sha256 lies beside it, in a file that `sha256sum --check` understands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The graph, if it was made before and is unchanged since. Needs no library: it can be read while that is loaded.
    ///
    ///  One that is damaged is as good as none.
    pub fn cached(&self) -> Option<Graph> {
        match self.read() {
            Ok(graph) => Some(graph),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "a derived graph is not used; it is made again");
                None
            }
        }
    }

    /// Makes the graph from the model's bytes and keeps it. Takes seconds; whoever makes the same one meanwhile,
    /// in this process or another, waits and uses it.
    ///
    /// Where it cannot be kept (a full disk, a read-only cache), the graph that comes back is the model as it
    /// was published, which works as well and opens more slowly.
    ///
    /// # Errors
    /// [`GraphError`].
    pub fn make(&self, runtime: &Runtime, source: Vec<u8>) -> Result<Graph, GraphError> {
        let found = Checksum::of(&source);
        if found != self.source {
            return Err(GraphError::Source { found, expected: self.source });
        }
        let mut model = source;
        for name in &self.outputs {
            onnx::expose(&mut model, name);
        }
        self.keep(runtime, &model).or_else(|obstacle| match obstacle {
            Obstacle::Model(reason) => Err(GraphError::Refused { reason }),
            Obstacle::Disk(error) => {
                let path = self.path.display();
                tracing::warn!(%path, %error, "a derived graph cannot be kept; the model is used as it is");
                Ok(Graph { bytes: Arc::new(model), form: Form::Onnx })
            }
        })
    }

    fn keep(&self, runtime: &Runtime, model: &[u8]) -> Result<Graph, Obstacle> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        // The system lets go of the lock when its holder is killed, so that what it left can be written over.
        let lock = File::create(self.path.with_extension("lock"))?;
        lock.lock()?;
        if let Some(graph) = self.cached() {
            return Ok(graph);
        }
        let part = self.path.with_extension("part");
        File::create(&part)?;
        optimise(runtime, model, &part).map_err(Obstacle::model)?;
        let graph = Graph { bytes: Arc::new(fs::read(&part)?), form: Form::Optimised };
        // ONNX Runtime does not say when the disk was full: what opens is whole.
        OpenSession::new(runtime, &graph).map_err(io::Error::other)?;
        let checksum = Checksum::of(&graph.bytes);
        fs::rename(&part, &self.path)?;
        fs::write(&part, self.sum(checksum))?;
        fs::rename(&part, self.path.with_extension("ort.sha256"))?;
        Ok(graph)
    }

    fn read(&self) -> io::Result<Graph> {
        let sum = fs::read_to_string(self.path.with_extension("ort.sha256"))?;
        let bytes = fs::read(&self.path)?;
        if sum != self.sum(Checksum::of(&bytes)) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its sha256 is not the one that was kept",
            ));
        }
        Ok(Graph { bytes: Arc::new(bytes), form: Form::Optimised })
    }

    fn sum(&self, checksum: Checksum) -> String {
        let name = self.path.file_name().unwrap_or_default();
        format!("{checksum}  {}\n", name.display())
    }
}

/// Why a graph could not be made and kept.
enum Obstacle {
    Disk(io::Error),
    Model(String),
}

impl Obstacle {
    fn model(error: ort::Error) -> Self {
        Self::Model(error.to_string())
    }
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph({} bytes)", self.bytes.len())
    }
}
