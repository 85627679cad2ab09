//! The program itself, as far as it needs no model.
//!
//! The module is `cfg(test)` so that clippy knows its helpers for what they are: tests.

#[cfg(test)]
mod program;
