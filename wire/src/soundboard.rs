//! Our own API, and our own field in the APIs of others.

mod error;
mod normalize;
mod reading;

pub use error::{ErrorBody, ErrorEnvelope};
pub use normalize::{Language, MOST_CHARACTERS, NormalizeText, NormalizedText, NormalizedToken};
pub use reading::MOST_ENTRIES;

pub(crate) use reading::of_another_api;
