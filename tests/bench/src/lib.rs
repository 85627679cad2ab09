//! What the benchmarks are made of. Each benchmark is a program under `src/bin`; `cargo xtask bench NAME` runs it.
//!
//! Two sides take turns: ours, and the Python package `kokoro-onnx` on the same model file, a vendor that is
//! asked without us, a gateway that keeps no ledger, or nginx. Each measure collects one [`Pair`] of figures a round, and a
//! report gives their medians with intervals.

pub mod cache;
pub mod catalogue;
pub mod documents;
pub mod doors;
pub mod ledger;
pub mod machine;
pub mod measures;
pub mod pair;
pub mod process;
pub mod refusals;
pub mod report;
mod running;
pub mod speakers;
pub mod stand;
pub mod statistics;
pub mod texts;
pub mod voices;

pub use pair::Pair;

/// What can go wrong: anything, and then the benchmark ends.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
