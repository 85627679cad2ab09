//! A graph, ready for sessions.

use std::fmt;
use std::sync::Arc;

/// The bytes of a model that were checked, held once for all sessions of a pool.
#[derive(Clone)]
pub struct Graph {
    pub(super) bytes: Arc<Vec<u8>>,
}

impl Graph {
    /// An ONNX model as it is: whoever calls this has checked the bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes: Arc::new(bytes) }
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph({} bytes)", self.bytes.len())
    }
}
