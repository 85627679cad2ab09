//! What sessions cost in memory; alone in its process, which it measures.
#![cfg(target_os = "linux")]

#[cfg(test)]
#[path = "runtime/kokoro.rs"]
mod kokoro;
#[cfg(test)]
#[path = "runtime/memory.rs"]
mod memory;
