//! Models: where their files come from, and how they run. Nothing else in the project names ONNX Runtime.
//!
//! [`models`] is the store: a manifest, files fetched through the user's own package clients, every byte
//! checked before it is used. [`runtime`] loads ONNX Runtime and runs graphs on a pool of sessions.

pub mod models;
pub mod runtime;
