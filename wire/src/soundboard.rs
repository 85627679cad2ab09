//! Our own API, and our own field in the APIs of others.

mod accounts;
mod budgets;
mod error;
mod normalize;
mod orders;
mod preferences;
mod queries;
mod reading;
mod reports;
pub mod schema;
mod speech;
mod swapped;
mod timed;
mod voices;

pub use accounts::{BudgetBody, ClientBody, ClientsBody, KeyBody, KeysBody, NewKeyBody, StandingBody};
pub use error::{ErrorBody, ErrorEnvelope};
pub use normalize::{Language, MOST_CHARACTERS, NormalizeText, NormalizedText, NormalizedToken};
pub use orders::{CreateClient, CreateKey, RotateKey, SetBudgets};
pub use preferences::AmendClient;
pub use queries::{CostsQuery, UsageQuery};
pub use reading::{MOST_ENTRIES, notation};
pub use reports::{ClientFigures, CostsBody, Figures, UsageBody, UsageRow};
pub use speech::{Estimate, SAMPLE_RATES, Speak};
pub use swapped::Swapped;
pub use timed::TimedSpeech;
pub use voices::{
    CandidateBody, CapabilitiesBody, ChangeBody, ChangesBody, EquivalentBody, EquivalentsBody, RejectedBody,
    RouteBody, VoiceBody, VoicesBody,
};

pub(crate) use reading::of_another_api;
