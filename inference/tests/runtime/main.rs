//! The pool and its graphs, on the real Kokoro and the real ONNX Runtime.

#[cfg(test)]
mod graph;
#[cfg(test)]
mod kokoro;
#[cfg(test)]
mod pool;
#[cfg(test)]
mod small;
