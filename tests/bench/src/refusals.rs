//! What it costs the gateway to refuse a document, by each way into Azure's door.

mod answer;
mod measures;
mod socket;
mod way;

pub use answer::{Answer, Answers};
pub use measures::{HEAD, Measured, TARGET, check_speaking, measure};
pub use way::{WAYS, Way};
