//! What tests share: the checks that every backend must pass, and a server that does as it is told.

mod conformance;
pub mod server;

pub use conformance::{conforms, does_not_end_well, utterance};
