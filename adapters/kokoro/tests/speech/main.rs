//! Speech by the real model: `cargo xtask test` fetches it.

mod heard;
mod joins;
mod sharing;
mod speaking;
mod timings;
