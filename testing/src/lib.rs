//! What tests share: the checks that every backend must pass, a server that does as it is told, and a
//! ledger and a shelf in memory.

mod clock;
mod conformance;
mod ledger;
pub mod server;
mod shelf;

pub use clock::Noon;
pub use conformance::{conforms, does_not_end_well, refuses, utterance};
pub use ledger::MemoryLedger;
pub use shelf::MemoryShelf;
