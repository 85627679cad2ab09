//! Speech by the real model: `cargo xtask test` fetches it.

mod heard;
mod speaking;
