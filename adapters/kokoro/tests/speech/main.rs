//! Speech by the real model: `cargo xtask test` fetches it.

mod conformance;
mod heard;
mod joins;
mod seamless;
mod sharing;
mod speaking;
mod timings;
mod visemes;
