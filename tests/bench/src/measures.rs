//! What is measured, one file each. Each runs its rounds and gives rows for the table.

mod cold_start;
mod memory;
mod warm;

pub use cold_start::cold_start;
pub use memory::memory;
pub use warm::{first_audio, throughput};

/// Says on standard error how far it is.
fn announce(measure: &str, round: usize, rounds: usize) {
    eprintln!("{measure}: round {} of {rounds}", round + 1);
}
